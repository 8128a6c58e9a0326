/** JSON that a person types: the value, nothing where nothing is typed, or that it is not JSON. */
export function readJson(text: string): { value: unknown } | { bad: true } {
  if (text.trim() === '') return { value: null }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { bad: true }
  }
}

export const jsonText = (value: unknown): string =>
  value === null || value === undefined ? '' : JSON.stringify(value, null, 2)

/** Names of the plain fields of a payload: `order.total`. Lists are not gone into. */
export function fieldsOf(value: unknown, before = '', most = 100): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return []
  const out: string[] = []
  for (const [key, inner] of Object.entries(value)) {
    const path = before ? `${before}.${key}` : key
    const below = fieldsOf(inner, path, most)
    out.push(...(below.length > 0 ? below : [path]))
    if (out.length >= most) break
  }
  return out.slice(0, most)
}
