// Undo and redo: the last 50 documents. Edits of one field in a row are one step of undo.

export const DEPTH = 50
/** Edits with the same tag within this time count as one, milliseconds. */
export const MERGE_MS = 1500

export interface History<T> {
  past: T[]
  present: T
  future: T[]
  /** What the last edit was about, and when. */
  tag: string | null
  at: number
}

export function start<T>(present: T): History<T> {
  return { past: [], present, future: [], tag: null, at: 0 }
}

export function push<T>(h: History<T>, next: T, at: number, tag: string | null = null): History<T> {
  if (next === h.present) {
    return h
  }
  const merge = tag !== null && tag === h.tag && at - h.at < MERGE_MS && h.future.length === 0
  const past = merge ? h.past : [...h.past, h.present].slice(-DEPTH)
  return { past, present: next, future: [], tag, at }
}

export function undo<T>(h: History<T>): History<T> {
  const last = h.past.at(-1)
  return last === undefined
    ? h
    : {
        past: h.past.slice(0, -1),
        present: last,
        future: [h.present, ...h.future],
        tag: null,
        at: 0,
      }
}

export function redo<T>(h: History<T>): History<T> {
  const [next, ...future] = h.future
  return next === undefined
    ? h
    : { past: [...h.past, h.present].slice(-DEPTH), present: next, future, tag: null, at: 0 }
}
