import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { Page, Pairs, Verdict } from './types'

export interface DeliveryRow {
  id: string
  flow: string | null
  flow_name: string | null
  at: string
  method: string
  path: string
  ip: string | null
  /** Bytes of the body. */
  size: number
  verdict: Verdict
  status: number
  /** Why, where there is something to say. */
  summary: string | null
  /** The address without a flow that it came to. */
  temporary?: string | null
  copy_of?: string | null
  events: { id: string; state: string; reason?: string | null; run: string | null }[]
}

export interface DeliveryFull extends DeliveryRow {
  headers: Pairs
  query: unknown
  body: {
    /** `empty`, `json`, `form`, `xml`, `text`, `binary`, `gone`. */
    kind: string
    text: string | null
    truncated: boolean
    parsed: unknown
    fault?: string | null
  }
  answer: { status: number; headers: Pairs; body: string }
  curl: string | null
}

export interface DeliveryFilter {
  flow?: string
  temporary?: string
  verdict?: string
  q?: string
}

export const deliveriesQuery = (filter: DeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<DeliveryRow>>('/deliveries', {
        query: { ...filter, limit: 100, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['deliveries', 'one', id],
    queryFn: ({ signal }) => api.get<DeliveryFull>(`/deliveries/${id}`, { signal }),
    staleTime: 60_000,
  })

export interface TemporaryAnswer {
  name?: string
  status: number
  headers: Pairs
  body: string
  delay_ms: number
}

export interface TemporaryAddress extends TemporaryAnswer {
  id: string
  url: string
  created_at: string
}

export const temporaryQuery = queryOptions({
  queryKey: ['temporary'],
  queryFn: ({ signal }) => api.get<Page<TemporaryAddress>>('/temporary-addresses', { signal }),
  select: (page) => page.items,
})
