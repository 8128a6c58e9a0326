import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { AppMark, Flow, FlowRow, Page } from './types'

export interface FlowFilter {
  q?: string
  folder?: string
  state?: string
}

export const flowsQuery = (filter: FlowFilter = {}) =>
  infiniteQueryOptions({
    queryKey: ['flows', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<FlowRow>>('/flows', {
        query: { ...filter, limit: 100, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** Names of flows for filters and choices: the first 200. */
export const flowNamesQuery = queryOptions({
  queryKey: ['flows', 'names'],
  queryFn: ({ signal }) => api.get<Page<FlowRow>>('/flows', { query: { limit: 200 }, signal }),
  select: (page) => page.items.map(({ id, name }) => ({ id, name })),
  staleTime: 60_000,
})

export const foldersQuery = queryOptions({
  queryKey: ['flows', 'folders'],
  queryFn: ({ signal }) => api.get<string[] | Page<string>>('/folders', { signal }),
  select: (answer) => (Array.isArray(answer) ? answer : answer.items),
  staleTime: 60_000,
})

export interface TemplateQuestion {
  id: string
  label: string
  kind: 'text' | 'email' | 'url' | 'number' | 'connection' | string
  /** Of which connector, for a connection. */
  connector?: string | null
  help?: string | null
  placeholder?: string | null
  /** Taken without an answer. */
  default?: unknown
}

export interface Template {
  id: string
  title: string
  description: string
  apps: AppMark[]
  questions: TemplateQuestion[]
  steps: { title: string; connector: string }[]
}

export const templatesQuery = (lang: string) =>
  queryOptions({
    queryKey: ['templates', lang],
    queryFn: ({ signal }) => api.get<Template[] | Page<Template>>('/templates', { signal }),
    select: (answer) => (Array.isArray(answer) ? answer : answer.items),
    staleTime: 600_000,
  })

export interface NewFlow {
  name?: string
  template?: string
  folder?: string
  doc?: unknown
  answers?: Record<string, string>
}

export const createFlow = (body: NewFlow) =>
  api.post<Flow>('/flows', { body, idempotencyKey: crypto.randomUUID?.() })
