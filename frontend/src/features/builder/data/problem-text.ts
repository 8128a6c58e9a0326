// What a problem says: the server knows keys, the reader knows titles.
import type { Located } from '../model/problems'
import type { FoundAction } from './catalogue'

interface Words {
  connection: (app: string) => string
  field: (label: string) => string
}

/** The problem in words with the titles of the app and the field; else as the server says it. */
export function problemText({ problem, field }: Located, found: FoundAction | null, t: Words) {
  if (found && problem.code === 'connection_missing') return t.connection(found.connector.title)
  const key = problem.code === 'field_missing' && /^input\.([^.]+)$/.exec(field)?.[1]
  const label = key && found?.action.fields.find((each) => each.key === key)?.label
  return label ? t.field(label) : problem.message
}
