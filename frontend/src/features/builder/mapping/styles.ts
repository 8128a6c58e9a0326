// CodeMirror writes its styles into a <style>, which a strict content security policy forbids. It
// adopts a constructed sheet instead where its root is no document; one made so is given to the
// document as well.
import { StyleModule } from 'style-mod'

type Root = Record<symbol, unknown>

let done = false

/** Once, before the first editor. */
export function adoptStyles(): void {
  if (done || !('adoptedStyleSheets' in document)) return
  done = true
  const root = {
    ownerDocument: document,
    get adoptedStyleSheets() {
      return document.adoptedStyleSheets
    },
    set adoptedStyleSheets(sheets: CSSStyleSheet[]) {
      document.adoptedStyleSheets = sheets
    },
  }
  StyleModule.mount(root as unknown as ShadowRoot, [])
  for (const key of Object.getOwnPropertySymbols(root))
    (document as unknown as Root)[key] = (root as unknown as Root)[key]
}
