import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { ErrorFull, Page, Pairs, RunState } from './types'

export interface RunRow {
  id: string
  flow: string
  /** Absent if the flow was deleted. */
  flow_name: string | null
  version: number
  state: RunState
  started_at: string
  ended_at: string | null
  took_ms: number | null
  /** The step that the run stands at or ended in. */
  step: string | null
  /** What that step is called, or what it does. */
  step_name?: string | null
  error: ErrorFull | null
  /** Tries of that step. */
  attempt: number
  next_at: string | null
  next_why: string | null
  replay_of: string | null
  /** Made by a test in the editor. */
  test?: boolean
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

/** The last runs that ended with an error. */
export const latestFailedQuery = (flow: string | undefined) =>
  queryOptions({
    queryKey: ['runs', 'latest-failed', flow ?? null],
    queryFn: ({ signal }) =>
      api.get<Page<RunRow>>('/runs', { query: { state: 'failed', flow, limit: 5 }, signal }),
    select: (page) => page.items,
    refetchInterval: 60_000,
  })

/** A request and its answer as they went over the line, secrets masked. Bodies are text. */
export interface Exchange {
  request: { method: string; url: string; headers: Pairs; body: string; cut_from?: number | null }
  response: { status: number; headers: Pairs; body: string; cut_from?: number | null } | null
  took_ms?: number
}

export interface Attempt {
  number: number
  started_at: string
  took_ms: number | null
  /** `done`, `skipped`, `retry`, `limited`, `failed`, `auth`, `unknown`, `superseded`. */
  outcome: string
  error: ErrorFull | null
  exchanges: Exchange[]
}

export interface RunStep {
  step: string
  /** Indexes of the loops around it, such as `3.0`; empty outside loops. */
  item: string
  /** Both together, as other calls name it: `lead`, or `lead#3.0`. */
  place: string
  name: string | null
  /** What it calls: `bitrix24.lead_add@1.0.0`. */
  connector: string | null
  /** The account that it uses. */
  connection?: string | null
  /** `begun`, `waiting`, `entered`, `done`, `skipped`, `filtered`, `failed`, `parked`. */
  state: string
  started_at: string
  ended_at: string | null
  took_ms: number | null
  due_at: string | null
  tries: number
  /** What later steps see; left out where it is large (`output_bytes` says how large). */
  output: unknown
  output_bytes?: number | null
  error: ErrorFull | null
  attempts: Attempt[]
  waits: { from: string; to: string | null; why: string }[]
}

export interface RunFull extends RunRow {
  event: { id: string; delivery: string | null; item: number; received_at: string | null }
  steps: RunStep[]
  more_steps?: boolean
  replays: string[]
  /** `resolve`: the places of the steps that wait for a word. */
  actions: { replay: boolean; cancel: boolean; resolve: string[] }
}

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: ({ signal }) => api.get<RunFull>(`/runs/${id}`, { signal }),
    staleTime: 5_000,
  })

/** One step in full, with outputs and bodies of any size. */
export const wholeStepQuery = (run: string, place: string) =>
  queryOptions({
    queryKey: ['runs', 'one', run, 'whole', place],
    queryFn: ({ signal }) =>
      api.get<RunFull>(`/runs/${run}`, { query: { full: true, place }, signal }),
    select: (answer) => answer.steps[0],
    enabled: false,
  })

export interface ReplayOrder {
  /** `failed`, `start`, or the id of a step. */
  from: string
  version: 'pinned' | 'current'
  /** Steps that are done again although that might do something twice. */
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

/** The runs of a bulk replay: those of the list but for a search by value. */
export interface BulkFilter {
  flow?: string
  states: string[]
  error?: string
  step?: string
  from?: string
  to?: string
}

export const bulkFilterOf = ({ flow, state, error, step, from, to }: RunFilter): BulkFilter => ({
  flow,
  states: state ? [state] : [],
  error,
  step,
  from: momentOf(from),
  to,
})

export interface BulkCount {
  count: number | null
  /** There are more than were counted. */
  more?: boolean
  /** Left out: nobody knows whether their last action happened. */
  unknown?: number
}

export interface BulkReplay {
  id: string
  /** `counting`, `running`, `done`, `cancelled`. */
  state: string
  total: number
  made: number
  skipped?: number
  failed?: number
  created_at: string
}

export const replaysQuery = queryOptions({
  queryKey: ['replays'],
  queryFn: ({ signal }) => api.get<Page<BulkReplay>>('/replays', { signal }),
  select: (page) => page.items,
})
