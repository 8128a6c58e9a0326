import { type InfiniteData, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { type LiveKind, type LiveNews, useLive } from '@/api/live'
import type { Page } from '@/api/types'
import { mergeNews, patchRows, type Row } from './live-rows'

type Pages<T> = InfiniteData<Page<T>, string | null>

/** Beyond this many waiting rows the list is asked for anew instead. */
const mostWaiting = 500

/** News for a list of pages: changes go in at once, new rows wait for `showFresh`. */
export function useLiveList<T extends Row>(options: {
  key: QueryKey
  topic: string
  kind: LiveKind
  on: boolean
  wanted: (row: T) => boolean
  /** What is known of a row together with news about it; the news alone by default. */
  complete?: (before: T, now: T) => T
}) {
  const { key, kind, wanted, complete } = options
  const client = useQueryClient()
  const id = JSON.stringify(key)
  // Waiting rows belong to one list: with another filter they are forgotten.
  const [state, setState] = useState<{ id: string; fresh: T[] }>({ id, fresh: [] })
  const fresh = state.id === id ? state.fresh : []

  const onNews = useCallback(
    (news: LiveNews[]) => {
      if (news.some((each) => each.kind === 'reset'))
        void client.invalidateQueries({ queryKey: key })
      const rows = news
        .filter((each) => each.kind === kind && each.data)
        .map((each) => each.data as T)
      const data = client.getQueryData<Pages<T>>(key)
      if (rows.length === 0 || !data) return
      const shown = new Set(data.pages.flatMap((page) => page.items.map((row) => row.id)))
      const merge = mergeNews(shown, fresh, rows, wanted)
      if (merge.changed.size > 0)
        client.setQueryData<Pages<T>>(key, {
          ...data,
          pages: data.pages.map((page) => ({
            ...page,
            items: patchRows(page.items, merge.changed, complete),
          })),
        })
      setState({ id, fresh: merge.fresh })
    },
    [client, key, kind, wanted, complete, fresh, id],
  )
  useLive(options.on ? [options.topic] : [], onNews)

  const showFresh = useCallback(() => {
    if (fresh.length > mostWaiting) void client.resetQueries({ queryKey: key })
    else
      client.setQueryData<Pages<T>>(key, (data) => {
        const [first, ...rest] = data?.pages ?? []
        if (!data || !first) return data
        return { ...data, pages: [{ ...first, items: [...fresh, ...first.items] }, ...rest] }
      })
    if (complete) void client.invalidateQueries({ queryKey: key })
    setState({ id, fresh: [] })
    scrollTo({ top: 0 })
  }, [client, key, complete, fresh, id])

  return { fresh: fresh.length, showFresh }
}
