// A line of the audit log in words.
import type { AuditRow } from '@/api/settings'
import type { About, Sentence } from '@/i18n/en/audit'

/** Names of what lines are about, by id. */
export type Names = ReadonlyMap<string, string>

const ID = /^[a-z]{3}_[0-9A-Z]{26}$/
export const isId = (object: string): boolean => ID.test(object)

type Row = Pick<AuditRow, 'action' | 'object' | 'detail'>

/** Lines whose details name something else than the object. */
const OTHER_NAME = new Set(['flow.secret_set'])

/** What the line is about. What has no id of ours is its own name: an event type, a connector. */
export function aboutOf({ action, object, detail }: Row, names: Names): About {
  const details = new Map(
    detail !== null && typeof detail === 'object' ? Object.entries(detail) : [],
  )
  const of = (key: string) => {
    const value = details.get(key)
    return value === null || value === undefined ? '' : String(value)
  }
  const then = OTHER_NAME.has(action) ? '' : of('name')
  return { name: then || names.get(object) || (isId(object) ? '' : object), of }
}

/** What was done, as a sentence; null for a code that this UI does not know. */
export function sentenceOf(
  row: Row,
  names: Names,
  actions: Readonly<Record<string, Sentence>>,
): string | null {
  const say = Object.hasOwn(actions, row.action) ? actions[row.action] : undefined
  return say ? say(aboutOf(row, names)) : null
}
