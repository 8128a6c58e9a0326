import type { FieldProblem, Side } from './problem'

/** A slice of a list; `next` is the cursor of the following one. */
export interface Page<T> {
  items: T[]
  next: string | null
}

export type Role = 'owner' | 'editor' | 'viewer'

export interface WorkspaceRef {
  id: string
  name: string
  role: Role
}

export interface Me {
  user: {
    id: string
    name: string
    email: string
    language: 'ru' | 'en'
    theme: 'system' | 'light' | 'dark'
  }
  workspace: WorkspaceRef
  workspaces: WorkspaceRef[]
  server: { version: string; public_url: string; ui_base: string; smtp: boolean }
}

/** How a connector is drawn where there is no picture: its letter on its colour. */
export interface AppMark {
  connector: string
  title: string
  color: string
  mark: string
}

export type FlowState = 'draft' | 'on' | 'paused'

export interface FlowRow {
  id: string
  name: string
  folder: string | null
  state: FlowState
  trigger: { connector: string; event: string; title: string; icon: string | null } | null
  apps: AppMark[]
  version: number | null
  unpublished: boolean
  problems: number
  day: { total: number; failed: number; hours: number[] }
  held: number
  last_event_at: string | null
  updated_at: string
}

/** How the registration of an address at the service does. */
export interface Subscription {
  state: 'subscribing' | 'active' | 'failed' | 'leaving' | string
  /** Why it failed. */
  reason?: string | null
  /** When the address of a draft is taken back; null for a flow that is on. */
  until?: string | null
}

export interface Flow {
  id: string
  name: string
  folder: string | null
  state: FlowState
  hook_url: string
  old_hook_urls: string[]
  version: number | null
  draft: { doc: unknown; etag: string; by: string; at: string; problems: FieldProblem[] }
  published_doc: unknown
  held: number
  /** Where the address is registered, not pasted by a person. */
  subscription?: Subscription | null
  created_at: string
}

export type Verdict =
  | 'run'
  | 'held'
  | 'duplicate'
  | 'probe'
  | 'filtered'
  | 'stale'
  | 'rejected'
  | 'refused'
  | 'test'
  | 'temporary'
  | 'dropped'

export type RunState =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'filtered'
  | 'stale'
  | 'failed'
  | 'parked'
  | 'cancelled'

export interface ErrorHead {
  code: string
  title: string
  side: Side
}

export interface ErrorFull extends ErrorHead {
  /** More about this case, with the service's own words. */
  detail?: string | null
  action?: { label: string; href: string | null } | null
}

/** Names and values in the order in which they came; a name may stand there twice. */
export type Pairs = [string, string][]
