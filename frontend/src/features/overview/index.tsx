import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { flowNamesQuery } from '@/api/flows'
import { countsQuery } from '@/api/runs'
import { overviewTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { number } from '@/lib/format'
import { Card, Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { ErrorState, Loading } from '@/ui/states'
import { Destinations } from './destinations'
import { Failures } from './failures'
import { HourTable } from './hour-table'
import { Queue } from './queue'

const HourChart = lazy(() => import('@/ui/hour-chart'))
const spans = ['24', '72', '168'] as const

export function OverviewScreen() {
  const t = useTexts(overviewTexts)
  const lang = useLang()
  const [span, setSpan] = useState<(typeof spans)[number]>('24')
  const [flow, setFlow] = useState('')
  const flows = useQuery(flowNamesQuery)
  const counts = useQuery(countsQuery(Number(span), flow || undefined))
  const hours = counts.data ?? []
  const failed = hours.reduce((sum, hour) => sum + hour.failed, 0)
  const all = hours.reduce(
    (sum, hour) =>
      sum +
      hour.succeeded +
      hour.failed +
      hour.filtered +
      hour.parked +
      hour.cancelled +
      hour.stale,
    0,
  )
  return (
    <Page wide title={t.title} sub={t.sub}>
      <div className="flex flex-col gap-4">
        <Card className="p-4 md:p-5">
          <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
            <div className="min-w-0 grow">
              <h2 className="text-base font-semibold">{t.perHour}</h2>
              {counts.isSuccess && (
                <p className="num text-ink-soft">
                  {t.perHourText(number(lang, all), number(lang, failed))}{' '}
                  {failed > 0 && (
                    <Link
                      to="/runs"
                      search={{
                        state: 'failed',
                        from: span === '24' ? '24h' : '7d',
                        flow: flow || undefined,
                      }}
                      className="text-accent underline"
                    >
                      {t.toFailed}
                    </Link>
                  )}
                </p>
              )}
            </div>
            <Select
              aria-label={t.flow}
              className="max-w-full sm:max-w-64"
              value={flow}
              onChange={setFlow}
              options={[
                { value: '', label: t.allFlows },
                ...(flows.data ?? []).map((each) => ({ value: each.id, label: each.name })),
              ]}
            />
            <Select
              aria-label={t.span}
              value={span}
              onChange={(next) => setSpan(spans.find((each) => each === next) ?? '24')}
              options={spans.map((each) => ({ value: each, label: t.spans[each] }))}
            />
          </div>
          {counts.isPending && <Loading rows={4} />}
          {counts.isError && (
            <ErrorState error={counts.error} onRetry={() => void counts.refetch()} />
          )}
          {counts.isSuccess && all === 0 && (
            <p className="py-12 text-center text-ink-soft">{t.noRuns}</p>
          )}
          {counts.isSuccess && all > 0 && (
            <Suspense fallback={<Loading rows={4} />}>
              <HourChart hours={hours} />
              <HourTable hours={hours} />
            </Suspense>
          )}
        </Card>
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-4">
            <Failures flow={flow || undefined} />
            <Destinations />
          </div>
          <Queue />
        </div>
      </div>
    </Page>
  )
}
