import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { countsQuery } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Card } from '@/ui/page'

const HourChart = lazy(() => import('@/ui/hour-chart'))

/** What one flow did in the last day, hour by hour. Nothing where it did nothing. */
export function FlowHours({ flow }: { flow: string }) {
  const t = useTexts(runsTexts)
  const counts = useQuery(countsQuery(24, flow))
  const ran = counts.data?.some((hour) =>
    Object.values(hour).some((value) => typeof value === 'number' && value > 0),
  )
  if (counts.isError || (counts.data && !ran)) return null
  return (
    <Card className="mb-4 p-4 md:p-5">
      <h2 className="mb-2 text-base font-semibold">{t.perHour}</h2>
      {/* As high as the chart from the start: rows below must not move under the pointer. */}
      <div className="min-h-[10.125rem]">
        {counts.data && (
          <Suspense fallback={null}>
            <HourChart hours={counts.data} height={130} />
          </Suspense>
        )}
      </div>
    </Card>
  )
}
