import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Connection } from '@/api/connectors'
import { connectionsQuery } from '../data/queries'

const NONE: Connection[] = []

export const useConnections = (): Connection[] => useQuery(connectionsQuery()).data ?? NONE

/** The connection that a new step of an app takes by itself: the only one that works. */
export function useConnectionFor(): (connector: string) => string | undefined {
  const all = useConnections()
  return useCallback(
    (connector) => {
      const own = all.filter((c) => c.connector === connector && c.state !== 'broken')
      return own.length === 1 ? own[0]?.id : undefined
    },
    [all],
  )
}
