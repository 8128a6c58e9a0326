import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react'
import { cx } from '@/lib/cx'

export interface Tab<T extends string> {
  id: T
  label: ReactNode
  content: ReactNode
}

const steps: Record<string, (at: number, many: number) => number> = {
  ArrowRight: (at, many) => (at + 1) % many,
  ArrowLeft: (at, many) => (at + many - 1) % many,
  Home: () => 0,
  End: (_, many) => many - 1,
}

/** Tabs by the pattern of WAI-ARIA: one stop for the Tab key, arrows go through them. */
export function Tabs<T extends string>(props: {
  value: T
  onChange: (id: T) => void
  tabs: Tab<T>[]
  label: string
  className?: string
}) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const at = Math.max(
    0,
    props.tabs.findIndex((tab) => tab.id === props.value),
  )
  const onKeyDown = (event: KeyboardEvent) => {
    const to = steps[event.key]?.(at, props.tabs.length)
    const next = to === undefined ? undefined : props.tabs[to]
    if (!next) return
    event.preventDefault()
    props.onChange(next.id)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[to ?? 0]?.focus()
  }
  return (
    <div>
      <div
        ref={list}
        role="tablist"
        aria-label={props.label}
        onKeyDown={onKeyDown}
        className={cx('flex gap-1 overflow-x-auto border-b border-line', props.className)}
      >
        {props.tabs.map((tab, index) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}t${tab.id}`}
            aria-controls={`${id}p`}
            aria-selected={index === at}
            tabIndex={index === at ? 0 : -1}
            onClick={() => props.onChange(tab.id)}
            className={cx(
              'flex h-10 shrink-0 items-center gap-1.5 border-b-2 px-3 whitespace-nowrap -outline-offset-2',
              index === at
                ? 'border-accent font-medium'
                : 'border-transparent text-ink-soft hover:text-ink',
            )}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}p`} aria-labelledby={`${id}t${props.tabs[at]?.id}`}>
        {props.tabs[at]?.content}
      </div>
    </div>
  )
}
