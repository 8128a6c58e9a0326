// A field's source as the editor holds it. The editor works on the text of a template; what can be
// said more simply (a literal, a lone pill) is stored so.
import type { Json, Source, Tail } from '../model/doc'
import { readPath } from './path'
import type { FunctionTable, Part, Pill } from './pill'
import { parts } from './read'
import { join } from './write'

export type Value =
  /** Text and pills: `text` is what the editor shows, with pills as tags. */
  | { kind: 'parts'; parts: Part[]; text: string; tail: Tail }
  /** A template that pills cannot show. */
  | { kind: 'code'; text: string; tail: Tail }
  /** A JSONPath that gives a list, or that templates cannot write. */
  | { kind: 'query'; path: string; tail: Tail }
  /** A yes/no, number or null, kept with its type. */
  | { kind: 'fixed'; value: Json }
  | { kind: 'secret'; name: string }
  | { kind: 'nested'; source: Source }

const EMPTY: Value = { kind: 'parts', parts: [], text: '', tail: {} }

function tailOf(source: Source): Tail {
  const tail: Tail = {}
  if (source.transforms?.length) {
    tail.transforms = source.transforms
  }
  if (source.default !== undefined) {
    tail.default = source.default
  }
  return tail
}

export function hasTail(tail: Tail): boolean {
  return Boolean(tail.transforms?.length) || tail.default !== undefined
}

/** The pill of a singular path. */
export function pillOf(source: { path: string } & Tail): Pill {
  const pill: Pill = { path: source.path, transforms: source.transforms ?? [] }
  if (source.default !== undefined) {
    pill.default = source.default
  }
  return pill
}

function fromParts(list: Part[], table: FunctionTable, tail: Tail = {}): Value | null {
  const text = join(list, table)
  return text === null ? null : { kind: 'parts', parts: list, text, tail }
}

/** What the editor shows for a source. */
export function readValue(source: Source | undefined, table: FunctionTable): Value {
  if (!source) {
    return EMPTY
  }
  if ('secret' in source) {
    return { kind: 'secret', name: source.secret }
  }
  if ('path' in source) {
    const value = readPath(source.path) && fromParts([{ pill: pillOf(source) }], table)
    return value || { kind: 'query', path: source.path, tail: tailOf(source) }
  }
  if ('template' in source) {
    const found = parts(source.template, table)
    const value = found && fromParts(found, table, tailOf(source))
    return value || { kind: 'code', text: source.template, tail: tailOf(source) }
  }
  if ('literal' in source) {
    const tail = tailOf(source)
    if (typeof source.literal === 'string') {
      const list = source.literal === '' ? [] : [{ text: source.literal }]
      return fromParts(list, table, tail) ?? EMPTY
    }
    return hasTail(tail) ? { kind: 'nested', source } : { kind: 'fixed', value: source.literal }
  }
  return { kind: 'nested', source }
}

/** The source of text and pills; undefined where nothing is left. */
export function writeParts(list: readonly Part[], table: FunctionTable, tail: Tail = {}) {
  const [only] = list
  if (list.length === 0) {
    return hasTail(tail) ? { literal: '', ...tail } : undefined
  }
  if (list.length === 1 && only && 'pill' in only && !hasTail(tail)) {
    const { path, transforms, default: otherwise } = only.pill
    const source: Source = { path }
    if (transforms.length > 0) {
      source.transforms = transforms
    }
    if (otherwise !== undefined) {
      source.default = otherwise
    }
    return source
  }
  if (list.every((p) => 'text' in p)) {
    return { literal: list.map((p) => ('text' in p ? p.text : '')).join(''), ...tail }
  }
  const template = join(list, table)
  return template === null ? undefined : { template, ...tail }
}

/** The source of what stands in the editor. */
export function writeText(text: string, table: FunctionTable, tail: Tail = {}): Source | undefined {
  const found = parts(text, table)
  if (found === null) {
    return { template: text, ...tail }
  }
  return writeParts(found, table, tail)
}

/** Whether nothing was given for a field. */
export function isEmpty(source: Source | undefined): boolean {
  if (!source) {
    return true
  }
  if ('literal' in source) {
    return (source.literal === '' || source.literal === null) && !hasTail(source)
  }
  if ('object' in source) {
    return Object.values(source.object).every(isEmpty)
  }
  return 'list' in source && source.list.length === 0
}

/** The pills of a source, nested ones too. */
export function pillsIn(source: Source | undefined, table: FunctionTable): Pill[] {
  if (!source) {
    return []
  }
  if ('object' in source) {
    return Object.values(source.object).flatMap((s) => pillsIn(s, table))
  }
  if ('list' in source) {
    return source.list.flatMap((s) => pillsIn(s, table))
  }
  const value = readValue(source, table)
  return value.kind === 'parts' ? value.parts.flatMap((p) => ('pill' in p ? [p.pill] : [])) : []
}
