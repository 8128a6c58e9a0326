// Where the values of a form's fields live: the input of a step or of the trigger, or a part of it.
import type { Fields, Json, Source } from '../model/doc'

export interface Host {
  /** Put before the keys of fields: `input`, `input.utm`. */
  prefix: string
  values: Fields
  set: (key: string, source: Source | undefined) => void
}

/** The fields with one of them set, or taken out. */
export function withField(fields: Fields, key: string, source: Source | undefined): Fields {
  if (source !== undefined) return { ...fields, [key]: source }
  const { [key]: _gone, ...rest } = fields
  return rest
}

/** The fields inside a field of kind object. */
export function innerHost(host: Host, key: string): Host {
  const source = host.values[key]
  const values = source && 'object' in source ? source.object : {}
  return {
    prefix: `${host.prefix}.${key}`,
    values,
    set: (inner, next) => {
      const fields = withField(values, inner, next)
      host.set(key, Object.keys(fields).length > 0 ? { object: fields } : undefined)
    },
  }
}

/** The fixed value of a field, if it has one. */
export const literalOf = (source: Source | undefined): Json | undefined =>
  source && 'literal' in source ? source.literal : undefined

/** Parameters of a lookup: `{{input.x}}` stands for the fixed value of a neighbour. */
export function lookupParams(
  params: Record<string, string> | undefined,
  values: Fields,
): Record<string, Json> {
  const out: Record<string, Json> = {}
  for (const [name, template] of Object.entries(params ?? {})) {
    const lone = /^\{\{\s*input\.([\w-]+)\s*\}\}$/.exec(String(template))
    const text = (key: string) => String(literalOf(values[key]) ?? '')
    out[name] = lone
      ? (literalOf(values[lone[1] ?? '']) ?? null)
      : String(template).replace(/\{\{\s*input\.([\w-]+)\s*\}\}/g, (_all, key) => text(key))
  }
  return out
}
