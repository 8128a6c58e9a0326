// The data that a step may use, as a list of rows: what the panel shows and what search looks in.
// The server gives groups with fields (`GET /flows/{id}/context`); nested values become rows here.
import type { Json } from '../model/doc'
import { readPath, type Segment, writePath } from '../pills/path'

export interface ContextField {
  path: string
  label?: string | null
  value?: Json
  type?: string | null
  service?: boolean
}
export interface ContextGroup {
  group: string
  title: string
  fields: ContextField[]
}

export interface DataRow {
  path: string
  label: string
  /** The last name of the path, where the label says something else. */
  name: string
  value: Json | undefined
  type: string
  service: boolean
  depth: number
  /** Whether rows stand below it. */
  parent: boolean
}
export interface DataGroup {
  group: string
  title: string
  rows: DataRow[]
}

/** Items of a list, and levels below a field, that get rows of their own. */
const ITEMS = 5
const LEVELS = 6
const ROWS = 2000

export function typeOf(value: Json | undefined): string {
  if (value === undefined) {
    return 'any'
  }
  if (value === null) {
    return 'null'
  }
  return Array.isArray(value) ? 'list' : typeof value
}

function children(value: Json | undefined): [Segment, Json][] {
  if (Array.isArray(value)) {
    return value.slice(0, ITEMS).map((v, i) => [i, v])
  }
  return value !== null && typeof value === 'object' ? Object.entries(value) : []
}

function addRows(out: DataRow[], field: ContextField, walk: Segment[], depth: number): void {
  if (out.length >= ROWS) {
    return
  }
  const last = walk.at(-1)
  const name = typeof last === 'number' ? `[${last}]` : (last ?? field.path)
  const row: DataRow = {
    path: field.path,
    label: field.label || String(name),
    name: String(name),
    value: field.value,
    type: field.type || typeOf(field.value),
    service: Boolean(field.service),
    depth,
    parent: depth < LEVELS && children(field.value).length > 0,
  }
  out.push(row)
  if (depth < LEVELS) {
    for (const [key, value] of children(field.value)) {
      const inner = [...walk, key]
      const service = Boolean(field.service)
      addRows(out, { path: writePath(inner), value, service }, inner, depth + 1)
    }
  }
}

/** The rows of every group, nested values included. Paths that are listed are not repeated. */
export function rowsOf(
  groups: readonly ContextGroup[],
  labels: Readonly<Record<string, string>> = {},
): DataGroup[] {
  return groups.map((g) => {
    const rows: DataRow[] = []
    const listed = new Set(g.fields.map((f) => f.path))
    for (const field of g.fields) {
      const from = rows.length
      addRows(rows, field, readPath(field.path) ?? [field.path], 0)
      // A field that is listed on its own keeps its label.
      const nested = rows.splice(from + 1).filter((r) => !listed.has(r.path))
      rows.push(...nested)
    }
    for (const row of rows) row.label = labels[row.path] ?? row.label
    return { group: g.group, title: g.title, rows }
  })
}

/** A value as one short line. */
export function shown(value: Json | undefined, most = 60): string {
  if (value === undefined || value === null) {
    return ''
  }
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most)}…` : text
}

const fold = (text: string) => text.toLowerCase().replace(/\u0451/g, '\u0435')

/** The rows whose name, label or value has every word of `query`; digits match phone numbers. */
export function search(groups: readonly DataGroup[], query: string): DataGroup[] {
  const words = fold(query).split(/\s+/).filter(Boolean)
  if (words.length === 0) {
    return [...groups]
  }
  const digits = query.replace(/\D/g, '')
  const hit = (row: DataRow) => {
    const scalar = row.value === null || typeof row.value !== 'object'
    const value = scalar ? shown(row.value, 2000) : ''
    const text = fold(`${row.label} ${row.name} ${row.path} ${value}`)
    return (
      words.every((w) => text.includes(w)) ||
      (digits.length >= 4 && value.replace(/\D/g, '').includes(digits))
    )
  }
  return groups
    .map((g) => ({
      ...g,
      rows: g.rows.filter(hit).map((r) => ({ ...r, depth: 0, parent: false })),
    }))
    .filter((g) => g.rows.length > 0)
}

/** Values by path, for pills. */
export function valuesByPath(groups: readonly DataGroup[]): ReadonlyMap<string, DataRow> {
  return new Map(groups.flatMap((g) => g.rows.map((r) => [r.path, r] as const)))
}

/** A group of the data of a sample, for a server that only knows the sample. */
export function groupOf(group: string, title: string, data: Json, base: Segment[]): ContextGroup {
  const fields = children(data).map(([key, value]) => ({ path: writePath([...base, key]), value }))
  return { group, title, fields }
}
