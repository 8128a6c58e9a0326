import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import { type BulkCount, bulkFilterOf, type RunFilter } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { FormDialog } from '@/ui/form-dialog'
import { useErrorText } from '@/ui/states'

/** Counts first, replays then: nobody sends two hundred letters by accident. */
export default function BulkDialog({
  filter,
  onClose,
}: {
  filter: RunFilter
  onClose: () => void
}) {
  const t = useTexts(runsTexts)
  const say = useErrorText()
  // One question for the count and the order: the time of "last day" must not move between them.
  const [wanted] = useState(() => bulkFilterOf(filter))
  const dry = useQuery({
    queryKey: ['replays', 'dry', wanted],
    queryFn: ({ signal }) =>
      api.post<BulkCount>('/replays', { body: { filter: wanted, dry_run: true }, signal }),
    gcTime: 0,
    staleTime: 0,
  })
  const start = useSave({
    run: () => api.post('/replays', { body: { filter: wanted, dry_run: false } }),
    stale: [['replays'], ['runs']],
    said: t.bulkStarted,
    onDone: onClose,
  })
  const count = dry.data?.count ?? 0
  return (
    <FormDialog
      title={t.bulkTitle}
      size="sm"
      button={t.bulkStart(count)}
      busy={start.busy}
      disabled={count === 0}
      onSubmit={() => start.save()}
      onClose={onClose}
    >
      <div aria-live="polite" className="flex flex-col gap-2">
        {dry.isPending && <p>{t.bulkCounting}</p>}
        {dry.isError && <p className="text-bad">{say(dry.error)}</p>}
        {dry.isSuccess && (
          <p className="text-base">
            {count > 0 ? t.bulkText(count) : t.bulkNone} {dry.data.more && t.bulkMore}
          </p>
        )}
        {(dry.data?.unknown ?? 0) > 0 && (
          <p className="text-warn">{t.bulkUnknown(dry.data?.unknown ?? 0)}</p>
        )}
        <p className="text-ink-soft">{t.bulkNote}</p>
      </div>
    </FormDialog>
  )
}
