import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useLang } from '@/i18n/lang'
import { useTexts } from '@/i18n/texts'
import { clock } from '@/lib/format'
import { samplesQuery } from '../data/queries'
import type { ConnectorInfo } from '../data/types'
import { useMapping } from '../mapping/scope'
import { type DataRow, shown } from '../sample/tree'
import { useBuilder } from '../store/state'

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
  <dl className="grid grid-cols-[minmax(5rem,2fr)_3fr] gap-x-3 text-[0.8125rem]">
    {rows.map((row) => (
      <div key={row.path} className="col-span-2 grid grid-cols-subgrid border-b border-line py-1">
        <dt className="truncate text-ink-soft" title={row.path}>
          {row.label}
        </dt>
        <dd className="min-w-0 truncate" title={shown(row.value, 400)}>
          {shown(row.value, 120) || '—'}
        </dd>
      </div>
    ))}
  </dl>
)
