import { external, useExternal } from './external'
import { readStored, writeStored } from './stored'

export type Theme = 'system' | 'light' | 'dark'

const known = (value: string | null): Theme =>
  value === 'light' || value === 'dark' ? value : 'system'

const theme = external<Theme>(known(readStored('theme')))

export function setTheme(next: Theme): void {
  writeStored('theme', next === 'system' ? null : next)
  theme.set(next)
  applyTheme()
}

/** Puts the chosen theme on the page; without a choice the page follows the system. */
export function applyTheme(): void {
  const chosen = theme.get()
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

export const useTheme = () => useExternal(theme)

/** Whether the page is dark at this moment, for drawings that are not CSS. */
export const isDark = () =>
  theme.get() === 'dark' ||
  (theme.get() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
