import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

export interface VirtualRowsProps<T> {
  rows: T[]
  rowKey: (row: T) => string
  /** Height of a row before it is measured, in pixels. */
  estimate: number
  render: (row: T, index: number) => ReactNode
  /** Called when the last rows come into sight. */
  onEnd?: () => void
  label: string
}

/** A list of any length of which only the rows in sight are in the page. The window scrolls. */
export function VirtualRows<T>(props: VirtualRowsProps<T>) {
  const list = useRef<HTMLUListElement>(null)
  const virtualizer = useWindowVirtualizer({
    count: props.rows.length,
    estimateSize: () => props.estimate,
    overscan: 8,
    getItemKey: (index) => {
      const row = props.rows[index]
      return row === undefined ? index : props.rowKey(row)
    },
    scrollMargin: list.current?.offsetTop ?? 0,
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  const { onEnd } = props
  const count = props.rows.length
  useEffect(() => {
    if (last >= count - 5) onEnd?.()
  }, [last, count, onEnd])
  return (
    <ul
      ref={list}
      aria-label={props.label}
      className="relative"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {items.map((item) => {
        const row = props.rows[item.index]
        if (row === undefined) return null
        return (
          <li
            key={item.key}
            data-index={item.index}
            ref={virtualizer.measureElement}
            aria-setsize={onEnd ? -1 : count}
            aria-posinset={item.index + 1}
            className="absolute inset-x-0 top-0"
            style={{
              transform: `translateY(${item.start - virtualizer.options.scrollMargin}px)`,
            }}
          >
            {props.render(row, item.index)}
          </li>
        )
      })}
    </ul>
  )
}
