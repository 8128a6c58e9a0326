import type { ReactNode } from 'react'
import { Card } from './page'
import { ErrorState, Loading } from './states'

export interface PlainListProps<T> {
  query: { isPending: boolean; isError: boolean; error: unknown; refetch: () => unknown }
  /** Absent as long as they are not known. */
  rows: readonly T[] | undefined
  label: string
  /** How many grey bars stand for them meanwhile. */
  waiting: number
  /** In their place where there are none. */
  empty: ReactNode
  /** Over the rows, where there are any: how one more is made. */
  over?: ReactNode
  /** A line over the first row, on wide screens. */
  head?: ReactNode
  /** A row: an `<li>` with a key. */
  render: (row: T) => ReactNode
}

/** A short list on one card, or why there is none. */
export function PlainList<T>({ query, rows, ...props }: PlainListProps<T>) {
  return (
    <>
      {query.isPending && <Loading rows={props.waiting} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {rows?.length === 0 && props.empty}
      {rows && rows.length > 0 && props.over && (
        <div className="mb-3 flex justify-end">{props.over}</div>
      )}
      {rows && rows.length > 0 && (
        <Card className="overflow-clip">
          {props.head}
          <ul aria-label={props.label} className="divide-y divide-line">
            {rows.map(props.render)}
          </ul>
        </Card>
      )}
    </>
  )
}
