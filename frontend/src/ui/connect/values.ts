import type { ConnectionMethod, ConnectorField } from '@/api/connectors'

export type Values = Record<string, string | boolean>

const number = (field: ConnectorField) => field.type === 'number' || field.type === 'integer'

/** What is sent: empty fields stay out, numbers are numbers. */
export function toSend(method: ConnectionMethod, values: Values): Record<string, unknown> {
  const sent: Record<string, unknown> = {}
  for (const field of method.fields) {
    const value = values[field.key] ?? field.default
    if (value === undefined || value === null || value === '') continue
    sent[field.key] = number(field) ? Number(value) : value
  }
  return sent
}
