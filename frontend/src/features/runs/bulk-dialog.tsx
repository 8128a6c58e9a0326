import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import { type BulkCount, bulkFilterOf, type RunFilter } from '@/api/runs'
import { commonTexts, runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { useSave } from '@/lib/use-save'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
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
  const common = useTexts(commonTexts)
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
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t.bulkTitle}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            variant="primary"
            disabled={count === 0}
            busy={start.busy}
            onClick={() => start.save()}
          >
            {t.bulkStart(count)}
          </Button>
        </>
      }
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
    </Dialog>
  )
}
