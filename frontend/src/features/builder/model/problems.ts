// Problems by place. A place reads like the document (`steps[2].branch[0].steps[1].input.phone`);
// here it becomes a step, a tab of its panel and a field.
import type { Doc, Step } from './doc'

export interface Problem {
  place?: string | null
  code: string
  severity?: 'error' | 'warning'
  message: string
  step?: string | null
  field?: string | null
}

export type Target = 'trigger' | 'settings' | 'flow' | { step: string }
export interface Located {
  problem: Problem
  target: Target
  /** The path of the field under `input`, or of another key of the step: `input.phone`. */
  field: string
}

type Piece = string | number

/** A place in its pieces; names in brackets are JSON texts. */
export function readPlace(place: string): Piece[] {
  const out: Piece[] = []
  for (const m of place.matchAll(/\[(\d+)\]|\[("(?:\\.|[^"\\])*")\]|([^.[\]]+)/g)) {
    if (m[1] !== undefined) {
      out.push(Number(m[1]))
    } else if (m[2] !== undefined) {
      out.push(JSON.parse(m[2]) as string)
    } else if (m[3] !== undefined) {
      out.push(m[3])
    }
  }
  return out
}

/** The key of a place inside a step, as fields of the panel are called. */
export function fieldKey(pieces: Piece[]): string {
  return pieces.map(String).join('.')
}

function stepAt(steps: Step[], pieces: Piece[]): { step: Step; rest: Piece[] } | null {
  const [index, ...rest] = pieces
  const step = typeof index === 'number' ? steps[index] : undefined
  if (!step) {
    return null
  }
  const deeper = inner(step, rest)
  return deeper ?? { step, rest }
}

function inner(step: Step, rest: Piece[]): { step: Step; rest: Piece[] } | null {
  const [word, second, third] = rest
  if ('branch' in step && word === 'branch' && typeof second === 'number' && third === 'steps') {
    return stepAt(step.branch[second]?.steps ?? [], rest.slice(3))
  }
  if ('for_each' in step && word === 'steps') {
    return stepAt(step.steps, rest.slice(1))
  }
  const instead = 'action' in step && typeof step.on_error === 'object' ? step.on_error : null
  if (instead && word === 'on_error' && second === 'steps') {
    return stepAt(instead.steps, rest.slice(2))
  }
  return null
}

/** Where in the builder a problem of `doc` is shown. */
export function locate(doc: Doc, problem: Problem): Located {
  const pieces = readPlace(problem.place ?? '')
  const [head, ...rest] = pieces
  if (head === 'trigger' || head === 'settings') {
    return { problem, target: head, field: fieldKey(rest) }
  }
  const hit = head === 'steps' ? stepAt(doc.steps, rest) : null
  if (hit) {
    return { problem, target: { step: hit.step.id }, field: fieldKey(hit.rest) }
  }
  return { problem, target: 'flow', field: fieldKey(pieces) }
}

/** Whether it stands in the way of publishing; what says nothing else does. */
export const isError = (l: Located): boolean => l.problem.severity !== 'warning'

export interface ProblemIndex {
  all: Located[]
  trigger: Located[]
  steps: ReadonlyMap<string, Located[]>
  other: Located[]
  errors: number
}

/** Problems by the place where they are shown. */
export function index(doc: Doc, problems: readonly Problem[]): ProblemIndex {
  const all = problems.map((p) => locate(doc, p))
  const steps = new Map<string, Located[]>()
  for (const l of all) {
    if (typeof l.target === 'object') {
      steps.set(l.target.step, [...(steps.get(l.target.step) ?? []), l])
    }
  }
  return {
    all,
    trigger: all.filter((l) => l.target === 'trigger'),
    steps,
    other: all.filter((l) => l.target === 'settings' || l.target === 'flow'),
    errors: all.filter(isError).length,
  }
}

/** The problems of a field of a step, of its children too. */
export function ofField(problems: readonly Located[] | undefined, field: string): Located[] {
  return (problems ?? []).filter((l) => l.field === field || l.field.startsWith(`${field}.`))
}
