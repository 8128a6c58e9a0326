import { Popover as Base } from '@base-ui/react/popover'
import type { ReactElement, ReactNode, RefObject } from 'react'
import { cx } from '@/lib/cx'

export interface PopoverProps {
  /** The button that opens it; leave out and give `anchor` to open it from elsewhere. */
  trigger?: ReactElement<Record<string, unknown>>
  anchor?: RefObject<Element | null>
  open?: boolean
  onOpenChange?: (open: boolean) => void
  /** Read aloud as the name of the panel. */
  label: string
  side?: 'top' | 'bottom' | 'left' | 'right'
  align?: 'start' | 'center' | 'end'
  className?: string
  initialFocus?: RefObject<HTMLElement | null>
  /** Asked when the panel closes: false leaves the focus where it is. */
  finalFocus?: () => boolean
  children: ReactNode
}

export function Popover(props: PopoverProps) {
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      {props.trigger && <Base.Trigger render={props.trigger} />}
      <Base.Portal>
        <Base.Positioner
          anchor={props.anchor}
          side={props.side ?? 'bottom'}
          align={props.align ?? 'start'}
          sideOffset={6}
          collisionPadding={8}
          className="z-50"
        >
          <Base.Popup
            aria-label={props.label}
            initialFocus={props.initialFocus}
            finalFocus={props.finalFocus}
            className={cx(
              'max-h-(--available-height) max-w-(--available-width) overflow-y-auto rounded-xl border border-line bg-surface shadow-pop outline-none',
              props.className ?? 'w-80 p-3',
            )}
          >
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
