import { useCallback, useMemo } from 'react'
import type uPlot from 'uplot'
import { overviewTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { clock, number } from '@/lib/format'
import { axis, Chart, type Colours, wholeSteps } from '@/ui/chart'
import type { Look } from './queue'

/** Depth and the longest wait, each on its own scale. */
export default function QueueChart({ looks }: { looks: Look[] }) {
  const t = useTexts(overviewTexts)
  const lang = useLang()
  const data = useMemo<uPlot.AlignedData>(
    () => [
      looks.map((look) => look.at),
      looks.map((look) => look.depth),
      looks.map((look) => look.oldest),
    ],
    [looks],
  )
  const options = useCallback(
    (colours: Colours): Omit<uPlot.Options, 'width' | 'height'> => ({
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: {
        x: { time: true },
        y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
        wait: { range: (_, __, most) => [0, Math.max(10, most * 1.1)] },
      },
      axes: [
        axis(colours, {
          grid: { show: false },
          size: 28,
          space: 80,
          values: (_, ticks) => ticks.map((at) => clock(lang, new Date(at * 1000).toISOString())),
        }),
        axis(colours, {
          size: 44,
          incrs: wholeSteps,
          values: (_, ticks) => ticks.map((n) => number(lang, n)),
        }),
        axis(colours, { side: 1, scale: 'wait', size: 44, grid: { show: false } }),
      ],
      series: [
        {},
        { stroke: colours('accent'), fill: colours('accent-soft'), width: 2 },
        { stroke: colours('warn'), width: 2, scale: 'wait', dash: [6, 4] },
      ],
    }),
    [lang],
  )
  return (
    <div>
      <div className="mb-1 flex flex-wrap gap-x-4 text-xs text-ink-soft" aria-hidden="true">
        <span className="flex items-center gap-1.5">
          <span className="h-0.5 w-4 bg-accent" />
          {t.depth}
        </span>
        <span className="flex items-center gap-1.5">
          <span className="w-4 border-t-2 border-dashed border-warn" />
          {t.seconds}
        </span>
      </div>
      <Chart data={data} height={150} options={options} />
    </div>
  )
}
