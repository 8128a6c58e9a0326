import { queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { Page } from './types'

/** A field of a form that a connector asks for. */
export interface ConnectorField {
  key: string
  type?: string
  label?: string
  help?: string | null
  placeholder?: string | null
  required?: boolean
  secret?: boolean
  advanced?: boolean
  default?: unknown
  options?: { value: unknown; label: string }[]
}

export interface ConnectionMethod {
  id: string
  title: string
  kind: 'fields' | 'oauth2' | string
  fields: ConnectorField[]
}

export interface ConnectorPart {
  key: string
  title: string
  description: string | null
  hidden?: boolean
  unverified?: boolean
  fields: ConnectorField[]
}

export interface ConnectorTrigger extends ConnectorPart {
  guide?: string | null
}

export interface ConnectorAction extends ConnectorPart {
  /** What becomes of a call of unknown outcome: `retry`, `park` or `check`. */
  on_unknown?: string | null
}

export interface Connector {
  id: string
  version: string
  title: string
  description: string
  categories: string[]
  color: string
  mark: string
  triggers: ConnectorTrigger[]
  actions: ConnectorAction[]
  methods: ConnectionMethod[]
  guide?: string | null
  unverified: boolean
  limits?: string[] | null
  homepage?: string | null
  /** The service's own documentation. */
  docs?: string | null
}

export const connectorsQuery = (lang: string) =>
  queryOptions({
    queryKey: ['connectors', lang],
    queryFn: ({ signal }) =>
      api.get<Connector[] | Page<Connector>>('/connectors', { query: { lang }, signal }),
    select: (answer) => (Array.isArray(answer) ? answer : answer.items),
    staleTime: 600_000,
  })

export const connectorQuery = (id: string, lang: string) =>
  queryOptions({
    queryKey: ['connectors', lang, id],
    queryFn: ({ signal }) => api.get<Connector>(`/connectors/${id}`, { query: { lang }, signal }),
    staleTime: 600_000,
  })

export interface Connection {
  id: string
  connector: string
  title: string
  mark: string
  color?: string
  method?: string
  name: string
  account: string | null
  state: 'ok' | 'expiring' | 'broken'
  reason: string | null
  used_in: number
  updated_at: string
  /** Saved but never tried. */
  untested?: boolean
  /** Values that are no secrets. */
  fields?: Record<string, string>
  /** Fields whose secret is saved. */
  secrets?: string[]
}

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: ({ signal }) =>
    api.get<Page<Connection>>('/connections', { query: { limit: 200 }, signal }),
  select: (page) => page.items,
})

export interface NewConnection {
  connector: string
  method: string
  name?: string
  fields: Record<string, unknown>
}
