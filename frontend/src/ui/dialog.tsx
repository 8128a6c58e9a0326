import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'

export interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  children?: ReactNode
  /** Buttons at the bottom right; the last is the main one. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
  initialFocus?: RefObject<HTMLElement | null>
}

const widths = { sm: 'max-w-md', md: 'max-w-xl', lg: 'max-w-3xl' }

/** A modal dialog; on a phone it takes the whole width at the bottom. */
export function Dialog(props: DialogProps) {
  const t = useTexts(commonTexts)
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[#0b0f1a]/45" />
        <Base.Viewport className="fixed inset-0 z-40 flex items-end justify-center sm:items-center sm:p-6">
          <Base.Popup
            initialFocus={props.initialFocus}
            className={cx(
              'relative flex max-h-[92dvh] w-full flex-col rounded-t-2xl border border-line bg-surface shadow-pop outline-none sm:rounded-2xl',
              widths[props.size ?? 'md'],
            )}
          >
            <header className="flex items-start gap-3 px-5 pt-4 pb-2">
              <div className="min-w-0 grow pt-1 pr-9">
                <Base.Title className="text-base font-semibold">{props.title}</Base.Title>
                {props.description && (
                  <Base.Description className="mt-1 text-ink-soft" render={<div />}>
                    {props.description}
                  </Base.Description>
                )}
              </div>
            </header>
            <div className="min-h-0 grow overflow-y-auto px-5 py-2">{props.children}</div>
            {props.footer && (
              <footer className="flex flex-wrap justify-end gap-2 px-5 pt-2 pb-5">
                {props.footer}
              </footer>
            )}
            <Base.Close
              aria-label={t.close}
              className="absolute top-3 right-3 grid size-9 shrink-0 place-items-center rounded-lg text-ink-soft hover:bg-hover"
            >
              <X className="size-4" />
            </Base.Close>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
