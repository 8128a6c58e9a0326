import { expect, test } from 'vitest'
import type { Subscriber } from '@/api/subscribers'
import { draftOf, toSend } from './draft'

const saved: Subscriber = {
  id: 'sub_1',
  name: 'Shop',
  url: 'https://shop.example/hooks',
  types: ['order.created'],
  filter: { not: { all: [] } },
  headers: { 'x-key': '••••', 'x-from': 'zveno' },
  properties: { tenant: 7, region: 'eu', note: '007x' },
  rate: '5/1s',
  state: 'active',
  day: { succeeded: 0, failed: 0, waiting: 0, held: 0 },
  created_at: '',
  updated_at: '',
}

test('a subscriber that is opened and saved stays what it was; a masked header keeps its value', () => {
  expect(toSend(draftOf(saved))).toEqual({
    name: 'Shop',
    url: 'https://shop.example/hooks',
    types: ['order.created'],
    filter: saved.filter,
    headers: { 'x-key': null, 'x-from': 'zveno' },
    properties: { tenant: 7, region: 'eu', note: '007x' },
    rate: '5/1s',
  })
})

test('an empty form asks for every type, without a condition or a limit', () => {
  const sent = toSend({ ...draftOf(), name: ' A ', url: 'https://a.example' })
  expect(sent).toEqual({
    name: 'A',
    url: 'https://a.example',
    types: [],
    filter: null,
    headers: {},
    properties: {},
    rate: null,
  })
})

test('a condition that is no JSON is not sent', () => {
  expect(toSend({ ...draftOf(saved), rawFilter: '{' })).toBeNull()
})
