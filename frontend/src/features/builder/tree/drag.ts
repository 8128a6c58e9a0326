// Drag and drop of steps in the tree and of data into fields. Each has a twin without a pointer:
// the menu and keys of a step, a press on a row of the data.
import { find, lanesOf, subtree } from '../model/tree'
import type { BuilderStore } from '../store/state'

type Adapter = typeof import('@atlaskit/pragmatic-drag-and-drop/element/adapter')
let adapter: Promise<Adapter> | undefined

/** Sets something up once the library is here; nothing on the screen waits for it. */
function later(setUp: (adapter: Adapter) => () => void): () => void {
  let undo: (() => void) | null = null
  let gone = false
  adapter ??= import('@atlaskit/pragmatic-drag-and-drop/element/adapter')
  void adapter.then((found) => {
    if (!gone) undo = setUp(found)
  })
  return () => {
    gone = true
    undo?.()
  }
}

export function dragStep(element: HTMLElement, id: string): () => void {
  return later((a) => a.draggable({ element, getInitialData: () => ({ step: id }) }))
}

/** Whether a step may go into a lane: not into itself. */
export function mayDrop(store: BuilderStore, id: unknown, lane: string): boolean {
  const at = typeof id === 'string' ? find(store.doc, id) : undefined
  return Boolean(at && !subtree(at.step).some((s) => lanesOf(s).some((l) => l.key === lane)))
}

export function dropStep(
  element: HTMLElement,
  store: BuilderStore,
  lane: string,
  over: (is: boolean) => void,
  drop: (id: string) => void,
): () => void {
  return later((a) =>
    a.dropTargetForElements({
      element,
      canDrop: ({ source }) => mayDrop(store, source.data.step, lane),
      onDragEnter: () => over(true),
      onDragLeave: () => over(false),
      onDrop: ({ source }) => {
        over(false)
        drop(String(source.data.step))
      },
    }),
  )
}

export function dragData(element: HTMLElement, path: string): () => void {
  return later((a) => a.draggable({ element, getInitialData: () => ({ data: path }) }))
}

export interface DropPoint {
  x: number
  y: number
}

export function dropData(
  element: HTMLElement,
  over: (is: boolean) => void,
  drop: (path: string, at: DropPoint) => void,
): () => void {
  return later((a) =>
    a.dropTargetForElements({
      element,
      canDrop: ({ source }) => typeof source.data.data === 'string',
      onDragEnter: () => over(true),
      onDragLeave: () => over(false),
      onDrop: ({ source, location }) => {
        over(false)
        const { clientX: x, clientY: y } = location.current.input
        drop(String(source.data.data), { x, y })
      },
    }),
  )
}
