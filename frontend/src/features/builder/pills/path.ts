// Paths in their two forms: JSONPath (`$.trigger.body['Ваше имя']`) and the path of templates
// (`trigger.body.[Ваше имя]`). Both mirror backend/mapping (`path`, `reference`).

export type Segment = string | number

const BARE = /^[A-Za-z0-9_$:\u0080-\u{10ffff}-]+$/u
const SHORT = /^[A-Za-z_\u0080-\u{10ffff}][A-Za-z0-9_\u0080-\u{10ffff}]*$/u
/** Words that a template would read as something else at the start of a path. */
const WORDS = new Set(['this', 'true', 'false', 'null', 'else', 'as'])

/** Characters of a name without brackets. */
export const SYMBOL = /[A-Za-z0-9_$:\u0080-\u{10ffff}-]/u

function isNumber(name: string): boolean {
  return /^(0|[1-9]\d*)$/.test(name) && Number.isSafeInteger(Number(name))
}

const ESCAPES: Record<string, string> = {
  "'": "\\'",
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function quote(name: string): string {
  return [...name]
    .map((c) => ESCAPES[c] ?? (c < ' ' ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c))
    .join('')
}

/** The JSONPath of a walk, in the shortest form that reads back as the same. */
export function writePath(segments: readonly Segment[]): string {
  const piece = (s: Segment) => {
    if (typeof s === 'number') {
      return `[${s}]`
    }
    return SHORT.test(s) && !/\s/.test(s) ? `.${s}` : `['${quote(s)}']`
  }
  return `$${segments.map(piece).join('')}`
}

function unquote(body: string, mark: string): string | null {
  const json = mark === '"' ? body : body.replace(/\\'/g, "'").replace(/"/g, '\\"')
  try {
    return JSON.parse(`"${json}"`) as string
  } catch {
    return null
  }
}

/** The walk of a singular JSONPath; null for any other query. */
export function readPath(path: string): Segment[] | null {
  if (!path.startsWith('$')) {
    return null
  }
  const piece =
    /\.([A-Za-z_\u0080-\u{10ffff}][A-Za-z0-9_\u0080-\u{10ffff}]*)|\[\s*(?:(0|-?[1-9]\d*)|(['"])((?:\\[\s\S]|(?!\3)[^\\])*)\3)\s*\]/uy
  const out: Segment[] = []
  let at = 1
  while (at < path.length) {
    piece.lastIndex = at
    const m = piece.exec(path)
    if (!m) {
      return null
    }
    const name = m[1] ?? (m[3] ? unquote(m[4] ?? '', m[3]) : Number(m[2]))
    if (name === null) {
      return null
    }
    out.push(name)
    at = piece.lastIndex
  }
  return out
}

/** Whether a name reads back as itself. The first one may not look like a literal or keyword. */
function isBareName(name: string, first: boolean): boolean {
  const taken = first ? WORDS.has(name) || /^[-\d]/.test(name) : name === 'this' || isNumber(name)
  return BARE.test(name) && !taken
}

/** A walk as templates write it; null where they cannot. */
export function writeReference(segments: readonly Segment[]): string | null {
  if (segments.length === 0) {
    return null
  }
  const out: string[] = []
  for (const [i, s] of segments.entries()) {
    if (typeof s === 'number') {
      if (s < 0) {
        return null
      }
      out.push(`${i === 0 ? 'this.' : ''}${s}`)
    } else if (isBareName(s, i === 0)) {
      out.push(s)
    } else {
      out.push(`${i === 0 ? 'this.' : ''}[${s.replace(/[\]\\]/g, '\\$&')}]`)
    }
  }
  return out.join('.')
}

/** A path of a template at `at`: its walk below the context and where it ends. */
export function readReference(text: string, at: number): { path: Segment[]; end: number } | null {
  let pos = at
  const lead = /^(?:\.\/|@root[./])/.exec(text.slice(pos))
  pos += lead?.[0].length ?? 0
  const out: Segment[] = []
  for (let first = true; ; first = false) {
    const item = readItem(text, pos)
    if (!item) {
      return null
    }
    pos = item.end
    // `this` at the start is the context itself.
    if (!(first && !lead && item.bare && item.name === 'this')) {
      out.push(item.bare && isNumber(item.name) ? Number(item.name) : item.name)
    }
    if (text[pos] !== '.' && text[pos] !== '/') {
      return typeof out[0] === 'string' ? { path: out, end: pos } : null
    }
    pos += 1
  }
}

function readItem(text: string, at: number): { name: string; bare: boolean; end: number } | null {
  if (text[at] !== '[') {
    const bare = /^[A-Za-z0-9_$:\u0080-\u{10ffff}-]+/u.exec(text.slice(at))?.[0]
    return bare ? { name: bare, bare: true, end: at + bare.length } : null
  }
  let name = ''
  for (let i = at + 1; i < text.length; i += 1) {
    const c = text[i] as string
    if (c === ']') {
      return { name, bare: false, end: i + 1 }
    }
    const next = text[i + 1]
    if (c === '\\' && (next === ']' || next === '\\')) {
      name += next
      i += 1
    } else {
      name += c
    }
  }
  return null
}

/** The value at a walk of data; undefined where it leads nowhere. */
export function valueAt(data: unknown, segments: readonly Segment[]): unknown {
  let at: unknown = data
  for (const s of segments) {
    if (Array.isArray(at)) {
      at = at[Number(s) < 0 ? at.length + Number(s) : Number(s)]
    } else if (at !== null && typeof at === 'object' && Object.hasOwn(at, String(s))) {
      at = (at as Record<string, unknown>)[String(s)]
    } else {
      return undefined
    }
  }
  return at
}
