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

/** `a.b[0].[Ваше имя]`: the way mappings write a path. */
export function childPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`
  const name = plain.test(key) ? key : `[${key}]`
  return parent ? `${parent}.${name}` : name
}

export function kindOf(value: unknown): JsonRow['kind'] {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'object'
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  return typeof value === 'boolean' ? 'bool' : 'text'
}

function children(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item])
  return value && typeof value === 'object' ? Object.entries(value) : []
}

/** What is open: everything down to `depth`, but for what a person has switched. */
export interface Openness {
  depth: number
  switched: ReadonlySet<string>
}

/** The lines that are seen when these parts are open. The root itself has no line. */
export function visibleRows(root: unknown, rootPath: string, openness: Openness): JsonRow[] {
  const rows: JsonRow[] = []
  const walk = (value: unknown, path: string, depth: number) => {
    for (const [key, child] of children(value)) {
      const at = childPath(path, key)
      const size = child && typeof child === 'object' ? Object.keys(child).length : 0
      const open = size > 0 && depth < openness.depth !== openness.switched.has(at)
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
    }
  }
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
    for (const [key, child] of children(value)) {
      const at = childPath(path, key)
      const size = child && typeof child === 'object' ? Object.keys(child).length : 0
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
    }
    return any
  }
  walk(root, rootPath, 0)
  return rows
}
