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
export const accessTexts = texts({
  en: () => import('./en/access'),
  ru: () => import('./ru/access'),
})
export const flowsTexts = texts({
  en: () => import('./en/flows'),
  ru: () => import('./ru/flows'),
})
export const overviewTexts = texts({
  en: () => import('./en/overview'),
  ru: () => import('./ru/overview'),
})
export const runsTexts = texts({
  en: () => import('./en/runs'),
  ru: () => import('./ru/runs'),
})
export const eventsTexts = texts({
  en: () => import('./en/events'),
  ru: () => import('./ru/events'),
})
export const connectionsTexts = texts({
  en: () => import('./en/connections'),
  ru: () => import('./ru/connections'),
})
export const subscribersTexts = texts({
  en: () => import('./en/subscribers'),
  ru: () => import('./ru/subscribers'),
})
export const catalogueTexts = texts({
  en: () => import('./en/catalogue'),
  ru: () => import('./ru/catalogue'),
})
export const templatesTexts = texts({
  en: () => import('./en/templates'),
  ru: () => import('./ru/templates'),
})
export const settingsTexts = texts({
  en: () => import('./en/settings'),
  ru: () => import('./ru/settings'),
})
/** Apart from the other settings: one sentence for each thing that can be done. */
export const auditTexts = texts({ en: () => import('./en/audit'), ru: () => import('./ru/audit') })
