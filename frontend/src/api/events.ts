import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { Page, Verdict } from './types'

export interface DeliveryRow {
  id: string
  flow: string | null
  flow_name: string | null
  at: string
  method: string
  path: string
  ip: string | null
  size: number
  verdict: Verdict
  status: number
  summary: string
}

export interface DeliveryFull extends DeliveryRow {
  headers: Record<string, string> | [string, string][]
  query: Record<string, string> | [string, string][]
  body: { kind: string; text: string; truncated: boolean; parsed: unknown }
  answer: { status: number; headers: Record<string, string> | [string, string][]; body: string }
  /** Why it was rejected or held, in words. */
  reason?: string | null
  events: { id: string; state: string; run: string | null }[]
  curl: string
}

export interface DeliveryFilter {
  flow?: string
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
  headers: Record<string, string>
  body: string
  delay_ms: number
}

export interface TemporaryAddress extends TemporaryAnswer {
  id: string
  url: string
  flow?: string | null
  deliveries?: number
  created_at: string
  expires_at: string | null
}

export const temporaryQuery = queryOptions({
  queryKey: ['temporary'],
  queryFn: ({ signal }) => api.get<Page<TemporaryAddress>>('/temporary-addresses', { signal }),
  select: (page) => page.items,
})

/** Pairs of headers, in whichever shape they came. */
export const pairs = (
  headers: Record<string, string> | [string, string][] | null | undefined,
): [string, string][] => (Array.isArray(headers) ? headers : Object.entries(headers ?? {}))
