import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type { Page, Role } from './types'

const list = <T>(key: string[], path: string) =>
  queryOptions({
    queryKey: key,
    queryFn: ({ signal }) => api.get<T[] | Page<T>>(path, { signal }),
    select: (answer: T[] | Page<T>): T[] => (Array.isArray(answer) ? answer : answer.items),
  })

const one = <T>(key: string[], path: string) =>
  queryOptions({ queryKey: key, queryFn: ({ signal }) => api.get<T>(path, { signal }) })

export interface SessionRow {
  id: string
  current: boolean
  agent: string | null
  ip: string | null
  created_at: string
  seen_at: string
}
export const sessionsQuery = list<SessionRow>(['me', 'sessions'], '/me/sessions')

export interface Member {
  user: string
  name: string
  email: string
  role: Role
  joined_at: string
  seen_at: string | null
}
export const membersQuery = list<Member>(['members'], '/members')

export interface Invitation {
  id: string
  email: string | null
  role: Role
  link?: string
  by?: string | null
  expires_at: string
}
export const invitationsQuery = list<Invitation>(['invitations'], '/invitations')

export interface ApiKey {
  id: string
  name: string
  scope: 'read' | 'edit' | 'own'
  created_at: string
  used_at: string | null
  expires_at: string | null
  /** Only in the answer that creates it. */
  key?: string
}
export const apiKeysQuery = list<ApiKey>(['api-keys'], '/api-keys')

export interface AuditRow {
  id: string
  at: string
  actor: string
  action: string
  object: string
  detail: unknown
  remote: string | null
}
export const auditQuery = infiniteQueryOptions({
  queryKey: ['audit'],
  queryFn: ({ signal, pageParam }) =>
    api.get<Page<AuditRow>>('/audit', { query: { limit: 100, cursor: pageParam }, signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
})

/** What a flow has of its own. */
export interface FlowAlerts {
  flow: string
  muted_until?: string | null
  silence_hours?: number | null
}

/** What is said, and to whom. */
export interface AlertsInput {
  /** The owners if nobody is named. */
  emails: string[]
  telegram: { connection?: string | null; chat: string } | null
  /** Gets signed JSON. */
  webhook: string | null
  rules: {
    failures: { on: boolean; count: number; minutes: number }
    recovery: boolean
    silence: { on: boolean; hours: number }
    connection_broken: boolean
    parked: boolean
    waiting: { on: boolean; minutes: number }
    disk: boolean
  }
  digest: 'off' | 'daily' | 'weekly'
  muted_until: string | null
  flows: FlowAlerts[]
}

export interface Alerts extends AlertsInput {
  /** Whether letters can be sent at all. */
  mail: boolean
  /** Who would be told now. */
  receivers: { channel: string; receiver: string }[]
  /** Only in the answer to the change that made it. */
  webhook_secret?: string
}
export const alertsQuery = one<Alerts>(['settings', 'alerts'], '/settings/alerts')

/** What came of a test at each receiver. */
export interface AlertsTested {
  items: { channel: string; receiver: string; ok: boolean; error?: string | null }[]
}

export interface Retention {
  retention_days: number
  payload_days: number
  failed_days: number
  budget_bytes: number | null
  disk: { database_bytes: number; payload_bytes: number | null; free_bytes: number | null }
}
export const retentionQuery = one<Retention>(['settings', 'retention'], '/settings/retention')

export interface Mail {
  host: string
  port: number
  security: 'tls' | 'starttls' | 'none'
  user: string
  password_set: boolean
  from: string
}
export const mailQuery = one<Mail | null>(['settings', 'mail'], '/settings/mail')

export interface Address {
  public_url: string
  locked: boolean
  /** The one from the next start on, if it is another. */
  after_restart: string | null
}
export const addressQuery = one<Address>(['settings', 'address'], '/settings/address')
export interface AddressCheck {
  ok: boolean
  reason: string | null
}

export interface Setting {
  key: string
  value: unknown
  source: 'flag' | 'env' | 'file' | 'database' | 'default'
  locked: boolean
}
export const settingsQuery = list<Setting>(['settings', 'all'], '/settings')

/** Something that was said, or would have been. */
export interface Notification {
  id: string
  at: string
  kind: string
  /** `sent`, `quiet` (the same was said shortly before) or `muted`. */
  how: string
  title: string
  text: string
  href: string
  notices: {
    channel: string
    receiver: string
    /** `waiting`, `sent` or `failed`. */
    state: string
    error?: string | null
  }[]
}
export const notificationsQuery = infiniteQueryOptions({
  queryKey: ['notifications'],
  queryFn: ({ signal, pageParam }) =>
    api.get<Page<Notification>>('/notifications', {
      query: { limit: 20, cursor: pageParam },
      signal,
    }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next ?? null,
})
