import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import { latestFailedQuery } from '@/api/runs'
import { overviewTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { fullMoment, second } from '@/lib/format'
import { Card } from '@/ui/page'
import { rowLink } from '@/ui/row-link'
import { ErrorState, Loading } from '@/ui/states'

/** What failed last: which flow, at which step, and why. */
export function Failures({ flow }: { flow: string | undefined }) {
  const t = useTexts(overviewTexts)
  const lang = useLang()
  const runs = useQuery(latestFailedQuery(flow))
  return (
    <Card className="overflow-clip">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 p-4 md:px-5">
        <div className="min-w-0 grow">
          <h2 className="text-base font-semibold">{t.failures}</h2>
          <p className="text-ink-soft">{t.failuresText}</p>
        </div>
        {runs.data && runs.data.length > 0 && (
          <Link
            to="/runs"
            search={{ state: 'failed', flow }}
            className="text-accent hover:underline"
          >
            {t.allFailures}
          </Link>
        )}
      </div>
      {runs.isPending && <Loading rows={3} className="px-4 pb-4 md:px-5" />}
      {runs.isError && <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.data?.length === 0 && (
        <p className="flex items-center justify-center gap-2 border-t border-line py-8 text-ink-soft">
          <CircleCheck className="size-4.5 text-ok" />
          {t.noFailures}
        </p>
      )}
      {runs.data && runs.data.length > 0 && (
        <ul aria-label={t.failures} className="divide-y divide-line border-t border-line">
          {runs.data.map((run) => (
            <li
              key={run.id}
              className="relative grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 px-4 py-2.5 hover:bg-hover md:px-5"
            >
              <Link
                to="/runs/$id"
                params={{ id: run.id }}
                className={cx('truncate font-semibold', rowLink)}
              >
                {run.flow_name ?? t.deletedFlow}
              </Link>
              <time
                dateTime={run.started_at}
                title={fullMoment(lang, run.started_at)}
                className="num text-[0.8125rem] text-ink-soft"
              >
                {second(lang, run.started_at)}
              </time>
              <span className="col-span-2 truncate text-[0.8125rem] text-bad">
                {[run.step_name ?? run.step, run.error?.title].filter(Boolean).join(': ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
