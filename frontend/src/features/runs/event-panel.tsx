import { useQuery } from '@tanstack/react-query'
import { deliveryQuery } from '@/api/events'
import type { RunFull } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { JsonView } from '@/ui/json-view'
import { Card } from '@/ui/page'
import { ErrorState, Loading } from '@/ui/states'

/** What the run is about: the event as it came. */
export function EventPanel({ run }: { run: RunFull }) {
  const t = useTexts(runsTexts)
  const delivery = useQuery({
    ...deliveryQuery(run.event.delivery ?? ''),
    enabled: run.event.delivery !== null,
  })
  const body = delivery.data?.body
  return (
    <Card className="p-4 md:p-5">
      <h2 className="mb-3 text-base font-semibold">{t.eventData}</h2>
      {delivery.isLoading && <Loading rows={3} />}
      {delivery.isError && (
        <ErrorState error={delivery.error} onRetry={() => void delivery.refetch()} />
      )}
      {(run.event.delivery === null || body?.kind === 'gone') && (
        <p className="text-ink-soft">{t.eventGone}</p>
      )}
      {body && body.kind !== 'gone' && (
        <JsonView
          value={body.parsed ?? body.text ?? ''}
          label={t.eventData}
          path="trigger.body"
          depth={3}
        />
      )}
    </Card>
  )
}
