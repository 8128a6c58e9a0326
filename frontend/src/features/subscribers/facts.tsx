import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Subscriber } from '@/api/subscribers'
import { subscribersTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { moment } from '@/lib/format'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/page'
import { type Filter, readFilter, takesValue } from './filter'
import { jsonText } from './json'

/** What a subscriber is set to, and how it went lately. */
export function Facts({ subscriber: it }: { subscriber: Subscriber }) {
  const t = useTexts(subscribersTexts)
  const lang = useLang()
  const headers = Object.entries(it.headers)
  const properties = Object.entries(it.properties)
  const unit = /^\d+\/(1s|1m|1h)$/.exec(it.rate ?? '')?.[1] as keyof typeof t.rateUnits | undefined
  return (
    <Card className="p-4 md:p-5">
      <h2 className="mb-3 text-base font-semibold">{t.settings}</h2>
      <dl className="grid gap-x-8 gap-y-3 md:grid-cols-2">
        <Fact label={t.types}>
          {it.types.length === 0 ? (
            t.everyType
          ) : (
            <span className="flex flex-wrap gap-1">
              {it.types.map((type) => (
                <Badge key={type} className="max-w-full font-mono font-normal">
                  <span className="truncate">{type}</span>
                </Badge>
              ))}
            </span>
          )}
        </Fact>
        <Fact label={t.filter}>
          <Condition condition={it.filter} />
        </Fact>
        <Fact label={t.rate}>
          {!it.rate
            ? t.rateNone
            : unit
              ? `${it.rate.split('/')[0]} ${t.ratePer} ${t.rateUnits[unit]}`
              : it.rate}
        </Fact>
        <Fact label={t.secret}>
          {it.old_secret_until ? t.oldSecret(moment(lang, it.old_secret_until)) : '••••••••'}
        </Fact>
        {headers.length > 0 && (
          <Fact label={t.headers}>
            <Lines rows={headers} />
          </Fact>
        )}
        {properties.length > 0 && (
          <Fact label={t.properties}>
            <Lines rows={properties.map(([name, value]) => [name, JSON.stringify(value)])} />
          </Fact>
        )}
        <Fact label={t.lastSuccess}>
          {it.last_success_at ? moment(lang, it.last_success_at) : t.noSuccess}
        </Fact>
        {it.last_failure && (
          <Fact label={t.lastFailure}>
            <Link
              to="/runs/$id"
              params={{ id: it.last_failure.run }}
              className="text-accent underline"
            >
              {moment(lang, it.last_failure.at)}
            </Link>
            <span className="ml-2 font-mono text-xs">{it.last_failure.message}</span>
          </Fact>
        )}
      </dl>
    </Card>
  )
}

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-ink-soft">{label}</dt>
    <dd className="[overflow-wrap:anywhere]">{children}</dd>
  </div>
)

const Lines = ({ rows }: { rows: [string, string][] }) => (
  <span className="block font-mono text-xs">
    {rows.map(([name, value]) => (
      <span key={name} className="block">
        <span className="text-ink-soft">{`${name}: `}</span>
        {value}
      </span>
    ))}
  </span>
)

/** A condition as a sentence; what rows cannot show, as JSON. */
function Condition({ condition }: { condition: unknown }) {
  const t = useTexts(subscribersTexts)
  const filter = readFilter(condition)
  if (filter === null)
    return <code className="block font-mono text-xs break-all">{jsonText(condition)}</code>
  if (filter.rows.length === 0) return t.filterNone
  return <Sentence filter={filter} />
}

function Sentence({ filter }: { filter: Filter }) {
  const t = useTexts(subscribersTexts)
  return (
    <>
      {filter.rows.length > 1 && (
        <span className="block text-[0.8125rem] text-ink-soft">
          {`${t.filterMatch} ${filter.mode === 'all' ? t.filterAll : t.filterAny}:`}
        </span>
      )}
      {filter.rows.map((row) => (
        <span key={`${row.path} ${row.op} ${row.value}`} className="block">
          <code className="font-mono text-xs">{row.path}</code>
          {` ${t.ops[row.op]} `}
          {takesValue(row.op) && <strong className="font-medium">{row.value}</strong>}
        </span>
      ))}
    </>
  )
}
