import { useCallback, useMemo, useState } from 'react'
import uPlot from 'uplot'
import type { HourCounts } from '@/api/runs'
import type { RunState } from '@/api/types'
import { commonTexts } from '@/i18n/catalogue'
import { type Lang, useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { hourOrDay, moment, number } from '@/lib/format'
import { axis, Chart, type Colours, wholeSteps } from './chart'

type Outcome = Extract<
  RunState,
  'succeeded' | 'filtered' | 'stale' | 'cancelled' | 'parked' | 'failed'
>

/** From the bottom of a bar to its top: what needs somebody stands out above. */
const outcomes: [Outcome, string][] = [
  ['succeeded', 'ok'],
  ['filtered', 'line-strong'],
  ['stale', 'line-strong'],
  ['cancelled', 'line-strong'],
  ['parked', 'accent'],
  ['failed', 'bad'],
]

/** Seconds of each hour, then sums: the highest first, so that lower ones are drawn over it. */
export function stacked(hours: readonly HourCounts[], shown: readonly Outcome[]): number[][] {
  const sums = shown.map((_, top) =>
    hours.map((hour) => shown.slice(0, top + 1).reduce((sum, name) => sum + hour[name], 0)),
  )
  return [hours.map((hour) => new Date(hour.hour).getTime() / 1000), ...sums.reverse()]
}

const bars = uPlot.paths.bars?.({ size: [0.72, 40], radius: 0.12 })

const options =
  (lang: Lang, names: readonly string[], onHour: (at: number | null) => void) =>
  (colours: Colours): Omit<uPlot.Options, 'width' | 'height'> => ({
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      // Half an hour more at both ends, so that the first and the last bar are whole.
      x: { time: true, range: (_, from, to) => [from - 1800, to + 1800] },
      y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] },
    },
    axes: [
      axis(colours, {
        grid: { show: false },
        size: 28,
        space: 70,
        values: (_, ticks) => ticks.map((at) => hourOrDay(lang, new Date(at * 1000))),
      }),
      axis(colours, {
        size: 44,
        incrs: wholeSteps,
        values: (_, ticks) => ticks.map((n) => number(lang, n)),
      }),
    ],
    series: [
      {},
      ...[...names].reverse().map((name) => ({
        fill: colours(name),
        stroke: colours(name),
        width: 0,
        paths: bars,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [(plot) => onHour(plot.cursor.idx ?? null)] },
  })

/** Runs per hour by outcome, with the numbers of the hour under the pointer. */
export default function HourChart({
  hours,
  height = 220,
}: {
  hours: HourCounts[]
  height?: number
}) {
  const t = useTexts(commonTexts)
  const lang = useLang()
  const [at, setAt] = useState<number | null>(null)
  // Outcomes that never happened only take room in the legend.
  const shown = useMemo(
    () =>
      outcomes.filter(
        ([name]) =>
          name === 'succeeded' || name === 'failed' || hours.some((hour) => hour[name] > 0),
      ),
    [hours],
  )
  const data = useMemo(
    () =>
      stacked(
        hours,
        shown.map(([name]) => name),
      ) as unknown as uPlot.AlignedData,
    [hours, shown],
  )
  const key = shown.map(([, colour]) => colour).join(' ')
  const made = useCallback(
    (colours: Colours) => options(lang, key.split(' '), setAt)(colours),
    [lang, key],
  )
  const hour = at === null ? null : hours[at]
  const amount = (name: Outcome) =>
    hour ? hour[name] : hours.reduce((sum, each) => sum + each[name], 0)
  return (
    <div>
      <dl className="mb-2 flex min-h-6 flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
        {shown.map(([name, colour]) => (
          <div key={name} className="flex items-center gap-1.5">
            <span
              aria-hidden="true"
              className="size-2.5 rounded-sm"
              style={{ background: `var(--${colour})` }}
            />
            <dt className="text-ink-soft">{t.runState[name]}</dt>
            <dd className="num font-medium">{number(lang, amount(name))}</dd>
          </div>
        ))}
        {hour && <dd className="num text-ink-soft">{moment(lang, hour.hour)}</dd>}
      </dl>
      <Chart data={data} height={height} options={made} />
    </div>
  )
}
