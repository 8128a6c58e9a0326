// Writes pills and text as a template: `{{default (upper (trim trigger.body.Name)) "-"}}`.
import type { Transform } from '../model/doc'
import { readPath, writeReference } from './path'
import { type FunctionTable, type Part, type Pill, shape } from './pill'

/** The pill as a tag; null where templates have no form for it. */
export function writePill(pill: Pill, table: FunctionTable): string | null {
  const walk = readPath(pill.path)
  let out = walk && writeReference(walk)
  let called = false
  const calls = [...pill.transforms]
  if (pill.default !== undefined) {
    calls.push({ fn: 'default', value: pill.default })
  }
  for (const t of calls) {
    out = out && call(t, called ? `(${out})` : out, table)
    called = true
  }
  return out ? `{{${out}}}` : null
}

/** `function inner args`. */
function call(t: Transform, inner: string, table: FunctionTable): string | null {
  const known = shape(table, t.fn)
  const at = known?.input_at === undefined ? 0 : known.input_at
  if (!known || at === null) {
    return null
  }
  const { fn, ...args } = t
  const words = [fn]
  for (const [i, p] of known.params.entries()) {
    if (i === at) {
      words.push(inner)
    }
    const value = args[p.name]
    delete args[p.name]
    if (i < at || fn === 'default') {
      if (value === undefined) {
        return null
      }
      words.push(JSON.stringify(value))
    } else if (value !== undefined) {
      words.push(`${p.name}=${JSON.stringify(value)}`)
    }
  }
  if (known.params.length <= at) {
    words.push(inner)
  }
  return Object.keys(args).length === 0 ? words.join(' ') : null
}

/** The template of text and pills; null where a pill has no form in templates. */
export function join(parts: readonly Part[], table: FunctionTable): string | null {
  let out = ''
  for (const part of parts) {
    if ('text' in part) {
      out = addText(out, part.text)
    } else {
      const tag = writePill(part.pill, table)
      if (tag === null) {
        return null
      }
      out = addTag(out, tag)
    }
  }
  return out
}

/** Braces that would begin a tag are written as a tag with that text. */
function addText(out: string, text: string): string {
  const [first = '', ...rest] = text.split('{{')
  return rest.reduce((all, piece) => addTag(all, '{{"{{"}}') + piece, out + first)
}

/** Appends a tag so that the text before it stays text. */
function addTag(out: string, tag: string): string {
  if (out.endsWith('{')) {
    return addTag(addTag(out.slice(0, -1), '{{"{"}}'), tag)
  }
  return out.endsWith('\\') ? `${out}\\${tag}` : out + tag
}
