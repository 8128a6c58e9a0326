// Pure edits of the document. Each gives a new document that shares what did not change; an edit
// that makes no sense gives the same document.
import type { Arm, Doc, Step } from './doc'
import { freeId, freshIds, idsOf, isId } from './ids'
import { renameRefs } from './refs'
import { find, lanesOf, ROOT, subtree } from './tree'

export interface Place {
  lane: string
  index: number
}

/** The step with the steps of one of its lanes changed. */
function withLane(step: Step, key: string, change: (steps: Step[]) => Step[]): Step {
  if ('branch' in step) {
    const branch = step.branch.map((arm, i) =>
      key === `${step.id}/${i}` ? { ...arm, steps: change(arm.steps ?? []) } : arm,
    )
    return { ...step, branch }
  }
  if ('for_each' in step) {
    return { ...step, steps: change(step.steps ?? []) }
  }
  if ('action' in step && typeof step.on_error === 'object') {
    return { ...step, on_error: { steps: change(step.on_error.steps) } }
  }
  return step
}

/** Changes every list of steps from the inside out; lists that stay the same are shared. */
function mapLanes(
  steps: Step[],
  key: string,
  change: (steps: Step[], key: string) => Step[],
): Step[] {
  let same = true
  const inner = steps.map((step) => {
    let out = step
    for (const lane of lanesOf(step)) {
      const next = mapLanes(lane.steps, lane.key, change)
      if (next !== lane.steps) {
        out = withLane(out, lane.key, () => next)
      }
    }
    same &&= out === step
    return out
  })
  return change(same ? steps : inner, key)
}

function changeLanes(doc: Doc, change: (steps: Step[], key: string) => Step[]): Doc {
  const steps = mapLanes(doc.steps, ROOT, change)
  return steps === doc.steps ? doc : { ...doc, steps }
}

export function insert(doc: Doc, step: Step, at: Place): Doc {
  return changeLanes(doc, (steps, key) =>
    key === at.lane ? [...steps.slice(0, at.index), step, ...steps.slice(at.index)] : steps,
  )
}

export function update(doc: Doc, id: string, change: (step: Step) => Step): Doc {
  return changeLanes(doc, (steps) => {
    const at = steps.findIndex((s) => s.id === id)
    const old = steps[at]
    if (!old) {
      return steps
    }
    const next = change(old)
    return next === old ? steps : steps.with(at, next)
  })
}

export function remove(doc: Doc, id: string): Doc {
  return changeLanes(doc, (steps) =>
    steps.some((s) => s.id === id) ? steps.filter((s) => s.id !== id) : steps,
  )
}

/** Moves a step before what now stands at `to`. Into itself it cannot go. */
export function move(doc: Doc, id: string, to: Place): Doc {
  const from = find(doc, id)
  if (!from) {
    return doc
  }
  const inside = subtree(from.step).flatMap(lanesOf)
  if (inside.some((l) => l.key === to.lane)) {
    return doc
  }
  const same = from.lane.key === to.lane
  const index = same && to.index > from.index ? to.index - 1 : to.index
  return same && index === from.index
    ? doc
    : insert(remove(doc, id), from.step, { lane: to.lane, index })
}

/** One place up or down; at the end of an inner lane it leaves it. */
export function nudge(doc: Doc, id: string, by: -1 | 1): Doc {
  const at = find(doc, id)
  if (!at) {
    return doc
  }
  const index = at.index + by
  if (index >= 0 && index < at.lane.steps.length) {
    return move(doc, id, { lane: at.lane.key, index: by > 0 ? index + 1 : index })
  }
  const out = at.owner
  return out
    ? move(doc, id, { lane: out.lane.key, index: by > 0 ? out.index + 1 : out.index })
    : doc
}

function renamed(step: Step, names: ReadonlyMap<string, string>): Step {
  const own = (s: Step): Step => {
    let out: Step = { ...s, id: names.get(s.id) ?? s.id }
    for (const lane of lanesOf(out)) {
      out = withLane(out, lane.key, (steps) => steps.map(own))
    }
    return out
  }
  return renameRefs(own(step), names)
}

/** A copy right after the step; references inside the copy stay inside it. */
export function duplicate(doc: Doc, id: string): { doc: Doc; id: string } {
  const at = find(doc, id)
  if (!at) {
    return { doc, id }
  }
  const names = freshIds(at.step, doc)
  const copy = renamed(at.step, names)
  return { doc: insert(doc, copy, { lane: at.lane.key, index: at.index + 1 }), id: copy.id }
}

/** Another id for a step, everywhere. */
export function rename(doc: Doc, from: string, to: string): Doc {
  if (from === to || !isId(to) || idsOf(doc).has(to)) {
    return doc
  }
  const names = new Map([[from, to]])
  const moved = update(doc, from, (s) => ({ ...s, id: to }))
  return moved === doc ? doc : renameRefs(moved, names)
}

/** Puts a step into a new branch or loop in its place. */
export function wrap(
  doc: Doc,
  id: string,
  kind: 'branch' | 'for_each',
  armNames: [string, string],
) {
  const at = find(doc, id)
  if (!at) {
    return { doc, id }
  }
  const outer = freeId(kind === 'branch' ? 'branch' : 'each', idsOf(doc))
  const arms: Arm[] = [
    { name: armNames[0], when: { all: [] }, steps: [at.step] },
    { name: armNames[1], steps: [] },
  ]
  const step: Step =
    kind === 'branch'
      ? { id: outer, branch: arms }
      : { id: outer, for_each: { literal: [] }, steps: [at.step] }
  const place = { lane: at.lane.key, index: at.index }
  return { doc: insert(remove(doc, id), step, place), id: outer }
}
