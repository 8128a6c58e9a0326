import { Database, X } from 'lucide-react'
import { createContext, type ReactNode, use, useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { builderTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'
import { IconButton } from '@/ui/button'
import { DataDock } from '../mapping/data-dock'
import { useHasTarget } from '../mapping/scope'
import { useStore } from '../store/state'
import { focusStep } from '../tree/actions'
import { useJump } from './jump'

/** Where the data stands on a wide screen: beside the panel. On others it is at its foot. */
export const DockSlot = createContext<HTMLElement | null>(null)

interface FrameProps {
  icon: ReactNode
  title: ReactNode
  sub?: ReactNode
  /** Buttons beside the one that closes. */
  actions?: ReactNode
  /** Between the title and what scrolls. */
  tabs?: ReactNode
  children: ReactNode
  footer: ReactNode
  /** Ctrl or Cmd with Enter, wherever the focus is in the panel. */
  onCheck?: () => void
  /** Fields that take data: the data stands beside or below them. */
  data?: boolean
}

/** The keys that check a step, for `aria-keyshortcuts`. */
export const CHECK_KEYS = 'Control+Enter Meta+Enter'

/** The panel of a step: title, what scrolls, buttons; data docked to it while a field is written. */
export function Frame(props: FrameProps) {
  const all = useTexts(builderTexts)
  const store = useStore()
  const has = useHasTarget()
  const slot = use(DockSlot)
  const [closed, setClosed] = useState(false)
  const box = useRef<HTMLElement>(null)
  useJump(box)
  useEffect(() => {
    if (!has) setClosed(false)
  }, [has])
  const close = () => {
    const { selected } = store.state.get()
    store.select(null)
    if (selected) focusStep(selected)
  }
  const docked = Boolean(props.data && has && !store.readOnly)
  const dock = docked && !closed && (
    <DataDock
      onClose={() => setClosed(true)}
      className={
        slot ? 'h-full w-72 border-l border-line' : 'h-[44%] shrink-0 border-t border-line'
      }
    />
  )
  return (
    <section
      ref={box}
      aria-label={all.steps.panel.tabsLabel}
      onKeyDown={(event) => {
        // Dialogs that stand elsewhere in the page have keys of their own.
        const inside = event.currentTarget.contains(event.target as Node)
        if (event.defaultPrevented) return
        if (event.key === 'Escape') close()
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && inside) {
          event.preventDefault()
          props.onCheck?.()
        }
      }}
      className="flex h-full min-h-0 min-w-0 flex-col bg-surface"
    >
      <header className="flex shrink-0 items-center gap-3 px-4 pt-3 pb-2">
        {props.icon}
        <div className="min-w-0 grow">
          {props.title}
          {props.sub && <div className="text-[0.8125rem] text-ink-soft">{props.sub}</div>}
        </div>
        {docked && closed && (
          <IconButton label={all.mapping.data.open} onClick={() => setClosed(false)}>
            <Database className="size-4" />
          </IconButton>
        )}
        {props.actions}
        <IconButton label={all.steps.panel.close} onClick={close}>
          <X className="size-4" />
        </IconButton>
      </header>
      {props.tabs}
      <div className="min-h-0 grow overflow-y-auto px-4 pt-3 pb-6">{props.children}</div>
      {slot ? createPortal(dock, slot) : dock}
      <footer className="flex shrink-0 items-center justify-between gap-2 border-t border-line px-4 py-3">
        {props.footer}
      </footer>
    </section>
  )
}

/** A line of tabs that only chooses: the contents stand elsewhere. */
export function TabLine<T extends string>(props: {
  label: string
  value: T
  onChange: (id: T) => void
  tabs: { id: T; label: string; mark?: boolean }[]
}) {
  return (
    <div
      role="tablist"
      aria-label={props.label}
      className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3"
    >
      {props.tabs.map((tab, place) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          aria-selected={tab.id === props.value}
          tabIndex={tab.id === props.value ? 0 : -1}
          onClick={() => props.onChange(tab.id)}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
            const next = props.tabs[(place + by + props.tabs.length) % props.tabs.length]
            if (!by || !next) return
            props.onChange(next.id)
            const list = event.currentTarget.parentElement
            ;(list?.children[props.tabs.indexOf(next)] as HTMLElement | undefined)?.focus()
          }}
          className={cx(
            'flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2.5 whitespace-nowrap',
            tab.id === props.value
              ? 'border-accent font-medium text-ink'
              : 'border-transparent text-ink-soft hover:text-ink',
          )}
        >
          {tab.label}
          {tab.mark && <span className="size-1.5 rounded-full bg-bad" />}
        </button>
      ))}
    </div>
  )
}
