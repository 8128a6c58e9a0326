import { Ellipsis } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { Button, type ButtonProps } from './button'

export interface MenuEntry {
  label: string
  icon?: ReactNode
  /** Small text at the right: a key, a number. */
  hint?: string
  danger?: boolean
  disabled?: boolean
  /** A tick before the label; leave out where there is nothing to tick. */
  checked?: boolean
  onSelect: () => void
}
/** A heading, a rule, or something to press. */
export type MenuItem = MenuEntry | { heading: string } | 'rule'

const Popup = lazy(() => import('./menu-popup'))

export interface MenuButtonProps extends Omit<ButtonProps, 'onClick'> {
  items: MenuItem[] | (() => MenuItem[])
  align?: 'start' | 'end'
}

/** A button that opens a menu. The menu itself is fetched with the first press. */
export function MenuButton({ items, align = 'end', children, ...rest }: MenuButtonProps) {
  const anchor = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const [used, setUsed] = useState(false)
  return (
    <>
      <Button
        ref={anchor}
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerEnter={() => void import('./menu-popup')}
        onClick={() => {
          setUsed(true)
          setOpen(!open)
        }}
        {...rest}
      >
        {children}
      </Button>
      {used && (
        <Suspense fallback={null}>
          <Popup
            open={open}
            onOpenChange={setOpen}
            anchor={anchor}
            align={align}
            items={open ? (typeof items === 'function' ? items() : items) : []}
          />
        </Suspense>
      )}
    </>
  )
}

/** The three dots at the end of a row, above the link that the row is. */
export const RowMenu = (props: { label: string; items: MenuButtonProps['items'] }) => (
  <span className="relative z-10">
    <MenuButton variant="quiet" size="icon-sm" aria-label={props.label} items={props.items}>
      <Ellipsis className="size-4" />
    </MenuButton>
  </span>
)
