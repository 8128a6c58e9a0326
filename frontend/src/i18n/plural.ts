const english = new Intl.PluralRules('en')
const russian = new Intl.PluralRules('ru')

/** `1 run`, `2 runs`: the word only. */
export const pluralEn = (n: number, one: string, other: string): string =>
  english.select(n) === 'one' ? one : other

/** `1 запуск`, `2 запуска`, `5 запусков`: the word only. `few` also serves fractions. */
export function pluralRu(n: number, one: string, few: string, many: string): string {
  const form = russian.select(n)
  if (form === 'one') return one
  return form === 'many' ? many : few
}
