import { Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react'
import { cx } from '@/lib/cx'
import { UnverifiedBadge } from '@/ui/unverified'

export interface Pick {
  id: string
  title: string
  sub?: string
  icon?: ReactNode
  hint?: string
  /** Of a service that the connector was not tried against. */
  unverified?: boolean
  onPick: () => void
}
export interface PickGroup {
  heading: string
  items: Pick[]
}

interface Props {
  label: string
  query: string
  onQuery: (text: string) => void
  groups: PickGroup[]
  none: string
  input?: RefObject<HTMLInputElement | null>
  /** Backspace in the empty search. */
  onBack?: () => void
}

/** A searchable list to choose one thing from: typing filters, arrows move, Enter takes. */
export function PickList({ label, query, onQuery, groups, none, input, onBack }: Props) {
  const id = useId()
  const [at, setAt] = useState(0)
  const flat = groups.flatMap((g) => g.items)
  const index = Math.min(at, flat.length - 1)
  const active = flat[index]
  const optionId = (item: Pick) => `${id}-${item.id}`
  const go = (to: number) => {
    const next = (to + flat.length) % Math.max(1, flat.length)
    setAt(next)
    const item = flat[next]
    if (item) document.getElementById(optionId(item))?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') go(index + 1)
    else if (event.key === 'ArrowUp') go(index - 1)
    else if (event.key === 'Enter') active?.onPick()
    else if (event.key === 'Backspace' && query === '' && onBack) onBack()
    else return
    event.preventDefault()
  }
  return (
    <div className="flex max-h-[min(28rem,70dvh)] flex-col">
      <div className="relative shrink-0 border-b border-line">
        <Search className="absolute top-3.5 left-3 size-4 text-ink-faint" />
        <input
          ref={input}
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={active && optionId(active)}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder={label}
          value={query}
          onChange={(event) => {
            onQuery(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          className="h-11 w-full rounded-t-xl bg-transparent pr-3 pl-9 outline-none"
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        className="min-h-0 overflow-y-auto p-1"
      >
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options.
          <div key={group.heading} role="group" aria-label={group.heading}>
            {group.heading && (
              <div className="px-2.5 pt-2 pb-1 text-xs text-ink-faint">{group.heading}</div>
            )}
            {group.items.map((item) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the search takes the keys.
              <div
                key={item.id}
                id={optionId(item)}
                role="option"
                tabIndex={-1}
                aria-selected={item === active}
                onClick={item.onPick}
                onPointerMove={() => setAt(flat.indexOf(item))}
                className={cx(
                  'flex min-h-11 cursor-pointer items-center gap-3 rounded-lg px-2.5 py-1.5',
                  item === active && 'bg-accent-soft',
                )}
              >
                {item.icon}
                <span className="min-w-0 grow">
                  <span className="flex flex-wrap items-center gap-x-2">
                    <span className="max-w-full truncate">{item.title}</span>
                    {item.unverified && <UnverifiedBadge />}
                  </span>
                  {item.sub && (
                    <span className="block truncate text-xs text-ink-soft">{item.sub}</span>
                  )}
                </span>
                {item.hint && <span className="shrink-0 text-xs text-ink-soft">{item.hint}</span>}
              </div>
            ))}
          </div>
        ))}
        {flat.length === 0 && <p className="px-2.5 py-3 text-ink-soft">{none}</p>}
      </div>
    </div>
  )
}
