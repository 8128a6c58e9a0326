/** One visible line of a JSON tree. */
export interface JsonRow {
  /** Unique: the path as text. */
  path: string
  depth: number
  key: string
  value: unknown
  kind: 'object' | 'list' | 'text' | 'number' | 'bool' | 'null'
  /** Number of children; 0 for leaves. */
  size: number
  open: boolean
}

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Names as paths write them: the objects of a list have the same ones. */
const written = new Map<string, string>()
const writtenAtMost = 10_000

function nameOf(key: string): string {
  let name = written.get(key)
  if (name === undefined) {
    name = plain.test(key) ? key : `[${key}]`
    if (written.size >= writtenAtMost) written.clear()
    written.set(key, name)
  }
  return name
}

/** `a.b[0].[Ваше имя]`: the way mappings write a path. */
export function childPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`
  return parent ? `${parent}.${nameOf(key)}` : nameOf(key)
}

export function kindOf(value: unknown): JsonRow['kind'] {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'object'
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  return typeof value === 'boolean' ? 'bool' : 'text'
}

/** Calls for everything that stands directly in a value. */
function eachChild(value: unknown, call: (key: string | number, child: unknown) => void): void {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) call(index, value[index])
  } else if (value && typeof value === 'object') {
    for (const key of Object.keys(value)) call(key, (value as Record<string, unknown>)[key])
  }
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length
  return value && typeof value === 'object' ? Object.keys(value).length : 0
}

/** What is open: everything down to `depth`, but for what a person has switched. */
export interface Openness {
  depth: number
  switched: ReadonlySet<string>
}

/** The lines that are seen when these parts are open. The root itself has no line. */
export function visibleRows(root: unknown, rootPath: string, openness: Openness): JsonRow[] {
  const rows: JsonRow[] = []
  const { switched } = openness
  const walk = (value: unknown, path: string, depth: number) =>
    eachChild(value, (key, child) => {
      const at = childPath(path, key)
      const size = sizeOf(child)
      // A path is only looked up where somebody has switched something: that costs more than making it.
      const turned = size > 0 && switched.size > 0 && switched.has(at)
      const open = size > 0 && depth < openness.depth !== turned
      rows.push({
        path: at,
        depth,
        key: String(key),
        value: child,
        kind: kindOf(child),
        size,
        open,
      })
      if (open) walk(child, at, depth + 1)
    })
  walk(root, rootPath, 0)
  return rows
}

/** The lines whose name or value contains the text, with all that they stand in. */
export function foundRows(root: unknown, rootPath: string, text: string): JsonRow[] {
  const wanted = text.toLowerCase()
  const rows: JsonRow[] = []
  const hit = (key: string | number, value: unknown) =>
    String(key).toLowerCase().includes(wanted) ||
    ((typeof value !== 'object' || value === null) && String(value).toLowerCase().includes(wanted))
  const walk = (value: unknown, path: string, depth: number): boolean => {
    let any = false
    eachChild(value, (key, child) => {
      const at = childPath(path, key)
      const size = sizeOf(child)
      const before = rows.length
      const row: JsonRow = {
        path: at,
        depth,
        key: String(key),
        value: child,
        kind: kindOf(child),
        size,
        open: size > 0,
      }
      rows.push(row)
      const below = walk(child, at, depth + 1)
      if (below || hit(key, child)) any = true
      else rows.length = before
    })
    return any
  }
  walk(root, rootPath, 0)
  return rows
}
