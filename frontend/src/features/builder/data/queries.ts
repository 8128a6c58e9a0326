// Questions to the server, as the builder asks them.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, request } from '@/api/client'
import type { Connection } from '@/api/connectors'
import type { Flow, Page, Subscription } from '@/api/types'
import { currentLang } from '@/i18n/lang'
import type { Doc, Fields } from '../model/doc'
import type { ContextGroup } from '../sample/tree'
import type { Saved } from '../store/saver'
import { listOf } from './lists'
import type { ConnectorInfo, Coverage, Previewed, Sample, TransformInfo, Version } from './types'

export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ['builder', id],
    queryFn: ({ signal }) => api.get<Flow>(`/flows/${id}`, { signal }),
    // A visit begins with what the server has: an older copy would be edited as if it were that.
    staleTime: 0,
    gcTime: 0,
  })

const TELLING_MS = 2_000
const TOLD_MS = 15_000

/** How the registration of the flow's address does: there is no news of it, so it is asked for. */
export const subscriptionQuery = (flow: Pick<Flow, 'id' | 'subscription'>) =>
  queryOptions({
    queryKey: ['flow', flow.id, 'subscription'],
    queryFn: async ({ signal }): Promise<Subscription | null> =>
      (await api.get<Flow>(`/flows/${flow.id}`, { signal })).subscription ?? null,
    initialData: flow.subscription ?? null,
    staleTime: TOLD_MS,
    refetchInterval: ({ state: { data } }) =>
      !data ? false : data.state === 'subscribing' ? TELLING_MS : TOLD_MS,
  })

export const connectorsQuery = () =>
  queryOptions({
    queryKey: ['connectors', 'full', currentLang()],
    queryFn: async ({ signal }) =>
      listOf(await api.get<Page<ConnectorInfo> | ConnectorInfo[]>('/connectors', { signal })),
    staleTime: 600_000,
  })

export const transformsQuery = () =>
  queryOptions({
    queryKey: ['transforms', currentLang()],
    queryFn: async ({ signal }) =>
      listOf(await api.get<Page<TransformInfo> | TransformInfo[]>('/transforms', { signal })),
    staleTime: 600_000,
  })

export const connectionsQuery = () =>
  queryOptions({
    queryKey: ['connections', 'choices'],
    queryFn: async ({ signal }) =>
      listOf(
        await api.get<Page<Connection> | Connection[]>('/connections', {
          query: { limit: 100 },
          signal,
        }),
      ),
  })

export const samplesQuery = (flow: string) =>
  queryOptions({
    queryKey: ['flow', flow, 'samples'],
    queryFn: async ({ signal }) =>
      listOf(await api.get<Page<Sample> | Sample[]>(`/flows/${flow}/samples`, { signal })),
  })

/** The data that a step may use. `shape` changes with the steps before it. */
export const contextQuery = (flow: string, step: string, sample: string | null, shape: string) =>
  queryOptions({
    queryKey: ['flow', flow, 'context', step, sample, shape, currentLang()],
    queryFn: async ({ signal }) =>
      listOf(
        await api.get<Page<ContextGroup> | ContextGroup[]>(`/flows/${flow}/context`, {
          query: { step, sample },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

export const previewQuery = (
  flow: string,
  step: string,
  sample: string | null,
  fields: Fields,
  enabled = true,
) =>
  queryOptions({
    queryKey: ['flow', flow, 'preview', step, sample, fields],
    queryFn: async ({ signal }) => {
      const own = step === 'trigger' ? undefined : step
      const body = { flow_id: flow, sample_id: sample ?? undefined, step: own, fields }
      return (await api.post<{ values: Previewed }>('/preview', { body, signal })).values
    },
    enabled: enabled && Object.keys(fields).length > 0,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  })

export const coverageQuery = (flow: string) =>
  queryOptions({
    queryKey: ['flow', flow, 'coverage'],
    queryFn: async ({ signal }) =>
      listOf(
        await api.get<Page<Coverage> | Coverage[]>(`/flows/${flow}/coverage`, {
          query: { events: 200 },
          signal,
        }),
      ),
    staleTime: 60_000,
    retry: false,
  })

export const versionsQuery = (flow: string) =>
  queryOptions({
    queryKey: ['flow', flow, 'versions'],
    queryFn: async ({ signal }) =>
      listOf(await api.get<Page<Version> | Version[]>(`/flows/${flow}/versions`, { signal })),
  })

/** Saves the draft if nobody else has since `etag`. */
export async function saveDraft(flow: string, doc: Doc, etag: string): Promise<Saved> {
  const answer = await request<Saved>('PATCH', `/flows/${flow}/draft`, { body: { doc }, etag })
  return { ...answer.data, etag: answer.data?.etag ?? answer.etag ?? etag }
}
