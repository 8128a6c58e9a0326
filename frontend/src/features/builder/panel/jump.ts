// From a problem to the control that mends it. Controls say what they write with `data-field`.
import { type RefObject, useEffect } from 'react'
import { useBuilder, useStore } from '../store/state'

const CONTROL = '[role=textbox], .cm-content, input, select, textarea, button'

/** Fields of apps and accounts take the focus by themselves: some come only with an answer. */
const BY_ITSELF = /^(input\.|connection$)/

/** The field that a key means: itself, else one inside of it, else one beside it. */
export function nearest(fields: readonly string[], key: string): string | null {
  for (let at = key; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const found = fields.find((f) => f === at) ?? fields.find((f) => f.startsWith(`${at}.`))
    if (found !== undefined) return found
  }
  return null
}

function control(box: HTMLElement, key: string): HTMLElement | null {
  const all = [...box.querySelectorAll<HTMLElement>('[data-field]')]
  const names = all.map((each) => each.dataset.field ?? '')
  const name = nearest(names, key)
  const found = name === null ? undefined : all[names.indexOf(name)]
  return found?.matches(CONTROL) ? found : (found?.querySelector<HTMLElement>(CONTROL) ?? null)
}

/** Puts the focus on the field that somebody asked to go to. */
export function useJump(box: RefObject<HTMLElement | null>): void {
  const store = useStore()
  const jump = useBuilder((s) => s.jump)
  useEffect(() => {
    if (!jump || !box.current || BY_ITSELF.test(jump.field)) return
    const found = control(box.current, jump.field)
    if (!found) return
    found.scrollIntoView({ block: 'center' })
    found.focus()
    // Once: what is opened later takes no focus for it.
    store.set({ jump: null })
  }, [jump, box, store])
}
