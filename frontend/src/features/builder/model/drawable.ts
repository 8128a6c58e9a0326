// Whether the builder can draw a document. A file or a program may bring anything; what only lacks
// something is drawn with its problems, what has another shape would break the page.
import { type Doc, KINDS } from './doc'

type Box = Record<string, unknown>

const isBox = (v: unknown): v is Box => typeof v === 'object' && v !== null && !Array.isArray(v)
const maybe = (v: unknown, is: (v: unknown) => boolean): boolean => v === undefined || is(v)
const isText = (v: unknown): boolean => typeof v === 'string'
const listOf =
  (is: (v: unknown) => boolean) =>
  (v: unknown): boolean =>
    Array.isArray(v) && v.every(is)

function isSource(v: unknown): boolean {
  if (
    !isBox(v) ||
    !maybe(
      v.transforms,
      listOf((t) => isBox(t) && isText(t.fn)),
    )
  )
    return false
  if ('path' in v) return isText(v.path)
  if ('template' in v) return isText(v.template)
  if ('object' in v) return isFields(v.object)
  if ('list' in v) return listOf(isSource)(v.list)
  return 'literal' in v || isText(v.secret)
}

const isFields = (v: unknown): boolean => isBox(v) && Object.values(v).every(isSource)

function isCondition(v: unknown): boolean {
  if (!isBox(v)) return false
  if ('all' in v) return listOf(isCondition)(v.all)
  if ('any' in v) return listOf(isCondition)(v.any)
  if ('not' in v) return isCondition(v.not)
  return isSource(v.left) && isText(v.op) && maybe(v.right, isSource)
}

const isReply = (v: unknown): boolean =>
  isBox(v) &&
  maybe(v.text, isSource) &&
  maybe(v.xml, isSource) &&
  maybe(v.json, (json) => isSource(json) || isFields(json))

const isArm = (v: unknown): boolean =>
  isBox(v) && maybe(v.name, isText) && maybe(v.when, isCondition) && listOf(isStep)(v.steps)

const inside: Record<(typeof KINDS)[number], (step: Box) => boolean> = {
  action: ({ action, input, on_error }) =>
    isText(action) &&
    maybe(input, isFields) &&
    maybe(on_error, (v) => isText(v) || (isBox(v) && listOf(isStep)(v.steps))),
  branch: ({ branch }) => listOf(isArm)(branch),
  for_each: ({ for_each, steps }) => isSource(for_each) && listOf(isStep)(steps),
  delay: ({ delay }) => isBox(delay) && (isText(delay.for) || isSource(delay.until)),
  set: ({ set }) => isFields(set),
  filter: ({ filter }) => isCondition(filter),
  respond: ({ respond }) => isReply(respond),
}

function isStep(v: unknown): boolean {
  if (!isBox(v) || !isText(v.id) || !maybe(v.name, isText)) return false
  const kinds = KINDS.filter((kind) => kind in v)
  return kinds.length === 1 && kinds.every((kind) => inside[kind](v))
}

const isTrigger = (v: unknown): boolean =>
  isBox(v) &&
  isText(v.connector) &&
  isText(v.event) &&
  maybe(v.input, isFields) &&
  maybe(v.only_if, isCondition) &&
  maybe(v.respond, isReply)

/** Whether every part that is drawn has the shape that the builder knows. */
export const isDrawable = (doc: unknown): doc is Doc =>
  isBox(doc) &&
  isText(doc.name) &&
  isTrigger(doc.trigger) &&
  listOf(isStep)(doc.steps) &&
  maybe(doc.settings, isBox)
