import { Link } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { cx } from '@/lib/cx'

/** A screen: its title is also the title of the browser's tab. */
export function Page(props: {
  title: string
  /** Shown instead of the title in the heading line. */
  heading?: ReactNode
  /** The list that this is one of. */
  back?: '/runs' | '/subscribers' | '/catalogue'
  sub?: ReactNode
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  const common = useTexts(commonTexts)
  useEffect(() => {
    document.title = `${props.title} · Zveno`
  }, [props.title])
  return (
    <div
      className={cx(
        'mx-auto w-full px-4 pt-5 pb-10 md:px-8 md:pt-7',
        props.wide ? 'max-w-[100rem]' : 'max-w-6xl',
      )}
    >
      <header className="mb-5 flex flex-wrap items-center gap-x-4 gap-y-3">
        <div className="min-w-0 grow">
          <h1 className="flex items-start gap-1 text-[1.375rem] leading-7 font-semibold tracking-tight">
            {props.back && (
              <Link
                to={props.back}
                aria-label={common.back}
                className="-mt-0.5 -ml-2 grid size-8 shrink-0 place-items-center self-center rounded-lg text-ink-soft hover:bg-hover"
              >
                <ChevronLeft className="size-5" />
              </Link>
            )}
            <span className="min-w-0 break-words">{props.heading ?? props.title}</span>
          </h1>
          {props.sub && <div className="mt-0.5 text-ink-soft">{props.sub}</div>}
        </div>
        {props.actions && <div className="flex flex-wrap items-center gap-2">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  )
}

export const Card = ({ className, children }: { className?: string; children: ReactNode }) => (
  <section className={cx('rounded-2xl border border-line bg-surface shadow-card', className)}>
    {children}
  </section>
)
