import { useQueryClient } from '@tanstack/react-query'
import { RotateCcw, UserRoundCheck, X } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api/client'
import { type ResolveVerdict, type RunRow, replayRun } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Button, IconButton } from '@/ui/button'
import { MenuButton } from '@/ui/menu'
import { toast } from '@/ui/toast'

const verdicts: ResolveVerdict[] = ['done', 'again', 'skip', 'fail']

/** What can be done with the ticked runs. One after the other: each may be refused on its own. */
export function SelectionBar({ rows, onClear }: { rows: RunRow[]; onClear: () => void }) {
  const t = useTexts(runsTexts)
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  if (rows.length === 0) return null
  const parked = rows.filter((row) => row.state === 'parked')

  const each = async (chosen: RunRow[], call: (row: RunRow) => Promise<unknown>) => {
    setBusy(true)
    let refused = 0
    for (const row of chosen) await call(row).catch(() => (refused += 1))
    setBusy(false)
    onClear()
    void client.invalidateQueries({ queryKey: ['runs'] })
    if (refused > 0) toast(t.replayFailed(chosen.length - refused, refused), 'bad')
    else toast(t.replayed(chosen.length))
  }
  const replay = (row: RunRow) =>
    replayRun(row.id, {
      from: row.state === 'failed' ? 'failed' : 'start',
      version: 'pinned',
      repeat_unsafe: [],
    })
  return (
    <div className="fixed inset-x-3 bottom-18 z-30 mx-auto flex max-w-xl flex-wrap items-center gap-2 rounded-2xl border border-line bg-surface p-2 pl-4 shadow-pop md:bottom-5">
      <span className="grow font-medium" aria-live="polite">
        {t.selected(rows.length)}
      </span>
      {parked.length > 0 && (
        <MenuButton
          icon={<UserRoundCheck className="size-4" />}
          busy={busy}
          items={verdicts.map((verdict) => ({
            label: t.verdicts[verdict],
            onSelect: () =>
              void each(parked, (row) =>
                api.post(`/runs/${row.id}/resolve`, { body: { verdict } }),
              ),
          }))}
        >
          {t.resolve}
        </MenuButton>
      )}
      <Button
        variant="primary"
        icon={<RotateCcw className="size-4" />}
        busy={busy}
        onClick={() => void each(rows, replay)}
      >
        {t.replay}
      </Button>
      <IconButton label={t.clearSelection} onClick={onClear}>
        <X className="size-4" />
      </IconButton>
    </div>
  )
}
