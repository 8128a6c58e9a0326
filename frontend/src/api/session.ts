import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { api } from './client'
import type { Me, Role } from './types'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.get<Me>('/me', { signal }),
  staleTime: 300_000,
})

/** Who is signed in. The shell has loaded it before any screen is drawn. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data

const rank: Record<Role, number> = { viewer: 0, editor: 1, owner: 2 }

/** Whether the caller has at least this role in the workspace. */
export const useMay = (role: Role): boolean => rank[useMe().workspace.role] >= rank[role]
