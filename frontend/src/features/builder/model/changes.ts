// What differs between two documents, step by step: for the bar of unpublished changes.
import type { Doc, Step } from './doc'
import { lanesOf, spots } from './tree'

export type Change =
  | { what: 'added' | 'removed' | 'changed' | 'moved'; step: Step }
  | { what: 'trigger' | 'settings' | 'name' }

/** Text that is equal for equal values, whatever the order of their keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  )
}

export const same = (a: unknown, b: unknown): boolean => a === b || canonical(a) === canonical(b)

/** A step without what stands inside it. */
function own(step: Step): unknown {
  const inner = new Set(lanesOf(step).map((l) => l.steps))
  return JSON.parse(JSON.stringify(step, (_key, v) => (inner.has(v) ? undefined : v)))
}

interface Seen {
  step: Step
  lane: string
}

function byId(doc: Doc): Map<string, Seen> {
  return new Map(spots(doc).map((s) => [s.step.id, { step: s.step, lane: s.lane.key }]))
}

/** The ids of two orders of the same steps that have to move to get from one to the other. */
function reordered(before: string[], after: string[]): string[] {
  const out: string[] = []
  let [i, j] = [0, 0]
  while (i < before.length && j < after.length) {
    const [a = '', b = ''] = [before[i], after[j]]
    if (a === b || out.includes(a)) i += 1
    if (a === b || out.includes(b)) j += 1
    // One step that went elsewhere shifts its neighbours: take the one whose removal aligns both.
    if (a !== b && !out.includes(a) && !out.includes(b)) out.push(before[i + 1] === b ? a : b)
  }
  return out
}

function movedIds(old: Map<string, Seen>, now: Map<string, Seen>): Set<string> {
  const stayed = [...now].filter(([id, seen]) => old.get(id)?.lane === seen.lane)
  const out = new Set<string>([...now.keys()].filter((id) => old.has(id)))
  for (const [id] of stayed) out.delete(id)
  for (const lane of new Set(stayed.map(([, seen]) => seen.lane))) {
    const after = stayed.filter(([, seen]) => seen.lane === lane).map(([id]) => id)
    const before = [...old.keys()].filter((id) => after.includes(id))
    for (const id of reordered(before, after)) out.add(id)
  }
  return out
}

/** What was done to `from` to get `to`. */
export function changes(from: Doc, to: Doc): Change[] {
  const out: Change[] = []
  if (from.name !== to.name) out.push({ what: 'name' })
  if (!same(from.trigger, to.trigger)) out.push({ what: 'trigger' })
  if (!same(from.settings ?? {}, to.settings ?? {})) out.push({ what: 'settings' })
  const [old, now] = [byId(from), byId(to)]
  const moved = movedIds(old, now)
  for (const { step } of now.values()) {
    const was = old.get(step.id)?.step
    if (!was) out.push({ what: 'added', step })
    else if (!same(own(was), own(step))) out.push({ what: 'changed', step })
    else if (moved.has(step.id)) out.push({ what: 'moved', step })
  }
  for (const { step } of old.values()) {
    if (!now.has(step.id)) out.push({ what: 'removed', step })
  }
  return out
}
