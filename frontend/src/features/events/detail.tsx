import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
import { type DeliveryFull, deliveryQuery } from '@/api/events'
import { commonTexts, eventsTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { fullMoment, size } from '@/lib/format'
import { VerdictBadge } from '@/ui/badge'
import { HeaderTable } from '@/ui/header-table'
import { JsonView, PlainText } from '@/ui/json-view'
import { Card } from '@/ui/page'
import { ErrorState, Loading } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { DetailActions } from './actions'

/** One request in full: what came, what became of it, what was answered. */
export default function Detail({ id }: { id: string }) {
  const t = useTexts(eventsTexts)
  const common = useTexts(commonTexts)
  const lang = useLang()
  const delivery = useQuery(deliveryQuery(id))
  if (delivery.isPending) return <Loading rows={5} />
  if (delivery.isError)
    return <ErrorState error={delivery.error} onRetry={() => void delivery.refetch()} />
  const row = delivery.data
  const runs = row.events.filter((event) => event.run !== null)
  return (
    <Card className="p-4 md:p-5">
      <Link
        to="/events"
        search={(before) => ({ ...before, id: undefined })}
        className="mb-2 flex items-center gap-1 text-ink-soft md:hidden"
      >
        <ChevronLeft className="size-4" />
        {common.back}
      </Link>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <VerdictBadge verdict={row.verdict} />
        <h2 className="font-mono text-[0.8125rem] font-semibold break-all">
          {row.method} {row.path}
        </h2>
      </div>
      <p className="mt-2">{t.what[row.verdict]}</p>
      {row.summary && (
        <p className="mt-1 break-words text-ink-soft first-letter:uppercase">{row.summary}</p>
      )}
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-soft">
        <time dateTime={row.at} className="num">
          {fullMoment(lang, row.at)}
        </time>
        {row.ip && <span className="num">{row.ip}</span>}
        <span className="num">{size(lang, row.size)}</span>
        {row.flow && (
          <Link to="/flows/$id" params={{ id: row.flow }} className="text-accent hover:underline">
            {row.flow_name}
          </Link>
        )}
        {runs.map((event) => (
          <Link
            key={event.id}
            to="/runs/$id"
            params={{ id: event.run ?? '' }}
            className="text-accent hover:underline"
          >
            {t.openRun}
          </Link>
        ))}
      </p>
      <DetailActions delivery={row} />
      <div className="mt-4 flex flex-col gap-3">
        <BodyPart body={row.body} />
        <QueryPart query={row.query} />
        <HeaderTable headers={row.headers} title={t.headers} />
        <section>
          <h3 className="mb-1.5 font-medium">{t.answered}</h3>
          <p className="mb-2 font-mono text-xs font-semibold">{row.answer.status}</p>
          <div className="flex flex-col gap-2">
            <HeaderTable headers={row.answer.headers} title={t.headers} />
            {row.answer.body && <PlainText text={row.answer.body} maxHeight={160} />}
          </div>
        </section>
      </div>
    </Card>
  )
}

function QueryPart({ query }: { query: unknown }) {
  const t = useTexts(eventsTexts)
  if (query === null || typeof query !== 'object' || Object.keys(query).length === 0) return null
  return (
    <section>
      <h3 className="mb-1.5 font-medium">{t.queryPart}</h3>
      <JsonView value={query} label={t.queryPart} path="trigger.query" search={false} />
    </section>
  )
}

function BodyPart({ body }: { body: DeliveryFull['body'] }) {
  const t = useTexts(eventsTexts)
  const isParsed = body.parsed !== null && body.parsed !== undefined
  const [tab, setTab] = useState<'parsed' | 'raw'>(isParsed ? 'parsed' : 'raw')
  const raw =
    body.text === null || body.text === '' ? (
      <p className="py-3 text-ink-soft">{t.noText[body.kind] ?? t.noText.binary}</p>
    ) : (
      <PlainText text={body.text} />
    )
  return (
    <section aria-label={t.body}>
      {isParsed ? (
        <Tabs
          label={t.body}
          value={tab}
          onChange={setTab}
          className="mb-3"
          tabs={[
            {
              id: 'parsed',
              label: t.parsed,
              content: (
                <JsonView value={body.parsed} label={t.parsed} path="trigger.body" depth={3} />
              ),
            },
            { id: 'raw', label: `${t.raw} · ${body.kind}`, content: raw },
          ]}
        />
      ) : (
        <>
          <h3 className="mb-1.5 font-medium">{t.body}</h3>
          {raw}
        </>
      )}
      {body.fault && <p className="mt-1 text-[0.8125rem] text-bad">{body.fault}</p>}
      {body.truncated && <p className="mt-1 text-[0.8125rem] text-warn">{t.truncated}</p>}
    </section>
  )
}
