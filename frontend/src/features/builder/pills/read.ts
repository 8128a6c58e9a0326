// Reads a template into text and pills. Exactly the shape that `write` makes is a pill; blocks,
// `{{{x}}}`, `~`, paths as arguments and unknown functions are not, and open as code.
import type { Json, Transform } from '../model/doc'
import { type Expr, Reader } from './expr'
import { type FunctionTable, type Part, type Pill, shape } from './pill'

/** The input of a call and its other arguments by name, if those are all literals. */
function apply(call: Extract<Expr, { name: string }>, table: FunctionTable) {
  const known = shape(table, call.name)
  if (!known || known.input_at === null) {
    return null
  }
  const at = known.input_at ?? 0
  const args: Transform = { fn: call.name }
  let input: Expr | null = null
  let next = 0
  for (const [i, e] of call.positions.entries()) {
    if (i === at) {
      input = e
      continue
    }
    const p = known.params[next] ?? (known.params.at(-1)?.rest ? known.params.at(-1) : undefined)
    next += 1
    if (!p || !('literal' in e)) {
      return null
    }
    args[p.name] = p.rest ? [...((args[p.name] as Json[]) ?? []), e.literal] : e.literal
  }
  for (const [name, e] of call.named) {
    if (!('literal' in e) || !known.params.some((p) => p.name === name)) {
      return null
    }
    args[name] = e.literal
  }
  return input && { input, transform: args }
}

/** A path under calls, from the inside out. */
function chain(expr: Expr, table: FunctionTable): { path: string; transforms: Transform[] } | null {
  if ('path' in expr) {
    return { path: expr.path, transforms: [] }
  }
  const applied = 'name' in expr ? apply(expr, table) : null
  const inner = applied && chain(applied.input, table)
  return inner && { path: inner.path, transforms: [...inner.transforms, applied.transform] }
}

function pillOf(expr: Expr, table: FunctionTable): Pill | null {
  if ('name' in expr && expr.name === 'default') {
    const applied = apply(expr, table)
    const value = applied?.transform.value
    if (applied && value !== undefined && value !== null) {
      const inner = chain(applied.input, table)
      return inner && { ...inner, default: value }
    }
  }
  return chain(expr, table)
}

export interface Tag {
  start: number
  end: number
  /** Null where the tag is code. */
  part: Part | null
}

/** The tag that starts at `start` (`{{`). Null where its end is not found. */
export function readTag(text: string, start: number, table: FunctionTable): Tag | null {
  const r = new Reader(text)
  r.pos = start + 2
  if (!/^(?:[{#/!^>&~*]|\s*else\b)/.test(r.rest)) {
    r.space()
    const expr = r.shown()
    r.space()
    if (expr && r.eat('}}')) {
      const quoted = 'literal' in expr && typeof expr.literal === 'string' ? expr.literal : null
      const pill = quoted === null && !('literal' in expr) ? pillOf(expr, table) : null
      const part: Part | null = quoted === null ? pill && { pill } : { text: quoted }
      return { start, end: r.pos, part }
    }
  }
  const end = text.indexOf('}}', start)
  return end < 0 ? null : { start, end: end + 2, part: null }
}

/** The pieces of a template with their places: text, and tags with what they are. */
export function scan(text: string, table: FunctionTable): { texts: string[]; tags: Tag[] } | null {
  const texts: string[] = []
  const tags: Tag[] = []
  let plain = ''
  let pos = 0
  for (;;) {
    const at = text.indexOf('{{', pos)
    if (at < 0) {
      texts.push(plain + text.slice(pos))
      return { texts, tags }
    }
    const slashes = /\\*$/.exec(text.slice(pos, at))?.[0].length ?? 0
    plain += text.slice(pos, at - Math.min(slashes, 1))
    if (slashes === 1) {
      // A tag that is meant as text.
      const braces = text.startsWith('{{{{', at) ? 4 : 2
      plain += text.slice(at, at + braces)
      pos = at + braces
      continue
    }
    const tag = readTag(text, at, table)
    if (!tag) {
      return null
    }
    texts.push(plain)
    plain = ''
    tags.push(tag)
    pos = tag.end
  }
}

/** Every tag that is complete, whatever else the text has: for drawing while it is typed. */
export function tagsIn(text: string, table: FunctionTable): Tag[] {
  const out: Tag[] = []
  for (let at = text.indexOf('{{'); at >= 0; ) {
    const escaped = text[at - 1] === '\\' && text[at - 2] !== '\\'
    const tag = escaped ? null : readTag(text, at, table)
    if (tag?.part) out.push(tag)
    at = text.indexOf('{{', tag?.part ? tag.end : at + 2)
  }
  return out
}

/** The text and pills of a template; null where it has to be shown as code. */
export function parts(template: string, table: FunctionTable): Part[] | null {
  const found = scan(template, table)
  if (!found || found.tags.some((t) => !t.part)) {
    return null
  }
  const out: Part[] = []
  const add = (part: Part) => {
    const last = out.at(-1)
    if ('text' in part && last && 'text' in last) {
      out[out.length - 1] = { text: last.text + part.text }
    } else if (!('text' in part) || part.text !== '') {
      out.push(part)
    }
  }
  found.texts.forEach((text, i) => {
    add({ text })
    const part = found.tags[i]?.part
    if (part) {
      add(part)
    }
  })
  return out
}

/** The pill that a template is, if it is one and nothing else. */
export function readPill(template: string, table: FunctionTable): Pill | null {
  const found = parts(template, table)
  const only = found?.length === 1 ? found[0] : undefined
  return only && 'pill' in only ? only.pill : null
}
