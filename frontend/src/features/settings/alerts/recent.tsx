import { useInfiniteQuery } from '@tanstack/react-query'
import { type Notification, notificationsQuery } from '@/api/settings'
import { settingsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { MoreButton } from '@/ui/more-button'
import { ErrorState, Loading } from '@/ui/states'
import { Section } from '../parts'

/** What was said lately, and what of it was held back. */
export function Recent() {
  const t = useTexts(settingsTexts).alerts
  const list = useInfiniteQuery(notificationsQuery)
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Section title={t.recent}>
      {list.isPending && <Loading rows={2} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && rows.length === 0 && <p className="text-ink-soft">{t.recentEmpty}</p>}
      <ul className="divide-y divide-line">
        {rows.map((row) => (
          <Line key={row.id} it={row} />
        ))}
      </ul>
      <MoreButton list={list} className="mt-3" />
    </Section>
  )
}

const colours = { sent: 'ok', waiting: 'grey', failed: 'bad' } as const

function Line({ it }: { it: Notification }) {
  const t = useTexts(settingsTexts).alerts
  const lang = useLang()
  const kind = it.kind in t.kinds ? t.kinds[it.kind as keyof typeof t.kinds] : it.kind
  const name = (channel: string) =>
    channel in t.channels ? t.channels[channel as keyof typeof t.channels] : channel
  return (
    <li className="py-2.5">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge>{kind}</Badge>
        <span className="min-w-0 grow font-medium">{it.title}</span>
        <time dateTime={it.at} className="num text-xs text-ink-soft">
          {moment(lang, it.at)}
        </time>
      </p>
      {it.text && (
        <p className="text-[0.8125rem] whitespace-pre-line text-ink-soft [overflow-wrap:anywhere]">
          {it.text}
        </p>
      )}
      <p className="mt-1 flex flex-wrap gap-1">
        {it.how === 'quiet' && <Badge>{t.quiet}</Badge>}
        {it.how === 'muted' && <Badge colour="warn">{t.wasMuted}</Badge>}
        {it.notices.map((notice) => (
          <Badge
            key={`${notice.channel} ${notice.receiver}`}
            colour={colours[notice.state as keyof typeof colours] ?? 'grey'}
            className="max-w-full"
          >
            <span
              className="truncate"
              title={notice.error ?? undefined}
            >{`${name(notice.channel)}: ${notice.receiver}`}</span>
          </Badge>
        ))}
      </p>
    </li>
  )
}
