import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { type ReactNode, useCallback, useEffect, useMemo } from 'react'
import type { Page } from '@/api/types'
import { Card } from './page'
import { ErrorState, Loading, NothingFound } from './states'
import { VirtualRows, type VirtualRowsProps } from './virtual-rows'

export interface PagedRowsProps<T> extends Omit<VirtualRowsProps<T>, 'rows' | 'onEnd'> {
  list: UseInfiniteQueryResult<InfiniteData<Page<T>>>
  /** How many grey bars stand for the first page. */
  waiting: number
  /** Takes the filters away, where there are any. */
  onClear?: () => void
  /** Where there is nothing at all. */
  empty?: ReactNode
}

/** A list of any length, read page by page as its end comes into sight. */
export function PagedRows<T>({ list, waiting, onClear, empty, ...rest }: PagedRowsProps<T>) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const none = rows.length === 0
  // A search looks through a part at a time: nothing in this one does not mean nothing at all.
  useEffect(() => {
    if (none) onEnd()
  }, [none, onEnd])
  return (
    <>
      {list.isPending && <Loading rows={waiting} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess &&
        none &&
        !hasNextPage &&
        (onClear ? <NothingFound onClear={onClear} /> : empty)}
      {!none && (
        <Card className="overflow-clip">
          <VirtualRows rows={rows} onEnd={hasNextPage ? onEnd : undefined} {...rest} />
        </Card>
      )}
      {(isFetchingNextPage || (none && hasNextPage)) && <Loading rows={1} className="mt-2" />}
    </>
  )
}
