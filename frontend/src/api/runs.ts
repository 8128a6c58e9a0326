import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { ErrorFull, ErrorHead, Page, RunState } from './types'

export interface RunRow {
  id: string
  flow: string
  flow_name: string
  version: number
  state: RunState
  started_at: string
  ended_at: string | null
  took_ms: number | null
  /** The step that the run stands at or ended in. */
  step: string | null
  error: ErrorHead | null
  attempt: number | null
  next_at: string | null
  next_why: string | null
  replay_of: string | null
}

export interface RunFilter {
  flow?: string
  state?: string
  from?: string
  to?: string
  error?: string
  step?: string
  q?: string
}

const spans: Record<string, number> = { '1h': 1, '24h': 24, '7d': 168, '30d': 720 }

/** `24h` and the like as a moment; moments stay as they are. */
export function momentOf(from: string | undefined, now = Date.now()): string | undefined {
  const hours = from ? spans[from] : undefined
  if (hours === undefined) return from
  // Whole minutes, so that asking again is the same question.
  return new Date(Math.floor(now / 60_000) * 60_000 - hours * 3_600_000).toISOString()
}

/** The filter as the API takes it. */
export const runQueryOf = (filter: RunFilter) => ({ ...filter, from: momentOf(filter.from) })

export const pageSize = 100

export const runsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<RunRow>>('/runs', {
        query: { ...runQueryOf(filter), limit: pageSize, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

export interface Exchange {
  request: { method: string; url: string; headers: Record<string, string>; body: unknown }
  response: { status: number; headers: Record<string, string>; body: unknown } | null
}

export interface Attempt {
  number: number
  started_at: string
  took_ms: number | null
  outcome: 'done' | 'retry' | 'failed' | 'unknown' | 'superseded' | 'begun' | string
  error: ErrorHead | null
  exchanges: Exchange[]
}

export interface RunStep {
  /** The place in the run: `lead`, in a loop `lead#3`. */
  step: string
  item: number[] | string | null
  name: string
  connector: string | null
  state:
    | 'done'
    | 'failed'
    | 'filtered'
    | 'skipped'
    | 'waiting'
    | 'running'
    | 'parked'
    | 'pending'
    | string
  started_at: string | null
  took_ms: number | null
  input?: unknown
  output?: unknown
  truncated?: boolean
  error: ErrorFull | null
  attempts: Attempt[]
  waits: { from: string; to: string; why: string }[]
  /** Doing it again might do it twice: a letter, a payment. */
  unsafe?: boolean
}

export interface RunFull extends RunRow {
  current_version?: number | null
  event: {
    id: string
    delivery: string | null
    received_at: string
    data: unknown
    key?: string | null
  }
  error: ErrorFull | null
  steps: RunStep[]
  replays: string[]
  actions: ('replay' | 'cancel' | 'resolve')[]
}

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: ({ signal }) => api.get<RunFull>(`/runs/${id}`, { signal }),
    staleTime: 5_000,
  })

export interface ReplayOrder {
  from: 'start' | 'failed' | 'step'
  step?: string
  version: 'pinned' | 'current'
  repeat_unsafe: string[]
}

export const replayRun = (id: string, body: ReplayOrder) =>
  api.post<{ id: string }>(`/runs/${id}/replay`, { body })

export type ResolveVerdict = 'done' | 'again' | 'skip' | 'fail'

export interface HourCounts {
  hour: string
  succeeded: number
  failed: number
  filtered: number
  parked: number
  cancelled: number
  stale: number
}

export const countsQuery = (hours: number, flow?: string) =>
  queryOptions({
    queryKey: ['runs', 'counts', hours, flow ?? null],
    queryFn: ({ signal }) =>
      api.get<HourCounts[] | Page<HourCounts>>('/runs/counts', { query: { hours, flow }, signal }),
    select: (answer) => (Array.isArray(answer) ? answer : answer.items),
    refetchInterval: 60_000,
  })

export interface QueueHealth {
  depth: number
  oldest_waiting_secs: number | null
  jobs: number
  held: number
  parked: number
  by_destination: { host: string; ok: number; failed: number; open: boolean }[]
}

export const queueQuery = queryOptions({
  queryKey: ['health', 'queue'],
  queryFn: ({ signal }) => api.get<QueueHealth>('/health/queue', { signal }),
  refetchInterval: 10_000,
  staleTime: 5_000,
})

export interface BulkReplay {
  id: string
  state: 'running' | 'done' | 'cancelled' | string
  total: number
  done: number
  created_at: string
  filter: RunFilter
}

export const replaysQuery = queryOptions({
  queryKey: ['replays'],
  queryFn: ({ signal }) => api.get<Page<BulkReplay>>('/replays', { signal }),
  select: (page) => page.items,
})
