// What the API says about connectors, samples and the rest that the builder asks for. Texts come in
// the language of the page.
import type { FieldProblem } from '@/api/problem'
import type { Verdict } from '@/api/types'
import type { Doc, Fields, Json } from '../model/doc'
import type { Param as ShapeParam } from '../pills/pill'

export type FieldKind =
  | 'string'
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'email'
  | 'phone'
  | 'url'
  | 'select'
  | 'multiselect'
  | 'object'
  | 'list'
  | 'map'
  | 'file'
  | 'json'
  | 'code'
  | 'any'
  | 'info'

export interface Option {
  value: Json
  label: string
}
export interface LookupRef {
  name: string
  params?: Record<string, string>
  depends_on?: string[]
  custom?: boolean
  search?: boolean
}
export interface FieldSpec {
  key: string
  type?: FieldKind
  label?: string
  help?: string | null
  required?: boolean
  default?: Json
  placeholder?: string | null
  example?: Json
  options?: Option[]
  lookup?: LookupRef | null
  fields?: FieldSpec[]
  fields_from?: LookupRef | null
  show_if?: { field: string; equals?: Json; in?: Json[]; filled?: boolean } | null
  secret?: boolean
  advanced?: boolean
  group?: string | null
  mappable?: boolean
  generate?: number | null
}

export interface TriggerInfo {
  key: string
  title: string
  description?: string | null
  kind?: 'webhook' | 'poll' | 'native'
  guide?: string | null
  fields: FieldSpec[]
  output?: FieldSpec[]
  sample?: Json
  dedupe?: { key: string; window?: string } | null
  methods?: string[]
  needs_connection?: boolean
  /** The server tells the service the address by itself. */
  subscribes?: boolean
  unverified?: boolean
  hidden?: boolean
}
export interface ActionInfo {
  key: string
  title: string
  description?: string | null
  kind?: string
  group?: string | null
  fields: FieldSpec[]
  output?: FieldSpec[]
  sample?: Json
  needs_connection?: boolean
  takes_connection?: boolean
  on_unknown?: 'retry' | 'check' | 'park' | null
  has_check?: boolean
  dangerous?: boolean
  unverified?: boolean
  hidden?: boolean
}
export interface ConnectorInfo {
  id: string
  version: string
  title: string
  description?: string | null
  categories?: string[]
  keywords?: string[]
  color: string
  mark: string
  icon?: string | null
  triggers: TriggerInfo[]
  actions: ActionInfo[]
  methods?: ConnectionMethod[]
  connection_optional?: boolean
  limits?: unknown
  guide?: string | null
  unverified?: boolean
}
export interface ConnectionMethod {
  id: string
  title: string
  kind: string
  fields: FieldSpec[]
}
export interface TransformParam extends ShapeParam {
  type: string
  required?: boolean
  title: string
  values?: string[]
}
export interface TransformInfo {
  name: string
  title: string
  description?: string
  group: string
  params: TransformParam[]
  input_at?: number | null
  alias_of?: string | null
}

export interface Sample {
  id: string
  received_at: string
  method?: string | null
  title: string
  verdict: Verdict | string
  reason?: string | null
  fields?: readonly { path: string }[]
  is_test: boolean
}
export interface Draft {
  doc: Doc
  etag: string
  by: string
  at: string
  problems: FieldProblem[]
}
export type Previewed = Record<string, { value?: Json; error?: string }>
export interface Coverage {
  path: string
  present: number
  empty: number
  total: number
}
export interface Automapped {
  fields: Fields
  skipped: string[]
}
/** What `listen` answers: no state where the user pastes the address by hand. */
export interface ListenAnswer {
  state?: string | null
  until?: string | null
}
export interface StepTest {
  request?: { method?: string; url?: string; headers?: Record<string, string>; body?: Json } | null
  response?: { status?: number; headers?: Record<string, string>; body?: Json } | null
  output?: Json
  error?: {
    code: string
    title: string
    side?: string
    detail?: string | null
  } | null
  took_ms?: number | null
}
export interface Version {
  number: number
  at: string
  by: string
  current?: boolean
}
