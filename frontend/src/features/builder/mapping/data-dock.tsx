import { ChevronDown, ChevronRight, Search, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { IconButton } from '@/ui/button'
import { type DataGroup, type DataRow, search, shown } from '../sample/tree'
import { visibleRows } from '../sample/visible'
import { dragData } from '../tree/drag'
import { useHasTarget, useMapping } from './scope'

const MOST = 200

/** The data that the step may use: names and values, searchable; a press puts one into the field. */
export function DataDock({ onClose, className }: { onClose?: () => void; className?: string }) {
  const t = useTexts(builderTexts).mapping.data
  const { groups, target } = useMapping()
  const has = useHasTarget()
  const [query, setQuery] = useState('')
  const found = useMemo(() => search(groups, query), [groups, query])
  const searching = query.trim() !== ''
  return (
    <section aria-label={t.title} className={cx('flex min-h-0 flex-col bg-surface', className)}>
      <header className="flex items-center gap-2 py-1.5 pr-1.5 pl-3">
        <h3 className="grow font-semibold">{t.title}</h3>
        {onClose && (
          <IconButton label={t.close} size="sm" onClick={onClose}>
            <X className="size-4" />
          </IconButton>
        )}
      </header>
      <div className="relative mx-3 mb-1">
        <Search className="absolute top-2.5 left-2.5 size-4 text-ink-faint" />
        <input
          type="search"
          aria-label={t.search}
          placeholder={t.search}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            // The first hit, without leaving the search.
            const first = found[0]?.rows[0]
            if (event.key === 'Enter' && searching && first) target.get()?.insert(first.path)
          }}
          className="control pl-8"
        />
      </div>
      <p className="px-3 pb-1 text-xs text-ink-faint">{has ? t.hint : t.idle}</p>
      <div className="min-h-0 grow overflow-y-auto px-1.5 pb-3">
        {found.map((group) => (
          <Group key={group.group} group={group} flat={searching} />
        ))}
        {groups.length === 0 && <p className="px-2 py-3 text-ink-soft">{t.empty}</p>}
        {groups.length > 0 && found.length === 0 && (
          <p className="px-2 py-3 text-ink-soft">{t.none}</p>
        )}
      </div>
    </section>
  )
}

/** Marks what senders have begun to send. */
const Fresh = ({ text }: { text: string }) => (
  <span className="ml-auto shrink-0 self-center rounded-full bg-info-soft px-1.5 text-[0.6875rem] font-medium text-info">
    {text}
  </span>
)

function Group({ group, flat }: { group: DataGroup; flat: boolean }) {
  const t = useTexts(builderTexts).mapping.data
  const [closed, setClosed] = useState(false)
  const [service, setService] = useState(false)
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const hidden = flat ? [] : group.rows.filter((r) => r.service)
  const own = flat ? group.rows : group.rows.filter((r) => !r.service)
  const rows = visibleRows(service ? [...own, ...hidden] : own, opened)
  const toggle = (row: DataRow) => {
    const next = new Set(opened)
    if (!next.delete(row.path)) next.add(row.path)
    setOpened(next)
  }
  const topHidden = hidden.filter((r) => r.depth === 0).length
  return (
    <div className="mb-1">
      <button
        type="button"
        aria-expanded={!closed}
        onClick={() => setClosed(!closed)}
        className="flex min-h-7 w-full items-center gap-1 rounded-md px-1 text-left text-xs font-medium text-ink-soft hover:bg-hover"
      >
        {closed ? <ChevronRight className="size-3.5" /> : <ChevronDown className="size-3.5" />}
        <span className="truncate">{group.title}</span>
      </button>
      {!closed && (
        <ul aria-label={group.title}>
          {rows.slice(0, MOST).map((row) => (
            <Row key={row.path} row={row} open={opened.has(row.path)} onToggle={toggle} />
          ))}
        </ul>
      )}
      {rows.length > MOST && (
        <p className="px-2 py-1 text-xs text-ink-faint">{t.more(rows.length - MOST)}</p>
      )}
      {!closed && topHidden > 0 && (
        <button
          type="button"
          aria-expanded={service}
          onClick={() => setService(!service)}
          className="flex min-h-7 items-center gap-1 rounded-md px-2 text-xs text-ink-soft hover:bg-hover"
        >
          {service ? <ChevronDown className="size-3.5" /> : <ChevronRight className="size-3.5" />}
          {t.service(topHidden)}
        </button>
      )}
    </div>
  )
}

function Row(props: { row: DataRow; open: boolean; onToggle: (row: DataRow) => void }) {
  const { row } = props
  const t = useTexts(builderTexts).mapping.data
  const { target, fresh } = useMapping()
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => (button.current ? dragData(button.current, row.path) : undefined), [row.path])
  const value = row.parent ? '' : shown(row.value, 80)
  return (
    <li className="flex items-center" style={{ paddingLeft: row.depth * 14 }}>
      {row.parent ? (
        <button
          type="button"
          aria-expanded={props.open}
          aria-label={`${props.open ? t.collapse : t.expand}: ${row.label}`}
          onClick={() => props.onToggle(row)}
          className="grid size-6 shrink-0 place-items-center rounded-md text-ink-faint hover:bg-hover"
        >
          {props.open ? (
            <ChevronDown className="size-3.5" />
          ) : (
            <ChevronRight className="size-3.5" />
          )}
        </button>
      ) : (
        <span className="w-1.5 shrink-0" />
      )}
      <button
        ref={button}
        type="button"
        title={row.path}
        aria-label={t.insert(row.label, value)}
        // The cursor stays in the field.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => target.get()?.insert(row.path)}
        className="flex min-h-8 min-w-0 grow items-baseline gap-2 rounded-md px-1.5 py-1 text-left hover:bg-accent-soft"
      >
        <span className="zv-pill max-w-[60%] shrink-0">{row.label}</span>
        <span className="min-w-0 truncate text-[0.8125rem] text-ink-soft">
          {row.parent ? '' : value || t.noValue}
        </span>
        {fresh.has(row.path) && <Fresh text={t.fresh} />}
      </button>
    </li>
  )
}
