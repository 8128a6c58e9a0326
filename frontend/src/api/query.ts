import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from './problem'

/** What the server refused will be refused again; what did not arrive is tried twice more. */
const retry = (failures: number, error: Error): boolean =>
  failures < 2 && (!(error instanceof ApiProblem) || error.isNetwork || error.status >= 502)

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry, staleTime: 15_000, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
})
