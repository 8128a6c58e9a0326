import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '@/api/client'

/** When a schedule is due next, or why it cannot be used. */
export interface ScheduleTimes {
  times: string[]
  field?: string | null
  error?: string | null
}

/** `settings` is JSON of the plain values of the trigger. */
export const scheduleTimesQuery = (
  event: string,
  settings: string,
  timezone: string | undefined,
  lang: string,
) =>
  queryOptions({
    queryKey: ['schedule-times', event, settings, timezone ?? null, lang],
    queryFn: ({ signal }) =>
      api.post<ScheduleTimes>('/schedule-times', {
        body: { event, input: JSON.parse(settings) as object, timezone },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 20_000,
    refetchInterval: 30_000,
    retry: false,
  })

/** Whether the browser can show times of a zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
