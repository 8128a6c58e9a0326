import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { cx } from '@/lib/cx'

export interface Tab<T extends string> {
  id: T
  label: ReactNode
  content: ReactNode
}

export function Tabs<T extends string>(props: {
  value: T
  onChange: (id: T) => void
  tabs: Tab<T>[]
  label: string
  className?: string
}) {
  return (
    <Base.Root value={props.value} onValueChange={(id) => props.onChange(id as T)}>
      <Base.List
        aria-label={props.label}
        className={cx('flex gap-1 overflow-x-auto border-b border-line', props.className)}
      >
        {props.tabs.map((tab) => (
          <Base.Tab
            key={tab.id}
            value={tab.id}
            className="-mb-px flex h-10 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-3 text-ink-soft whitespace-nowrap hover:text-ink data-active:border-accent data-active:font-medium data-active:text-ink"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {props.tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className="outline-offset-4">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
