import { useQuery } from '@tanstack/react-query'
import { OctagonPause } from 'lucide-react'
import { queueQuery } from '@/api/runs'
import { overviewTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { number } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/page'
import { ErrorState, Loading } from '@/ui/states'

/** Volume and failures by destination: the length is the volume, the red part the failures. */
export function Destinations() {
  const t = useTexts(overviewTexts)
  const lang = useLang()
  const queue = useQuery(queueQuery)
  const rows = [...(queue.data?.by_destination ?? [])].sort((a, b) => b.failed - a.failed)
  const most = Math.max(1, ...rows.map((row) => row.ok + row.failed))
  return (
    <Card className="p-4 md:p-5">
      <h2 className="text-base font-semibold">{t.destinations}</h2>
      <p className="mb-3 text-ink-soft">{t.destinationsText}</p>
      {queue.isPending && <Loading rows={3} />}
      {queue.isError && <ErrorState error={queue.error} onRetry={() => void queue.refetch()} />}
      {queue.isSuccess && rows.length === 0 && (
        <p className="py-6 text-center text-ink-soft">{t.noCalls}</p>
      )}
      <ul className="flex flex-col gap-3">
        {rows.map((row) => (
          <li key={row.host}>
            <div className="flex flex-wrap items-center gap-x-3">
              <span className="min-w-0 grow truncate font-mono text-xs">{row.host}</span>
              {row.open && (
                <Badge colour="warn" icon={OctagonPause}>
                  {t.paused}
                </Badge>
              )}
              <span className="num text-xs text-ink-soft">
                {t.okFailed(number(lang, row.ok), number(lang, row.failed))}
              </span>
            </div>
            <div className="mt-1 h-2 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
              <div
                className="flex h-full gap-px overflow-hidden rounded-full"
                style={{ width: `${Math.max(2, ((row.ok + row.failed) / most) * 100)}%` }}
              >
                <div className="bg-ok" style={{ flexGrow: row.ok }} />
                <div className="bg-bad" style={{ flexGrow: row.failed }} />
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}
