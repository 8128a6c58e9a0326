// What is done to steps from keys, menus and drag: the same few functions for all of them.
import { toast } from '@/ui/toast'
import type { Doc, Step } from '../model/doc'
import { duplicate, insert, move, nudge, type Place, remove, update, wrap } from '../model/edit'
import { find, lanes } from '../model/tree'
import type { BuilderStore } from '../store/state'

/** Puts the focus on a step once it is drawn. */
export function focusStep(id: string): void {
  requestAnimationFrame(() => {
    const card = document.querySelector<HTMLElement>(`[data-step="${CSS.escape(id)}"]`)
    card?.focus({ preventScroll: true })
    card?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  })
}

export function removeStep(
  store: BuilderStore,
  id: string,
  name: string,
  texts: { removed: (name: string) => string; undo: string },
): void {
  const at = find(store.doc, id)
  if (!at || store.readOnly) return
  const { selected } = store.state.get()
  store.edit((doc) => remove(doc, id), null, selected === id ? { selected: null } : {})
  const neighbour = at.lane.steps[at.index + 1] ?? at.lane.steps[at.index - 1] ?? at.owner?.step
  focusStep(neighbour?.id ?? 'trigger')
  const { present } = store.state.get().history
  toast(texts.removed(name), 'info', {
    label: texts.undo,
    // Only this: what was edited since then stays.
    run: () => {
      if (store.doc === present) store.undo()
      else store.edit((doc) => putBack(doc, at.step, at.lane.key, at.index))
    },
  })
}

/** Puts a step back; where its lane is gone, at the end of the flow. */
function putBack(doc: Doc, step: Step, lane: string, index: number): Doc {
  const target = lanes(doc).find((l) => l.key === lane)
  const at = target
    ? { lane, index: Math.min(index, target.steps.length) }
    : { lane: 'root', index: doc.steps.length }
  return insert(doc, step, at)
}

export function duplicateStep(store: BuilderStore, id: string): void {
  let copy = id
  store.edit((doc) => {
    const made = duplicate(doc, id)
    copy = made.id
    return made.doc
  })
  focusStep(copy)
}

export function nudgeStep(store: BuilderStore, id: string, by: -1 | 1): void {
  store.edit((doc) => nudge(doc, id, by))
  focusStep(id)
}

export function moveStep(store: BuilderStore, id: string, to: Place): void {
  store.edit((doc) => move(doc, id, to))
  focusStep(id)
}

export function toggleStep(store: BuilderStore, id: string): void {
  store.edit((doc) =>
    update(doc, id, (step) => {
      const { disabled, ...rest } = step
      return (disabled ? rest : { ...rest, disabled: true }) as Step
    }),
  )
}

export function wrapStep(
  store: BuilderStore,
  id: string,
  kind: 'branch' | 'for_each',
  names: [string, string],
): void {
  let outer = id
  store.edit((doc) => {
    const made = wrap(doc, id, kind, names)
    outer = made.id
    return made.doc
  })
  store.select(outer)
}

/** Asks which step to put at a place. */
export function addAt(store: BuilderStore, place: Place): void {
  if (!store.readOnly) store.set({ adding: place })
}

export function addAfter(store: BuilderStore, id: string): void {
  const at = find(store.doc, id)
  addAt(store, at ? { lane: at.lane.key, index: at.index + 1 } : { lane: 'root', index: 0 })
}
