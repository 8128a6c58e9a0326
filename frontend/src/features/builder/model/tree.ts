// Finding things in the tree of steps. A lane is one list of steps: the flow's own, an arm of a
// branch, the body of a loop, what runs instead of a failed step. Its key names it for good as
// long as the arms keep their order.
import type { Doc, Step } from './doc'

export const ROOT = 'root'

export interface Lane {
  key: string
  steps: Step[]
  /** Which of its owner's lanes it is. */
  slot: 'root' | 'arm' | 'body' | 'error'
  /** The number of the arm; 0 for others. */
  index: number
}

/** The lanes inside a step. */
export function lanesOf(step: Step): Lane[] {
  if ('branch' in step) {
    return step.branch.map((arm, index) => ({
      key: `${step.id}/${index}`,
      steps: arm.steps ?? [],
      slot: 'arm',
      index,
    }))
  }
  if ('for_each' in step) {
    return [{ key: `${step.id}/body`, steps: step.steps ?? [], slot: 'body', index: 0 }]
  }
  if ('action' in step && typeof step.on_error === 'object') {
    return [{ key: `${step.id}/error`, steps: step.on_error.steps, slot: 'error', index: 0 }]
  }
  return []
}

export function rootLane(doc: Doc): Lane {
  return { key: ROOT, steps: doc.steps, slot: 'root', index: 0 }
}

export interface Spot {
  step: Step
  lane: Lane
  index: number
  /** The step that the lane belongs to. */
  owner: Spot | null
  depth: number
}

function walkLane(lane: Lane, owner: Spot | null, depth: number, visit: (s: Spot) => void): void {
  lane.steps.forEach((step, index) => {
    const spot = { step, lane, index, owner, depth }
    visit(spot)
    for (const inner of lanesOf(step)) {
      walkLane(inner, spot, depth + 1, visit)
    }
  })
}

/** Every step in document order with its place. */
export function spots(doc: Doc): Spot[] {
  const out: Spot[] = []
  walkLane(rootLane(doc), null, 0, (s) => out.push(s))
  return out
}

export function find(doc: Doc, id: string): Spot | undefined {
  return spots(doc).find((s) => s.step.id === id)
}

/** Every lane, the flow's own first. */
export function lanes(doc: Doc): Lane[] {
  return [rootLane(doc), ...spots(doc).flatMap((s) => lanesOf(s.step))]
}

/** The steps of a subtree, itself first. */
export function subtree(step: Step): Step[] {
  return [step, ...lanesOf(step).flatMap((l) => l.steps.flatMap(subtree))]
}

/** The steps whose results `id` may read: those before it in its lane and in the lanes around. */
export function before(doc: Doc, id: string): Step[] {
  const out: Step[] = []
  for (let at = find(doc, id) ?? null; at; at = at.owner) {
    out.unshift(...at.lane.steps.slice(0, at.index))
    if (at.lane.slot === 'error' && at.owner) {
      out.push(at.owner.step)
    }
  }
  return out
}

/** The loops around a step, outermost first. */
export function loopsAround(doc: Doc, id: string): Step[] {
  const out: Step[] = []
  for (let at = find(doc, id)?.owner ?? null; at; at = at.owner) {
    if ('for_each' in at.step) {
      out.unshift(at.step)
    }
  }
  return out
}
