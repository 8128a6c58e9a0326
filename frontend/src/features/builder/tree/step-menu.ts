import type { MenuItem } from '@/ui/menu'
import type { Step } from '../model/doc'
import { find, type Lane, lanes, lanesOf, subtree } from '../model/tree'
import { type BuilderStore, TRIGGER } from '../store/state'
import {
  addAfter,
  duplicateStep,
  moveStep,
  nudgeStep,
  removeStep,
  toggleStep,
  wrapStep,
} from './actions'

interface MenuTexts {
  undoEdit: string
  steps: {
    open: string
    add: string
    check: string
    up: string
    down: string
    moveTo: string
    laneRoot: string
    laneOf: (step: string, lane: string) => string
    duplicate: string
    disable: string
    enable: string
    wrapBranch: string
    wrapLoop: string
    remove: string
    removed: (name: string) => string
    yes: string
    no: string
    body: string
    onError: string
    way: (n: number) => string
  }
}

/** What a lane is called: the name of its way, or what it is for. */
export function laneName(owner: Step, lane: Lane, t: MenuTexts['steps']): string {
  if (lane.slot === 'body') return t.body
  if (lane.slot === 'error') return t.onError
  const arm = 'branch' in owner ? owner.branch[lane.index] : undefined
  return arm?.name || t.way(lane.index + 1)
}

/** Other lanes that a step can go to the end of: what drag does, without a pointer. */
function places(store: BuilderStore, id: string, nameOf: (s: Step) => string, all: MenuTexts) {
  const t = all.steps
  const at = find(store.doc, id)
  if (!at) return []
  const own = new Set([
    at.lane.key,
    ...subtree(at.step)
      .flatMap(lanesOf)
      .map((l) => l.key),
  ])
  const items: MenuItem[] = []
  for (const lane of lanes(store.doc)) {
    if (own.has(lane.key)) continue
    const owner = find(store.doc, lane.key.split('/')[0] ?? '')?.step
    const label = owner ? t.laneOf(nameOf(owner), laneName(owner, lane, t)) : t.laneRoot
    const place = { lane: lane.key, index: lane.steps.length }
    items.push({ label, onSelect: () => moveStep(store, id, place) })
  }
  return items.length > 0 ? ([{ heading: t.moveTo }, ...items] satisfies MenuItem[]) : []
}

export function stepMenu(
  store: BuilderStore,
  id: string,
  nameOf: (step: Step) => string,
  all: MenuTexts,
): MenuItem[] {
  const t = all.steps
  const at = find(store.doc, id)
  if (!at || id === TRIGGER) return []
  const { step } = at
  const name = nameOf(step)
  const last = !at.owner && at.index === at.lane.steps.length - 1
  const check: MenuItem[] =
    'action' in step
      ? [{ label: t.check, hint: 'T', onSelect: () => store.select(id, { tab: 'test' }) }]
      : []
  return [
    { label: t.open, hint: 'Enter', onSelect: () => store.select(id) },
    ...check,
    { label: t.add, hint: 'A', onSelect: () => addAfter(store, id) },
    'rule',
    {
      label: t.up,
      hint: 'Alt ↑',
      disabled: !at.owner && at.index === 0,
      onSelect: () => nudgeStep(store, id, -1),
    },
    { label: t.down, hint: 'Alt ↓', disabled: last, onSelect: () => nudgeStep(store, id, 1) },
    { label: t.duplicate, hint: 'D', onSelect: () => duplicateStep(store, id) },
    { label: step.disabled ? t.enable : t.disable, onSelect: () => toggleStep(store, id) },
    { label: t.wrapBranch, onSelect: () => wrapStep(store, id, 'branch', [t.yes, t.no]) },
    { label: t.wrapLoop, onSelect: () => wrapStep(store, id, 'for_each', ['', '']) },
    ...places(store, id, nameOf, all),
    'rule',
    {
      label: t.remove,
      hint: 'Delete',
      danger: true,
      onSelect: () => removeStep(store, id, name, { removed: t.removed, undo: all.undoEdit }),
    },
  ]
}
