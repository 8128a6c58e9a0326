// More telling names first: Edge also says Chrome, Chrome also says Safari.
const browsers: [RegExp, string][] = [
  [/YaBrowser/, 'Yandex Browser'],
  [/Edg/, 'Edge'],
  [/OPR/, 'Opera'],
  [/Firefox/, 'Firefox'],
  [/Chrome|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS/, 'Mac'],
  [/Linux/, 'Linux'],
]

/** `Firefox · Windows` out of what a browser calls itself; other programs keep their name. */
export function deviceOf(agent: string | null): string | null {
  if (!agent) return null
  const name = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(agent))?.[1]
  const parts = [name(browsers), name(systems)].filter(Boolean)
  return parts.length > 0 ? parts.join(' · ') : agent
}
