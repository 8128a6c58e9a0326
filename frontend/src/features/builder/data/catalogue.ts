// Finding connectors, triggers and actions by the references that documents carry.
import { type Doc, readAction, readConnector, type Step } from '../model/doc'
import type { FunctionTable } from '../pills/pill'
import type { ActionInfo, ConnectorInfo, FieldSpec, TransformInfo, TriggerInfo } from './types'

export interface FoundAction {
  connector: ConnectorInfo
  action: ActionInfo
}

function connectorOf(all: readonly ConnectorInfo[], name: string, version: string) {
  const named = all.filter((c) => c.id === name)
  return named.find((c) => c.version === version) ?? named[0]
}

export function findAction(all: readonly ConnectorInfo[], step: Step): FoundAction | null {
  if (!('action' in step)) return null
  const ref = readAction(step.action)
  const connector = connectorOf(all, ref.connector, ref.version)
  const action = connector?.actions.find((a) => a.key === ref.key)
  return connector && action ? { connector, action } : null
}

export function findTrigger(
  all: readonly ConnectorInfo[],
  doc: Doc,
): { connector: ConnectorInfo; trigger: TriggerInfo } | null {
  const ref = readConnector(doc.trigger.connector)
  const connector = connectorOf(all, ref.connector, ref.version)
  const trigger = connector?.triggers.find((t) => t.key === doc.trigger.event)
  return connector && trigger ? { connector, trigger } : null
}

export const tableOf = (transforms: readonly TransformInfo[]): FunctionTable =>
  new Map(transforms.map((t) => [t.name, t]))

/** The newest version of each connector, by title. */
export function newest(all: readonly ConnectorInfo[]): ConnectorInfo[] {
  const byId = new Map<string, ConnectorInfo>()
  for (const c of all) {
    const before = byId.get(c.id)
    if (!before || compareVersions(c.version, before.version) > 0) byId.set(c.id, c)
  }
  return [...byId.values()].sort((a, b) => a.title.localeCompare(b.title))
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

/** Whether a step of this action cannot work without a connection. */
export function needsConnection({ connector, action }: FoundAction): boolean {
  if (action.needs_connection !== undefined) return action.needs_connection
  return (connector.methods ?? []).length > 0 && !connector.connection_optional
}

export function takesConnection(found: FoundAction): boolean {
  if (found.action.takes_connection !== undefined) return found.action.takes_connection
  return (found.connector.methods ?? []).length > 0
}

/** Whether a field is shown, from the literal values of its neighbours. */
export function isShown(
  field: FieldSpec,
  siblings: readonly FieldSpec[],
  read: (key: string) => unknown,
): boolean {
  const rule = field.show_if
  if (!rule) return true
  const given = read(rule.field)
  const value = given ?? siblings.find((f) => f.key === rule.field)?.default
  if (rule.filled !== undefined) return rule.filled === (value !== undefined && value !== '')
  if (rule.in) return rule.in.some((v) => v === value)
  return value === rule.equals
}
