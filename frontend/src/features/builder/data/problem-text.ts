// What a problem says: the server knows keys, the reader knows titles.
import type { Located } from '../model/problems'
import type { ConnectorInfo, FieldSpec } from './types'

export interface ProblemWords {
  connection: (app: string) => string
  field: (label: string) => string
}

/** Where the problem is: in a step of this app, or in the trigger. */
export interface Described {
  connector: Pick<ConnectorInfo, 'title'>
  fields: readonly FieldSpec[]
}

/** The problem in words with the titles of the app and the field; else as the server says it. */
export function problemText(
  { problem, field }: Located,
  found: Described | null,
  t: ProblemWords,
): string {
  if (!found) return problem.message
  if (problem.code === 'connection_missing') return t.connection(found.connector.title)
  const [, key, below] = /^input\.([^.]+)(\..*)?$/.exec(field) ?? []
  const label = key && found.fields.find((each) => each.key === key)?.label
  if (!label || !key) return problem.message
  if (problem.code === 'field_missing' && below === undefined) return t.field(label)
  const named = problem.message
    .replaceAll(`"${key}"`, `"${label}"`)
    .replaceAll(`«${key}»`, `«${label}»`)
  return named === problem.message ? `${label}: ${problem.message}` : named
}
