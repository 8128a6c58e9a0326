// The condition of a subscriber as the form shows it: comparisons of fields of the payload, of which
// all or any hold. The server compares loosely (`"10"` equals `10`), so values are texts here.

export const ops = [
  'equals',
  'not_equals',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'is_not_empty',
  'is_empty',
  'gt',
  'gte',
  'lt',
  'lte',
] as const
export type Op = (typeof ops)[number]

export const takesValue = (op: Op): boolean => op !== 'is_empty' && op !== 'is_not_empty'

export interface Comparison {
  /** Below the payload: `order.total`. */
  path: string
  op: Op
  value: string
}

export interface Filter {
  mode: 'all' | 'any'
  rows: Comparison[]
}

export const NO_FILTER: Filter = { mode: 'all', rows: [] }

const root = '$.trigger.data.'
const isOp = (op: unknown): op is Op => ops.some((each) => each === op)
const object = (value: unknown): Record<string, unknown> | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
/** Whether an object has these keys and no others. */
const only = (value: Record<string, unknown>, ...keys: string[]) =>
  Object.keys(value).every((key) => keys.includes(key))

function comparisonOf(test: unknown): Comparison | null {
  const it = object(test)
  const left = object(it?.left)
  if (!it || !left || !only(it, 'left', 'op', 'right') || !only(left, 'path') || !isOp(it.op))
    return null
  const path = left.path
  if (typeof path !== 'string' || !path.startsWith(root)) return null
  if (!takesValue(it.op)) return { path: path.slice(root.length), op: it.op, value: '' }
  const right = object(it.right)
  const value = right && only(right, 'literal') ? right.literal : undefined
  if (!['string', 'number', 'boolean'].includes(typeof value)) return null
  return { path: path.slice(root.length), op: it.op, value: String(value) }
}

/** A condition as rows; null for one that rows cannot show. */
export function readFilter(condition: unknown): Filter | null {
  if (condition === null || condition === undefined) return NO_FILTER
  const it = object(condition)
  if (!it) return null
  for (const mode of ['all', 'any'] as const) {
    const items = it[mode]
    if (!only(it, mode) || !Array.isArray(items)) continue
    const rows = items.map(comparisonOf)
    return rows.every((row) => row !== null) ? { mode, rows } : null
  }
  const row = comparisonOf(it)
  return row ? { mode: 'all', rows: [row] } : null
}

/** Null for no condition: rows without a field do not count. */
export function writeFilter({ mode, rows }: Filter): unknown {
  const tests = rows
    .filter((row) => row.path.trim() !== '')
    .map(({ path, op, value }) => {
      const left = { path: `${root}${path.trim().replace(/^\$?\.?/, '')}` }
      return takesValue(op) ? { left, op, right: { literal: value } } : { left, op }
    })
  return tests.length > 0 ? { [mode]: tests } : null
}
