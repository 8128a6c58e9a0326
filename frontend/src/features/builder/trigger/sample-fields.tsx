import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronRight, Pencil } from 'lucide-react'
import { useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { clock } from '@/lib/format'
import { IconButton } from '@/ui/button'
import { samplesQuery } from '../data/queries'
import type { ConnectorInfo } from '../data/types'
import { useMapping } from '../mapping/scope'
import { type DataRow, shown } from '../sample/tree'
import { useBuilder, useStore } from '../store/state'

const MOST = 40

/** What the sample has: names and values, service fields folded away. */
export function SampleFields({ connector }: { connector: ConnectorInfo }) {
  const t = useTexts(builderTexts).trigger
  const lang = useLang()
  const { groups } = useMapping()
  const flow = useBuilder((s) => s.flow.id)
  const sample = useBuilder((s) => s.sample)
  const samples = useQuery(samplesQuery(flow)).data ?? []
  const [service, setService] = useState(false)
  const rows = groups.find((g) => g.group === 'trigger')?.rows.filter((r) => !r.parent) ?? []
  if (rows.length === 0) return null
  const own = rows.filter((r) => !r.service)
  const hidden = rows.filter((r) => r.service)
  const chosen = samples.find((s) => s.id === sample)
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-medium">{t.fields}</h3>
      <p className="text-xs text-ink-soft">
        {chosen ? t.sampleOf(clock(lang, chosen.received_at)) : t.exampleOf(connector.title)}
      </p>
      <List rows={own.slice(0, MOST)} />
      {hidden.length > 0 && (
        <button
          type="button"
          aria-expanded={service}
          onClick={() => setService(!service)}
          className="flex min-h-7 items-center gap-1 self-start rounded-md text-xs text-ink-soft hover:text-ink"
        >
          {service ? <ChevronDown className="size-3.5" /> : <ChevronRight className="size-3.5" />}
          {t.service(hidden.length)}
        </button>
      )}
      {service && <List rows={hidden.slice(0, MOST)} />}
    </section>
  )
}

const List = ({ rows }: { rows: DataRow[] }) => (
  <dl className="grid grid-cols-[minmax(5rem,2fr)_3fr_auto] gap-x-3 text-[0.8125rem]">
    {rows.map((row) => (
      <FieldLine key={row.path} row={row} />
    ))}
  </dl>
)

/** One field: its name, which people may change, and its value. */
function FieldLine({ row }: { row: DataRow }) {
  const t = useTexts(builderTexts).trigger
  const store = useStore()
  const { fresh } = useMapping()
  const [naming, setNaming] = useState(false)
  const rename = (text: string) => {
    setNaming(false)
    const name = text.trim()
    if (name === row.label) return
    store.edit((doc) => {
      const { [row.path]: _, ...rest } = doc.trigger.labels ?? {}
      // Under its own name it needs no other.
      const labels = name === '' || name === row.name ? rest : { ...rest, [row.path]: name }
      const { labels: _old, ...trigger } = doc.trigger
      return {
        ...doc,
        trigger: Object.keys(labels).length > 0 ? { ...trigger, labels } : trigger,
      }
    }, `label ${row.path}`)
  }
  return (
    <div className="col-span-3 grid grid-cols-subgrid items-center border-b border-line py-0.5">
      <dt className="flex min-w-0 items-center gap-1.5 text-ink-soft" title={row.path}>
        {naming ? (
          <input
            aria-label={`${t.renameTo}: ${row.name}`}
            defaultValue={row.label}
            maxLength={200}
            // biome-ignore lint/a11y/noAutofocus: it stands where the press was.
            autoFocus
            onFocus={(event) => event.target.select()}
            onBlur={(event) => rename(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur()
              if (event.key === 'Escape') setNaming(false)
            }}
            className="control min-h-7 py-0.5"
          />
        ) : (
          <span className="truncate">{row.label}</span>
        )}
        {fresh.has(row.path) && (
          <span className="shrink-0 rounded-full bg-info-soft px-1.5 text-[0.6875rem] font-medium text-info">
            {t.newField}
          </span>
        )}
      </dt>
      <dd className="min-w-0 truncate" title={shown(row.value, 400)}>
        {shown(row.value, 120) || '—'}
      </dd>
      <dd>
        {!store.readOnly && (
          <IconButton label={t.rename(row.label)} size="sm" onClick={() => setNaming(true)}>
            <Pencil className="size-3.5" />
          </IconButton>
        )}
      </dd>
    </div>
  )
}
