import { lazy, type ReactNode, type RefObject, Suspense, useState } from 'react'
import type { PopoverProps } from '@/ui/popover'

const Popover = lazy(() => import('@/ui/popover').then((m) => ({ default: m.Popover })))

/** A panel at a button, fetched with its first opening. */
export function LazyPopover(
  props: Omit<PopoverProps, 'trigger' | 'open'> & {
    open: boolean
    anchor: RefObject<Element | null>
    children: ReactNode
  },
) {
  const [used, setUsed] = useState(false)
  if (props.open && !used) setUsed(true)
  if (!used) return null
  return (
    <Suspense fallback={null}>
      <Popover {...props}>{props.children}</Popover>
    </Suspense>
  )
}
