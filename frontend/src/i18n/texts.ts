import { use } from 'react'
import { currentLang, type Lang, useLang } from './lang'

/** The texts of one feature; each language is a file of its own, fetched when it is needed. */
export interface Texts<T> {
  load(lang?: Lang): Promise<T>
  /** The texts if they are here already. For code outside of components, after `load`. */
  now(): T | undefined
}

type Source<T> = () => Promise<{ default: T }>
type Settled<T> = Promise<T> & { status?: 'fulfilled'; value?: T }

/**
 * `texts({ en: () => import('./en/flows'), ru: () => import('./ru/flows') })`.
 * The compiler proves that both languages have the same keys: `T` is one type.
 */
export function texts<T>(sources: { en: Source<T>; ru: Source<NoInfer<T>> }): Texts<T> {
  const loaded: Partial<Record<Lang, Settled<T>>> = {}
  const load = (lang = currentLang()): Settled<T> => {
    const before = loaded[lang]
    if (before) return before
    const promise: Settled<T> = sources[lang]().then(
      (file) => {
        // Marked as React does it, so that a later use() does not suspend.
        promise.status = 'fulfilled'
        promise.value = file.default
        return file.default
      },
      (error) => {
        delete loaded[lang]
        throw error
      },
    )
    loaded[lang] = promise
    return promise
  }
  return { load, now: () => loaded[currentLang()]?.value }
}

/** The texts of a feature in the language of the moment. Suspends until they are here. */
export const useTexts = <T>(source: Texts<T>): T => use(source.load(useLang()))
