// References to steps inside mappings: `$.steps.lead.output`, `{{steps.lead.output}}`. Renaming a
// step or copying a group of steps keeps them pointed at what was meant.
import type { Json } from './doc'

type Rename = ReadonlyMap<string, string>

const NAME = /^[a-z][a-z0-9_]*$/

function inPath(path: string, names: Rename): string {
  return path.replace(
    /\$\.steps(?:\.([a-z][a-z0-9_]*)(?![\w-])|\[(['"])([a-z][a-z0-9_]*)\2\])/g,
    (all, dotted, _quote, quoted) => {
      const to = names.get(dotted ?? quoted)
      return to === undefined ? all : `$.steps.${to}`
    },
  )
}

/** A tag of a template: texts in quotes stay as they are. */
function inTag(tag: string, names: Rename): string {
  return tag.replace(
    /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(^|[\s({#~=/])((?:@root[./]|(?:\.\.[./])+)?)steps([./])\[?([a-z][a-z0-9_]*)\]?(?![\w$:-])/g,
    (all, lead, up, dot, name) => {
      const to = name === undefined ? undefined : names.get(name)
      return to === undefined ? all : `${lead}${up}steps${dot}${to}`
    },
  )
}

export function renameInTemplate(template: string, names: Rename): string {
  return template.replace(/\{\{[\s\S]*?\}\}/g, (tag) => inTag(tag, names))
}

/** The same part of a document with other names of steps in its mappings. */
export function renameRefs<T>(value: T, names: Rename): T {
  return visit(value as Json, names, null) as T
}

function visit(value: Json, names: Rename, key: string | null): Json {
  if (typeof value === 'string') {
    if (key === 'path') {
      return inPath(value, names)
    }
    return value.includes('{{') ? renameInTemplate(value, names) : value
  }
  if (Array.isArray(value)) {
    return value.map((v) => visit(v, names, key))
  }
  if (value && typeof value === 'object') {
    const out: { [key: string]: Json } = {}
    for (const [k, v] of Object.entries(value)) {
      // A literal is data, whatever it looks like.
      out[k] = k === 'literal' ? v : visit(v, names, k)
    }
    return out
  }
  return value
}

/** The ids of steps that a part of a document reads. */
export function stepsRead(value: unknown): Set<string> {
  const found = new Set<string>()
  const text = JSON.stringify(value) ?? ''
  for (const m of text.matchAll(/\bsteps(?:[./]|\['|\[\\?"|\.\[)([a-z][a-z0-9_]*)/g)) {
    if (m[1] && NAME.test(m[1])) {
      found.add(m[1])
    }
  }
  return found
}
