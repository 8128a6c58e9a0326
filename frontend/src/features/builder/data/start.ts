import { queryOptions } from '@tanstack/react-query'
import { api } from '@/api/client'
import type { Page } from '@/api/types'

/** What was started by hand, or would be. */
export interface Started {
  /** Rows that can start; 1 for data. */
  rows: number
  faulty: number
  faults: { line: number; column?: string | null; message: string }[]
  /** Columns that fill no field. */
  unused: string[]
  run?: string | null
  /** Why there is no run. */
  reason?: string | null
}

/** Rows of a file that are started one after another. */
export interface Import {
  id: string
  state: 'running' | 'done' | 'stopped' | 'failed'
  total: number
  done: number
  note?: string | null
  created_at: string
}

export const importsQuery = (flow: string) =>
  queryOptions({
    queryKey: ['flow', flow, 'imports'],
    queryFn: ({ signal }) => api.get<Page<Import>>(`/flows/${flow}/imports`, { signal }),
    select: (page) => page.items,
    // Only while one is under way.
    refetchInterval: (query) =>
      query.state.data?.items.some((each) => each.state === 'running') ? 2_000 : false,
    retry: false,
  })
