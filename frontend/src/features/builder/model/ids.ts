// Ids of steps: unique in the flow, `[a-z][a-z0-9_]{0,39}`, never a word of mappings.
import type { Doc, Step } from './doc'
import { spots, subtree } from './tree'

const RESERVED = new Set(
  'trigger steps item index vars flow run connection this true false null'.split(' '),
)
/** Latin for the 32 letters from U+0430 on. */
const LATIN = 'a b v g d e zh z i y k l m n o p r s t u f h c ch sh sch  y  e yu ya'.split(' ')

function latin(c: string): string {
  if (c === '\u0451') return 'e'
  return LATIN[(c.codePointAt(0) ?? 0) - 0x430] ?? c
}

/** A word for an id from any text. */
export function slug(text: string): string {
  const word = [...text.toLowerCase()]
    .map(latin)
    .join('')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
  return word.slice(0, 32).replace(/_+$/, '') || 'step'
}

export function isId(id: string): boolean {
  return /^[a-z][a-z0-9_]{0,39}$/.test(id) && !RESERVED.has(id)
}

/** An id from `wish` that is not in `taken`, which then has it. */
export function freeId(wish: string, taken: Set<string>): string {
  const base = slug(wish)
  let id = base
  for (let n = 2; taken.has(id) || RESERVED.has(id); n += 1) {
    id = `${base}_${n}`
  }
  taken.add(id)
  return id
}

export function idsOf(doc: Doc): Set<string> {
  return new Set(spots(doc).map((s) => s.step.id))
}

/** New ids for the steps of a copied subtree: old to new. */
export function freshIds(step: Step, doc: Doc): Map<string, string> {
  const taken = idsOf(doc)
  return new Map(subtree(step).map((s) => [s.id, freeId(s.id.replace(/_\d+$/, ''), taken)]))
}
