import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { queueQuery } from '@/api/runs'
import { overviewTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { duration, number } from '@/lib/format'
import { Figure } from '@/ui/figure'
import { Card } from '@/ui/page'
import { ErrorState, Loading } from '@/ui/states'

const QueueChart = lazy(() => import('./queue-chart'))

/** One look at the queue. */
export interface Look {
  at: number
  depth: number
  oldest: number
}

/** An hour of looks, one in ten seconds. */
const most = 360
/** Beyond this wait somebody should look. */
const longSecs = 300

/** What waits now, and how it went since the page was opened. */
export function Queue() {
  const t = useTexts(overviewTexts)
  const lang = useLang()
  const queue = useQuery(queueQuery)
  const [looks, setLooks] = useState<Look[]>([])
  const { data, dataUpdatedAt } = queue
  useEffect(() => {
    if (!data) return
    const look = {
      at: dataUpdatedAt / 1000,
      depth: data.depth,
      oldest: data.oldest_waiting_secs ?? 0,
    }
    setLooks((before) => [...before, look].slice(-most))
  }, [data, dataUpdatedAt])
  return (
    <Card className="p-4 md:p-5">
      <h2 className="mb-3 text-base font-semibold">{t.queue}</h2>
      {queue.isPending && <Loading rows={2} />}
      {queue.isError && <ErrorState error={queue.error} onRetry={() => void queue.refetch()} />}
      {data && (
        <>
          <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3">
            <Figure label={t.depth} value={number(lang, data.depth)} />
            <Figure
              label={t.oldest}
              bad={(data.oldest_waiting_secs ?? 0) > longSecs}
              value={
                data.oldest_waiting_secs === null
                  ? t.nobody
                  : duration(lang, data.oldest_waiting_secs * 1000)
              }
            />
            <Figure label={t.jobs} value={number(lang, data.jobs)} />
            <Figure label={t.held} value={number(lang, data.held)} />
            <Figure label={t.parked} value={number(lang, data.parked)} />
          </dl>
          {looks.length > 1 && (
            <Suspense fallback={<Loading rows={2} />}>
              <div className="mt-4">
                <QueueChart looks={looks} />
              </div>
              <p className="mt-1 text-xs text-ink-soft">{t.queueText}</p>
            </Suspense>
          )}
        </>
      )}
    </Card>
  )
}
