import type { Pairs } from '@/api/types'

/** Headers or query values, folded away. */
export function HeaderTable(props: { headers: Pairs; title: string; open?: boolean }) {
  const rows = props.headers
  if (rows.length === 0) return null
  return (
    <details open={props.open} className="rounded-xl border border-line">
      <summary className="px-3 py-2 text-[0.8125rem] font-medium text-ink-soft">
        {props.title}
        <span className="num ml-1.5 font-normal text-ink-faint">{rows.length}</span>
      </summary>
      <dl className="grid grid-cols-[minmax(6rem,14rem)_minmax(0,1fr)] gap-x-4 gap-y-1 border-t border-line px-3 py-2 font-mono text-xs">
        {rows.map(([name, value], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a header may stand there twice.
          <div key={`${name}${index}`} className="contents">
            <dt className="truncate text-ink-soft">{name}</dt>
            <dd className="break-all">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
