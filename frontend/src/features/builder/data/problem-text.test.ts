import { expect, test } from 'vitest'
import type { Located } from '../model/problems'
import { type Described, problemText } from './problem-text'

const crm = {
  connector: { title: 'Bitrix24' },
  fields: [{ key: 'phone', label: 'Phone', type: 'phone' }],
} as unknown as Described
const words = {
  connection: (app: string) => `Connect an account: ${app}`,
  field: (label: string) => `Fill in "${label}"`,
}
const at = (field: string, code: string, message: string): Located => ({
  problem: { code, message, place: `steps[0].${field}` },
  target: { step: 'lead' },
  field,
})

test('a problem is told with the titles that people see', () => {
  const say = (l: Located) => problemText(l, crm, words)
  expect(say(at('connection', 'connection_missing', 'x'))).toBe('Connect an account: Bitrix24')
  expect(say(at('input.phone', 'field_missing', 'x'))).toBe('Fill in "Phone"')
  expect(say(at('input.phone', 'wrong_type', 'expected text'))).toBe('Phone: expected text')
  expect(say(at('input.phone', 'unknown', 'there is no "phone" here'))).toBe(
    'there is no "Phone" here',
  )
  expect(say(at('input.phone.list[1]', 'field_missing', 'this is needed'))).toBe(
    'Phone: this is needed',
  )
})

test('what has no title is told as the server says it', () => {
  expect(problemText(at('input.gone', 'unknown_key', 'no such field'), crm, words)).toBe(
    'no such field',
  )
  expect(problemText(at('input.phone', 'field_missing', 'empty'), null, words)).toBe('empty')
})
