import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { DeliveryRow } from '@/api/events'
import { eventsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { fullMoment, second } from '@/lib/format'
import { VerdictBadge } from '@/ui/badge'

/** Of what was taken as it came the server tells the first values, of all else why it was not. */
const isData = ({ verdict, summary }: DeliveryRow) =>
  Boolean(summary) && (verdict === 'run' || verdict === 'test' || verdict === 'temporary')

export const DeliveryLine = memo(function DeliveryLine(props: { row: DeliveryRow; here: boolean }) {
  const { row, here } = props
  const t = useTexts(eventsTexts)
  const lang = useLang()
  return (
    <Link
      to="/events"
      search={(before) => ({ ...before, id: row.id })}
      aria-current={here ? 'true' : undefined}
      resetScroll={false}
      className={cx(
        'block border-b border-l-3 border-line px-3 py-2 -outline-offset-2',
        here ? 'border-l-accent bg-accent-soft' : 'border-l-transparent hover:bg-hover',
      )}
    >
      <span className="flex items-center gap-2">
        <VerdictBadge verdict={row.verdict} />
        <span className="font-mono text-xs text-ink-soft">{row.method}</span>
        <time
          dateTime={row.at}
          title={fullMoment(lang, row.at)}
          className="num ml-auto text-xs text-ink-soft"
        >
          {second(lang, row.at)}
        </time>
      </span>
      <span
        className={cx('mt-1 block truncate', isData(row) ? 'num' : 'first-letter:uppercase')}
        title={row.summary ?? undefined}
      >
        {row.summary || t.what[row.verdict]}
      </span>
      <span className="block truncate text-xs text-ink-soft">{row.flow_name ?? t.noFlow}</span>
    </Link>
  )
})
