import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { Exchange } from './runs'
import type { Page, RunState } from './types'

/** A kind of event that the workspace publishes. */
export interface EventType {
  name: string
  title: string
  description: string
  /** JSON Schema of the payload; none: anything is allowed. */
  schema?: unknown
  sample?: unknown
  updated_at: string
}

/** What is declared of an event type. */
export interface EventTypeInput {
  title: string
  description: string
  schema: unknown
  sample: unknown
}

export const eventTypesQuery = queryOptions({
  queryKey: ['event-types'],
  // As many as a workspace may have.
  queryFn: ({ signal }) =>
    api.get<Page<EventType>>('/event-types', { query: { limit: 500 }, signal }),
  select: (page) => page.items,
})

export type SubscriberState = 'active' | 'paused' | 'disabled'

/** A receiver of the workspace's own events. */
export interface Subscriber {
  id: string
  name: string
  url: string
  /** Empty: every type. */
  types: string[]
  /** A condition of the flow language: `$.trigger.data` is the payload. */
  filter?: unknown
  /** Values that look like credentials are masked. */
  headers: Record<string, string>
  properties: Record<string, unknown>
  /** `5/1s`. */
  rate?: string | null
  state: SubscriberState
  disabled?: { at: string; code: string; message: string } | null
  failing_since?: string | null
  last_success_at?: string | null
  last_failure?: {
    at: string
    run: string
    code: string
    message: string
    status?: number | null
  } | null
  old_secret_until?: string | null
  day: { succeeded: number; failed: number; waiting: number; held: number }
  created_at: string
  updated_at: string
}

/** What is sent of a subscriber; headers that are null keep the value they have. */
export interface SubscriberInput {
  name: string
  url: string
  types: string[]
  filter: unknown
  headers: Record<string, string | null>
  properties: Record<string, unknown>
  rate: string | null
}

export interface MadeSubscriber {
  subscriber: Subscriber
  secret: string
}

export interface RotatedSecret {
  secret: string
  old_secret_until: string
}

export const subscribersQuery = infiniteQueryOptions({
  queryKey: ['subscribers', 'list'],
  queryFn: ({ signal, pageParam }) =>
    api.get<Page<Subscriber>>('/subscribers', { query: { limit: 100, cursor: pageParam }, signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next ?? null,
})

export const subscriberQuery = (id: string) =>
  queryOptions({
    queryKey: ['subscribers', 'one', id],
    queryFn: ({ signal }) => api.get<Subscriber>(`/subscribers/${id}`, { signal }),
  })

/** One event on its way to one subscriber. */
export interface SubscriberDelivery {
  /** The run that carries it. */
  run: string
  webhook_id: string
  type: string
  state: RunState
  created_at: string
  ended_at?: string | null
  tries: number
  next_at?: string | null
  code?: string | null
  message?: string | null
  status?: number | null
  replay_of?: string | null
}

export interface SubscriberDeliveryFilter {
  state?: string
  type?: string
}

export const subscriberDeliveriesQuery = (id: string, filter: SubscriberDeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: ['subscribers', 'one', id, 'deliveries', filter],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<SubscriberDelivery>>(`/subscribers/${id}/deliveries`, {
        query: { ...filter, limit: 100, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    // What is under way goes on while somebody looks.
    refetchInterval: 10_000,
  })

/** What a test message came to. */
export interface TestedSubscriber {
  id: string
  taken: boolean
  code?: string | null
  message?: string | null
  took_ms: number
  exchanges: Exchange[]
}
