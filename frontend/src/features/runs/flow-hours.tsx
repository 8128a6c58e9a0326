import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { countsQuery } from '@/api/runs'
import { runsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Card } from '@/ui/page'
import { Loading } from '@/ui/states'

const HourChart = lazy(() => import('@/ui/hour-chart'))

/** What one flow did in the last day, hour by hour. Nothing where it did nothing. */
export default function FlowHours({ flow }: { flow: string }) {
  const t = useTexts(runsTexts)
  const counts = useQuery(countsQuery(24, flow))
  const ran = counts.data?.some((hour) =>
    Object.values(hour).some((value) => typeof value === 'number' && value > 0),
  )
  if (!counts.data || !ran) return null
  return (
    <Card className="mb-4 p-4 md:p-5">
      <h2 className="mb-2 text-base font-semibold">{t.perHour}</h2>
      <Suspense fallback={<Loading rows={4} />}>
        <HourChart hours={counts.data} height={130} />
      </Suspense>
    </Card>
  )
}
