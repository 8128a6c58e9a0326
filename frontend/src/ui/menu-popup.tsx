import { Menu } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { RefObject } from 'react'
import { cx } from '@/lib/cx'
import type { MenuEntry, MenuItem } from './menu'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  anchor: RefObject<HTMLElement | null>
  align: 'start' | 'end'
  items: MenuItem[]
}

const Entry = ({ entry }: { entry: MenuEntry }) => (
  <Menu.Item
    disabled={entry.disabled}
    onClick={entry.onSelect}
    className={cx(
      'flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 py-1.5 outline-none select-none data-disabled:opacity-50',
      entry.danger
        ? 'text-bad data-highlighted:bg-bad-soft'
        : 'text-ink data-highlighted:bg-accent-soft',
    )}
  >
    {entry.checked !== undefined && (
      <Check className={cx('size-4 text-accent', !entry.checked && 'invisible')} />
    )}
    {entry.icon && <span className="[&>svg]:size-4">{entry.icon}</span>}
    <span className="grow">{entry.label}</span>
    {entry.hint && <span className="text-xs text-ink-faint">{entry.hint}</span>}
  </Menu.Item>
)

export default function MenuPopup({ open, onOpenChange, anchor, align, items }: Props) {
  return (
    <Menu.Root
      open={open}
      onOpenChange={(next, details) => {
        // A press on the button itself is the button's to answer.
        const target = details.event?.target
        if (!next && target instanceof Node && anchor.current?.contains(target)) return
        onOpenChange(next)
      }}
    >
      <Menu.Portal>
        <Menu.Positioner
          anchor={anchor}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Menu.Popup
            finalFocus={anchor}
            className="max-h-[min(26rem,var(--available-height))] min-w-48 max-w-80 overflow-y-auto rounded-xl border border-line bg-surface p-1 shadow-pop outline-none"
          >
            {items.map((item, index) => {
              if (item === 'rule')
                // biome-ignore lint/suspicious/noArrayIndexKey: made anew on each opening.
                return <Menu.Separator key={`rule${index}`} className="my-1 h-px bg-line" />
              if ('heading' in item)
                return (
                  <div key={item.heading} className="px-2.5 pt-2 pb-1 text-xs text-ink-faint">
                    {item.heading}
                  </div>
                )
              return <Entry key={item.label} entry={item} />
            })}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
