import type { UseQueryResult } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiProblem } from '@/api/problem'
import { settingsTexts } from '@/i18n/catalogue'
import { useTexts } from '@/i18n/texts'
import { Card } from '@/ui/page'
import { Empty, ErrorState, Loading } from '@/ui/states'

export const Section = (props: {
  title: string
  text?: ReactNode
  actions?: ReactNode
  children?: ReactNode
}) => (
  <Card className="p-4 md:p-5">
    <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="min-w-0 grow">
        <h2 className="text-base font-semibold">{props.title}</h2>
        {props.text && <p className="text-ink-soft">{props.text}</p>}
      </div>
      {props.actions}
    </div>
    {props.children}
  </Card>
)

/** What a list or form is drawn from: waits, tells of errors, and of what is not for everybody. */
export function Loaded<T>(props: {
  query: Pick<UseQueryResult<T>, 'isPending' | 'isError' | 'error' | 'data'> & {
    refetch: () => unknown
  }
  rows?: number
  children: (data: T) => ReactNode
}) {
  const { query } = props
  const t = useTexts(settingsTexts)
  if (query.isPending) return <Loading rows={props.rows ?? 3} />
  if (query.isError) {
    const status = query.error instanceof ApiProblem ? query.error.status : null
    if (status === 403) return <Empty icon={Lock} title={t.ownerOnly} />
    if (status === 404) return <Empty title={t.absent} />
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  }
  return props.children(query.data as T)
}
