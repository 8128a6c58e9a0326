import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight, Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useId, useMemo, useRef, useState } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { foundRows, type JsonRow, visibleRows } from '@/lib/json-rows'
import { Button } from './button'
import { copyText } from './copy'

const rowHeight = 26
/** Longer texts are cut in the tree and shown whole below it. */
const longText = 200

const kindColours: Record<JsonRow['kind'], string> = {
  object: 'text-ink-faint',
  list: 'text-ink-faint',
  text: 'text-ok',
  number: 'text-info',
  bool: 'text-warn',
  null: 'text-ink-faint',
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2)

export interface JsonViewProps {
  value: unknown
  label: string
  /** Put before the path of what is copied, like `trigger.body`. */
  path?: string
  /** How many levels are open at first. */
  depth?: number
  maxHeight?: number
  search?: boolean
}

/** Data as a tree of which only the lines in sight are in the page. Always text, never markup. */
export function JsonView({
  value,
  label,
  path = '',
  depth = 2,
  maxHeight = 420,
  search = true,
}: JsonViewProps) {
  const t = useTexts(commonTexts)
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const [switched, setSwitched] = useState<ReadonlySet<string>>(new Set())
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const text = useDeferredValue(query.trim())
  const rows = useMemo(
    () => (text ? foundRows(value, path, text) : visibleRows(value, path, { depth, switched })),
    [value, path, depth, switched, text],
  )
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  })
  const toggle = (row: JsonRow) => {
    const next = new Set(switched)
    if (!next.delete(row.path)) next.add(row.path)
    setSwitched(next)
  }
  const go = (index: number) => {
    const to = Math.min(rows.length - 1, Math.max(0, index))
    setAt(to)
    virtualizer.scrollToIndex(to)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at]
    if (event.key === 'ArrowDown') go(at + 1)
    else if (event.key === 'ArrowUp') go(at - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(rows.length - 1)
    else if (row?.size && event.key === (row.open ? 'ArrowLeft' : 'ArrowRight')) toggle(row)
    else if (row?.size && event.key === 'Enter') toggle(row)
    else return
    event.preventDefault()
  }
  if (value === null || typeof value !== 'object')
    return <PlainText text={value === undefined ? '' : asText(value)} maxHeight={maxHeight} />
  const current = rows[at]
  return (
    <div className="overflow-hidden rounded-xl border border-line">
      {search && (
        <div className="relative border-b border-line">
          <Search className="absolute top-2.5 left-2.5 size-4 text-ink-faint" />
          <input
            type="search"
            value={query}
            onChange={(event) => {
              setQuery(event.target.value)
              setAt(0)
            }}
            aria-label={t.json.filter}
            placeholder={t.json.filter}
            className="h-9 w-full bg-surface pr-3 pl-8.5 -outline-offset-2"
          />
        </div>
      )}
      <div
        ref={box}
        role="tree"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={current && `${id}-${at}`}
        onKeyDown={onKeyDown}
        className="overflow-auto bg-bg py-1 font-mono text-xs -outline-offset-2"
        style={{ maxHeight }}
      >
        <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index]
            if (!row) return null
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the tree itself takes the keys.
              <div
                key={row.path}
                id={`${id}-${item.index}`}
                role="treeitem"
                tabIndex={-1}
                aria-level={row.depth + 1}
                aria-selected={item.index === at}
                aria-expanded={row.size > 0 ? row.open : undefined}
                onClick={() => {
                  setAt(item.index)
                  if (row.size > 0 && !text) toggle(row)
                }}
                className={cx(
                  'absolute inset-x-0 flex items-center whitespace-nowrap',
                  item.index === at ? 'bg-accent-soft' : 'hover:bg-hover',
                )}
                style={{
                  height: rowHeight,
                  transform: `translateY(${item.start}px)`,
                  paddingLeft: 8 + row.depth * 16,
                }}
              >
                <ChevronRight
                  className={cx(
                    'mr-1 size-3.5 shrink-0 text-ink-faint transition-transform',
                    row.open && 'rotate-90',
                    row.size === 0 && 'invisible',
                  )}
                />
                <span className="text-ink">{row.key}</span>
                <span className="mr-2 text-ink-soft">{':'}</span>
                <span className={item.index === at ? 'text-ink' : kindColours[row.kind]}>
                  {preview(row, t.json)}
                </span>
              </div>
            )
          })}
          {rows.length === 0 && <div className="px-3 text-ink-faint">{t.nothingFound}</div>}
        </div>
      </div>
      {current && (
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-t border-line py-1 pr-1 pl-3">
          <code className="min-w-0 grow truncate font-mono text-xs text-ink-soft">
            {current.path}
          </code>
          <Button variant="quiet" size="sm" onClick={() => void copyText(current.path)}>
            {t.json.copyPath}
          </Button>
          <Button variant="quiet" size="sm" onClick={() => void copyText(asText(current.value))}>
            {t.json.copyValue}
          </Button>
          {typeof current.value === 'string' && current.value.length > longText && (
            <div className="w-full pr-2">
              <PlainText text={current.value} maxHeight={160} />
            </div>
          )}
        </div>
      )}
    </div>
  )
}

function preview(
  row: JsonRow,
  t: { empty: string; items: (n: number) => string; keys: (n: number) => string },
): string {
  if (row.kind === 'list') return row.size ? t.items(row.size) : `[] ${t.empty}`
  if (row.kind === 'object') return row.size ? t.keys(row.size) : `{} ${t.empty}`
  if (row.kind !== 'text') return String(row.value)
  const text = row.value as string
  return `"${text.length > longText ? `${text.slice(0, longText)}…` : text}"`
}

/** Text as it came, in the typewriter's letters. */
export function PlainText({ text, maxHeight = 420 }: { text: string; maxHeight?: number }) {
  const t = useTexts(commonTexts)
  const [all, setAll] = useState(false)
  const cut = !all && text.length > 20_000
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-bg">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
        tabIndex={0}
        className="overflow-auto px-3 py-2 font-mono text-xs break-all whitespace-pre-wrap -outline-offset-2"
        style={{ maxHeight }}
      >
        {text === '' ? t.json.empty : cut ? text.slice(0, 20_000) : text}
      </pre>
      {cut && (
        <Button variant="quiet" size="sm" onClick={() => setAll(true)} className="m-1">
          {t.json.showAll(text.length)}
        </Button>
      )}
    </div>
  )
}
