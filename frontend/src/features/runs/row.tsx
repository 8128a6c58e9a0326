import { Link } from '@tanstack/react-router'
import { Repeat } from 'lucide-react'
import { memo } from 'react'
import type { RunRow } from '@/api/runs'
import { commonTexts, runsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { duration, fullMoment, moment, second } from '@/lib/format'
import { RunBadge } from '@/ui/badge'
import { rowLink } from '@/ui/row-link'
import { useWhy } from './why'

/** One run: a link as a whole. */
export const RunLine = memo(function RunLine(props: {
  run: RunRow
  selected: boolean
  onSelect?: (run: RunRow, on: boolean) => void
}) {
  const { run, selected, onSelect } = props
  const t = useTexts(runsTexts)
  const common = useTexts(commonTexts)
  const lang = useLang()
  const waits = useWhy()(run)
  const what = [run.step_name ?? run.step, run.error?.title].filter(Boolean).join(': ')
  return (
    <div
      className={cx(
        'relative flex items-start gap-3 border-b border-line px-4 py-2.5 md:items-center',
        selected ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      {onSelect && (
        <input
          type="checkbox"
          aria-label={`${common.selectRow}: ${run.flow_name ?? ''}, ${moment(lang, run.started_at)}`}
          checked={selected}
          onChange={(event) => onSelect(run, event.target.checked)}
          className="relative z-10 mt-1 size-4 shrink-0 accent-(--accent) md:mt-0"
        />
      )}
      <div className="grid min-w-0 grow items-center gap-x-4 gap-y-1 md:grid-cols-[9.500rem_minmax(0,3fr)_minmax(0,4fr)_6.500rem]">
        <span className="flex items-center justify-between gap-2">
          <RunBadge state={run.state} />
          <time
            dateTime={run.started_at}
            className="num text-xs text-ink-faint md:hidden"
            title={fullMoment(lang, run.started_at)}
          >
            {second(lang, run.started_at)}
          </time>
        </span>
        <Link
          to="/runs/$id"
          params={{ id: run.id }}
          className={cx('truncate font-semibold', rowLink)}
        >
          {run.flow_name ?? t.deletedFlow}
        </Link>
        <span className="min-w-0 text-[0.8125rem]">
          {what && (
            <span
              className={cx(
                'block truncate',
                run.state === 'failed' ? 'text-bad' : 'text-ink-soft',
              )}
            >
              {what}
            </span>
          )}
          <span className="flex flex-wrap gap-x-3 text-xs text-ink-faint">
            {run.replay_of && (
              <span className="inline-flex items-center gap-1">
                <Repeat className="size-3" />
                {t.replayOf}
              </span>
            )}
            {run.attempt > 1 && <span>{t.attempt(run.attempt)}</span>}
            {waits && <span>{waits}</span>}
          </span>
        </span>
        <span className="num hidden text-right text-[0.8125rem] md:block">
          <time
            dateTime={run.started_at}
            className="block"
            title={fullMoment(lang, run.started_at)}
          >
            {second(lang, run.started_at)}
          </time>
          {run.took_ms !== null && (
            <span className="text-xs text-ink-faint">{duration(lang, run.took_ms)}</span>
          )}
        </span>
      </div>
    </div>
  )
})
