// The flow document as the server reads and writes it. Types only; the one truth is the Rust
// reader, this mirrors its words.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export interface Transform {
  fn: string
  [arg: string]: Json
}

/** What is done to the value of a source: transforms, then the default where nothing is left. */
export interface Tail {
  transforms?: Transform[]
  default?: Json
}

export type Source = Tail &
  (
    | { literal: Json }
    | { path: string }
    | { template: string }
    | { object: Fields }
    | { list: Source[] }
    | { secret: string }
  )

export type Fields = { [name: string]: Source }

export const OPS = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'matches',
  'is_empty',
  'is_not_empty',
  'exists',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'in',
  'not_in',
  'is_true',
  'is_false',
  'before',
  'after',
] as const
export type Op = (typeof OPS)[number]

export interface Test {
  left: Source
  op: Op
  right?: Source
  exact?: boolean
}
export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | Test

export interface Reply {
  status?: number
  headers?: Fields
  text?: Source
  json?: Source | Fields
  xml?: Source
  empty?: boolean
}
export type TriggerReply = Reply & {
  mode?: 'now' | 'after_run'
  within?: string
  otherwise?: Reply
}

export interface Trigger {
  connector: string
  event: string
  connection?: string
  input?: Fields
  dedupe?: { key: string; window?: string } | 'none'
  newest?: { key: string; at: Source }
  order_by?: string
  on_park?: 'continue' | 'wait'
  only_if?: Condition
  respond?: TriggerReply
  max_body?: number
  /** What people call fields of the event, by path. */
  labels?: Record<string, string>
}

interface Common {
  id: string
  name?: string
  note?: string
  disabled?: boolean
}
export type Retry = 'none' | { preset: 'api' | 'webhook' } | { delays: string[] }
export interface ActionStep extends Common {
  action: string
  connection?: string
  input?: Fields
  retry?: Retry
  on_unknown?: 'retry' | 'check' | 'park'
  on_error?: 'stop' | 'continue' | { steps: Step[] }
  timeout?: string
}
export interface Arm {
  name?: string
  when?: Condition
  steps: Step[]
}
export interface BranchStep extends Common {
  branch: Arm[]
  mode?: 'first' | 'all'
}
export interface ForEachStep extends Common {
  for_each: Source
  as?: string
  concurrency?: number
  steps: Step[]
}
export interface DelayStep extends Common {
  delay: { for: string } | { until: Source }
}
export interface SetStep extends Common {
  set: Fields
}
export interface FilterStep extends Common {
  filter: Condition
}
export interface RespondStep extends Common {
  respond: Reply
}
export type Step =
  | ActionStep
  | BranchStep
  | ForEachStep
  | DelayStep
  | SetStep
  | FilterStep
  | RespondStep

export const KINDS = ['action', 'branch', 'for_each', 'delay', 'set', 'filter', 'respond'] as const
export type Kind = (typeof KINDS)[number]

export interface Settings {
  timezone?: string
  concurrency?: number
  retention_days?: number
  alerts?: 'inherit' | 'off'
}
export interface Doc {
  zveno: 1
  name: string
  trigger: Trigger
  steps: Step[]
  settings?: Settings
}

/** What a step is: the one word of its keys that says so. */
export function kindOf(step: Step): Kind {
  return KINDS.find((k) => k in step) ?? 'action'
}

export interface Reference {
  connector: string
  key: string
  version: string
}

/** `bitrix24.create_lead@1.0.0` in parts; names of connectors have no dots. */
export function readAction(action: string): Reference {
  const [name = '', version = ''] = action.split('@')
  const dot = name.indexOf('.')
  return dot < 0
    ? { connector: name, key: '', version }
    : { connector: name.slice(0, dot), key: name.slice(dot + 1), version }
}

/** `tilda@1.0.0` in parts. */
export function readConnector(connector: string): { connector: string; version: string } {
  const [name = '', version = ''] = connector.split('@')
  return { connector: name, version }
}
