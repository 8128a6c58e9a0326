// What the data of a flow is called where no sample is at hand: on the cards of its steps.
import { findAction, findTrigger } from '../data/catalogue'
import type { ConnectorInfo, FieldSpec } from '../data/types'
import type { Doc, Source } from '../model/doc'
import { spots } from '../model/tree'
import { readPath, type Segment, writePath } from '../pills/path'

/** What a path is called. */
export type DataNames = (path: string) => string

export interface DataTexts {
  /** Values that every run has, by their path. */
  run: Record<string, string>
  /** The item of a loop that nobody gave a name to. */
  item: string
}

/** The names of items that loops have by default. */
const ITEM = 'item'
/** Loops inside loops that are followed to what their lists are called. */
const LOOPS = 8

/** What a path is called where nothing better is known: its last name. */
export function pathLabel(path: string): string {
  const walk = readPath(path) ?? listPath(path) ?? [lastWord(path)]
  const last = walk.at(-1)
  return typeof last === 'number' ? `${walk.at(-2) ?? ''} ${last + 1}`.trim() : (last ?? path)
}

/** Of a query that is no walk. */
const lastWord = (path: string): string =>
  /([\p{L}\p{N}_]+)[^\p{L}\p{N}_]*$/u.exec(path)?.[1] ?? path

/** `order_id` as people write it. */
const readable = (name: string): string => name.replace(/_+/g, ' ').trim() || name

/** The walk of a path that gives a list, without what chooses among its items. */
function listPath(path: string): Segment[] | null {
  const walk = readPath(path.replace(/\[(?:\*|\?[^\]]*|-?\d*:[-\d:]*)\]|\.\*/g, ''))
  return walk && walk.length > 0 ? walk : null
}

const shapes = new WeakMap<Doc, string>()

/** What changes the names: not the texts that are typed into fields. Asked for with every news. */
export function namesShape(doc: Doc): string {
  const before = shapes.get(doc)
  if (before !== undefined) return before
  const shape = shapeOf(doc)
  shapes.set(doc, shape)
  return shape
}

function shapeOf(doc: Doc): string {
  const { connector, event, labels } = doc.trigger
  const steps = spots(doc).map(({ step }) =>
    'action' in step
      ? [step.id, step.action]
      : 'for_each' in step
        ? [step.id, step.as ?? ITEM, step.for_each]
        : [step.id],
  )
  return JSON.stringify([connector, event, labels, steps])
}

interface Known {
  labels: Readonly<Record<string, string>>
  trigger: readonly FieldSpec[]
  steps: ReadonlyMap<string, readonly FieldSpec[]>
  /** The lists of loops, by what they call an item. */
  items: ReadonlyMap<string, Segment[]>
}

function knownOf(doc: Doc, all: readonly ConnectorInfo[]): Known {
  const steps = new Map<string, readonly FieldSpec[]>()
  const items = new Map<string, Segment[]>()
  for (const { step } of spots(doc)) {
    if ('action' in step) steps.set(step.id, findAction(all, step)?.action.output ?? [])
    if ('for_each' in step) items.set(step.as ?? ITEM, listOf(step.for_each))
  }
  const trigger = findTrigger(all, doc)?.trigger.output ?? []
  return { labels: doc.trigger.labels ?? {}, trigger, steps, items }
}

const listOf = (source: Source): Segment[] =>
  'path' in source ? (readPath(source.path) ?? listPath(source.path) ?? []) : []

/** The label that the catalogue has for a place below fields; numbers are items of a list. */
function labelIn(specs: readonly FieldSpec[], walk: readonly Segment[]): string | undefined {
  let at = specs
  let found: FieldSpec | undefined
  for (const segment of walk) {
    if (typeof segment === 'number') continue
    found = at.find((f) => f.key === segment)
    if (!found) return undefined
    at = found.fields ?? []
  }
  return found?.label || undefined
}

function specLabel(known: Known, walk: readonly Segment[], loops = 0): string | undefined {
  const [root, second, third] = walk
  if (root === 'trigger' && (second === 'data' || second === 'body'))
    return labelIn(known.trigger, walk.slice(2))
  if (root === 'steps' && third === 'output')
    return labelIn(known.steps.get(String(second)) ?? [], walk.slice(3))
  const list = typeof root === 'string' ? known.items.get(root) : undefined
  if (list?.length && walk.length > 1 && loops < LOOPS)
    return specLabel(known, [...list, ...walk.slice(1)], loops + 1)
  return undefined
}

/**
 * The names of the data: as people named it, else as the connector does, else the last part of
 * the path.
 */
export function dataNames(doc: Doc, all: readonly ConnectorInfo[], t: DataTexts): DataNames {
  const known = knownOf(doc, all)
  return (path) => {
    const own = known.labels[path]
    if (own) return own
    const walk = readPath(path) ?? listPath(path)
    if (!walk) return readable(pathLabel(path))
    const exact = known.labels[writePath(walk)] ?? t.run[walk.join('.')]
    if (exact) return exact
    if (walk.length === 1 && walk[0] === ITEM) return t.item
    const label = specLabel(known, walk)
    const last = walk.at(-1)
    if (!label) return readable(pathLabel(path))
    return typeof last === 'number' ? `${label} ${last + 1}` : label
  }
}
