// New steps.
import type { ActionInfo, ConnectorInfo } from '../data/types'
import type { Doc, Fields, Kind, Step } from './doc'
import { freeId, idsOf } from './ids'

/** A step of an action, with the defaults of its fields. */
export function newAction(
  doc: Doc,
  connector: ConnectorInfo,
  action: ActionInfo,
  connection?: string,
) {
  const id = freeId(action.key, idsOf(doc))
  const input: Fields = {}
  for (const field of action.fields) {
    if (field.default !== undefined && field.default !== null && field.required)
      input[field.key] = { literal: field.default }
  }
  const step: Step = { id, action: `${connector.id}.${action.key}@${connector.version}` }
  if (connection) step.connection = connection
  if (Object.keys(input).length > 0) step.input = input
  return step
}

/** A step of logic; `names` are what its arms are called. */
export function newLogic(doc: Doc, kind: Exclude<Kind, 'action'>, names: [string, string]): Step {
  const taken = idsOf(doc)
  const empty = { all: [{ left: { literal: '' }, op: 'is_not_empty' as const }] }
  switch (kind) {
    case 'branch':
      return {
        id: freeId('branch', taken),
        branch: [
          { name: names[0], when: empty, steps: [] },
          { name: names[1], steps: [] },
        ],
      }
    case 'for_each':
      return { id: freeId('each', taken), for_each: { literal: [] }, steps: [] }
    case 'delay':
      return { id: freeId('wait', taken), delay: { for: '10m' } }
    case 'set':
      return { id: freeId('values', taken), set: { value_1: { literal: '' } } }
    case 'filter':
      return { id: freeId('only', taken), filter: empty }
    case 'respond':
      return { id: freeId('answer', taken), respond: { status: 200, text: { literal: 'ok' } } }
  }
}
