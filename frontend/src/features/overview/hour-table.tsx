import type { HourCounts } from '@/api/runs'
import { commonTexts, overviewTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment, number } from '@/lib/format'

const columns = ['succeeded', 'failed', 'parked', 'filtered'] as const

/** The chart in numbers, for who does not see it. */
export function HourTable({ hours }: { hours: HourCounts[] }) {
  const t = useTexts(overviewTexts)
  const common = useTexts(commonTexts)
  const lang = useLang()
  return (
    <details className="mt-2 text-[0.8125rem]">
      <summary className="min-h-6 text-ink-soft">{t.table}</summary>
      <div className="mt-2 max-h-80 overflow-auto">
        <table className="num w-full text-right">
          <thead className="sticky top-0 bg-surface text-ink-soft">
            <tr>
              <th className="py-1 pr-4 text-left font-medium">{t.hour}</th>
              {columns.map((name) => (
                <th key={name} className="py-1 pl-4 font-medium">
                  {common.runState[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...hours].reverse().map((hour) => (
              <tr key={hour.hour} className="border-t border-line">
                <td className="py-1 pr-4 text-left">{moment(lang, hour.hour)}</td>
                {columns.map((name) => (
                  <td key={name} className="py-1 pl-4">
                    {number(lang, hour[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
