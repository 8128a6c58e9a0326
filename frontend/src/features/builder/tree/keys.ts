// The keyboard map of the tree. Letters go by their place on the keyboard, so that they work in
// any language.
import type { KeyboardEvent } from 'react'
import type { Doc, Step } from '../model/doc'
import { find, lanesOf, type Spot, spots } from '../model/tree'
import { type BuilderStore, TRIGGER } from '../store/state'
import { addAfter, duplicateStep, focusStep, nudgeStep, removeStep } from './actions'

/** Steps that can be seen: those inside folded ones cannot. */
export function visible(doc: Doc, folded: ReadonlySet<string>): Spot[] {
  const hidden = (spot: Spot): boolean =>
    spot.owner !== null && (folded.has(spot.owner.step.id) || hidden(spot.owner))
  return spots(doc).filter((s) => !hidden(s))
}

/** The id above or below; the trigger stands first. */
export function neighbour(
  doc: Doc,
  folded: ReadonlySet<string>,
  id: string,
  by: -1 | 1,
): string | null {
  const order = [TRIGGER, ...visible(doc, folded).map((s) => s.step.id)]
  return order[order.indexOf(id) + by] ?? null
}

/** The first step of the arm to the left or right, going outwards until there is one. */
export function beside(doc: Doc, id: string, by: -1 | 1): string | null {
  for (let at = find(doc, id) ?? null; at?.owner; at = at.owner) {
    const arms = lanesOf(at.owner.step)
    for (let i = at.lane.index + by; i >= 0 && i < arms.length; i += by) {
      const first = arms[i]?.steps[0]
      if (first) return first.id
    }
  }
  return null
}

export interface KeyTexts {
  removed: (name: string) => string
  undo: string
}

/** Does what a key on a step means. Gives whether it meant something. */
function press(
  store: BuilderStore,
  id: string,
  event: KeyboardEvent,
  nameOf: (s: Step) => string,
  texts: KeyTexts,
): boolean {
  const { folded } = store.state.get()
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey
  const go = (to: string | null) => to !== null && focusStep(to)
  const by = event.key === 'ArrowUp' || event.key === 'ArrowLeft' ? -1 : 1
  const step = find(store.doc, id)?.step
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    if (event.altKey && step) nudgeStep(store, id, by)
    else if (plain) go(neighbour(store.doc, folded, id, by))
    else return false
    return true
  }
  if (!plain) return false
  if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
    go(beside(store.doc, id, by))
    return true
  }
  if (event.code === 'KeyA') addAfter(store, id)
  else if (event.code === 'KeyT' && step && 'action' in step) store.select(id, { tab: 'test' })
  else if (event.code === 'KeyD' && step) duplicateStep(store, id)
  else if ((event.key === 'Delete' || event.key === 'Backspace') && step)
    removeStep(store, id, nameOf(step), texts)
  else return false
  return true
}

export function onTreeKey(
  store: BuilderStore,
  event: KeyboardEvent,
  nameOf: (s: Step) => string,
  texts: KeyTexts,
): void {
  const card = (event.target as HTMLElement).closest<HTMLElement>('[data-step]')
  const id = card?.dataset.step
  // While a step is being chosen the keys are for the search.
  if (!id || event.target !== card || store.state.get().adding) return
  const edits = event.altKey || ['KeyA', 'KeyD', 'Delete', 'Backspace'].includes(event.code)
  if (store.readOnly && edits) return
  if (press(store, id, event, nameOf, texts)) event.preventDefault()
}
