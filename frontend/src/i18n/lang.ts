import { external, useExternal } from '@/lib/external'
import { readStored, writeStored } from '@/lib/stored'

export const langs = ['ru', 'en'] as const
export type Lang = (typeof langs)[number]

/** Browsers set to these languages get Russian, all others English. */
const russianReaders = ['ru', 'be', 'kk', 'uk']

/** The language to begin with: chosen before, else by the browser's list. */
export function firstLang(stored: string | null, browser: readonly string[]): Lang {
  if (stored === 'ru' || stored === 'en') return stored
  const first = browser[0]?.slice(0, 2).toLowerCase() ?? 'en'
  return russianReaders.includes(first) ? 'ru' : 'en'
}

const lang = external<Lang>(firstLang(readStored('lang'), navigator.languages ?? []))

export const currentLang = () => lang.get()
export const useLang = () => useExternal(lang)

export function applyLang(): void {
  document.documentElement.lang = lang.get()
}

export function setLang(next: Lang): void {
  writeStored('lang', next)
  lang.set(next)
  applyLang()
}
