import { CloudOff, type LucideIcon, SearchX, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiProblem } from '@/api/problem'
import { commonTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { actionUrl } from '@/lib/base'
import { cx } from '@/lib/cx'
import { Button } from './button'

/** Says that there is nothing yet, and what to do about it. */
export const Empty = (props: {
  icon?: LucideIcon
  title: string
  text?: ReactNode
  children?: ReactNode
  className?: string
}) => (
  <div className={cx('flex flex-col items-center px-4 py-12 text-center', props.className)}>
    {props.icon && (
      <span className="mb-3 grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent">
        <props.icon className="size-6" />
      </span>
    )}
    <h2 className="text-base font-semibold">{props.title}</h2>
    {props.text && <div className="mt-1 max-w-md text-ink-soft">{props.text}</div>}
    {props.children && (
      <div className="mt-4 flex flex-wrap justify-center gap-2">{props.children}</div>
    )}
  </div>
)

export function NothingFound({ onClear }: { onClear?: () => void }) {
  const t = useTexts(commonTexts)
  return (
    <Empty icon={SearchX} title={t.nothingFound} text={t.nothingFoundHint}>
      {onClear && (
        <Button onClick={onClear} icon={<Undo2 className="size-4" />}>
          {t.clear}
        </Button>
      )}
    </Empty>
  )
}

/** Grey bars in the place of what is being loaded. */
export function Loading({ rows = 5, className }: { rows?: number; className?: string }) {
  const t = useTexts(commonTexts)
  return (
    <div role="status" aria-label={t.loading} className={cx('flex flex-col gap-2', className)}>
      {Array.from({ length: rows }, (_, row) => `bar${row}`).map((key) => (
        <div key={key} className="h-14 animate-pulse rounded-xl bg-sunken" />
      ))}
    </div>
  )
}

/** What the texts of an error are, for any error. */
export function useErrorText(): (error: unknown) => string {
  const t = useTexts(commonTexts)
  return (error) => {
    if (!(error instanceof ApiProblem)) return t.errorUnexpected
    if (error.isNetwork) return t.errorNetwork
    if (error.status === 403 && !error.body.detail) return t.errorForbidden
    return error.body.detail ?? error.body.title ?? t.errorUnexpected
  }
}

/** What happened, whose side it is on, what to press. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useTexts(commonTexts)
  const text = useErrorText()
  const problem = error instanceof ApiProblem ? error : null
  if (problem?.status === 404)
    return <Empty icon={SearchX} title={t.notFoundTitle} text={t.notFoundText} />
  return (
    <div role="alert">
      <Empty icon={CloudOff} title={problem?.body.title ?? t.errorTitle} text={text(error)}>
        {problem?.body.action?.href && (
          <a
            className="font-medium text-accent underline"
            href={actionUrl(problem.body.action.href)}
          >
            {problem.body.action.label}
          </a>
        )}
        {onRetry && <Button onClick={onRetry}>{t.retry}</Button>}
      </Empty>
    </div>
  )
}
