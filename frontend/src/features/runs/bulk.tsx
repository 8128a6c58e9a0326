import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api/client'
import { useLive } from '@/api/live'
import { type BulkReplay, replaysQuery } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Progress } from '@/ui/progress'

const isActive = ({ state }: BulkReplay) => state === 'running' || state === 'counting'

/** How far the replays of many runs have come. */
export function BulkProgress({ mayEdit }: { mayEdit: boolean }) {
  const t = useTexts(runsTexts)
  const client = useQueryClient()
  const replays = useQuery({
    ...replaysQuery,
    refetchInterval: (query) => (query.state.data?.items.some(isActive) ? 3000 : false),
  })
  useLive(['replays'], (news) => {
    if (news.some((each) => each.kind === 'replay'))
      void client.invalidateQueries({ queryKey: ['replays'] })
  })
  const stop = useSave({
    run: (id: string) => api.post(`/replays/${id}/cancel`),
    stale: [['replays']],
  })
  const active = (replays.data ?? []).filter(isActive)
  return active.map((each) => (
    <div
      key={each.id}
      className="mb-3 flex flex-wrap items-center gap-3 rounded-xl border border-line bg-surface px-4 py-2"
    >
      <span className="num shrink-0">{t.bulkProgress(each.made, each.total)}</span>
      <Progress
        label={t.bulkProgress(each.made, each.total)}
        value={each.made}
        max={each.total}
        className="min-w-24 flex-1"
      />
      {mayEdit && (
        <Button size="sm" busy={stop.busy} onClick={() => stop.save(each.id)}>
          {t.bulkStop}
        </Button>
      )}
    </div>
  ))
}
