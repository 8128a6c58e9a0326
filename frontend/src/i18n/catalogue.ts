import { texts } from './texts'

// One line a feature: its texts live in en/<feature>.ts and ru/<feature>.ts.
export const commonTexts = texts({
  en: () => import('./en/common'),
  ru: () => import('./ru/common'),
})
export const shellTexts = texts({ en: () => import('./en/shell'), ru: () => import('./ru/shell') })
export const builderTexts = texts({
  en: () => import('./en/builder'),
  ru: () => import('./ru/builder'),
})
