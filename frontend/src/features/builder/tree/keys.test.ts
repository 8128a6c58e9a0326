import { expect, test } from 'vitest'
import type { Doc, Step } from '../model/doc'
import { beside, neighbour } from './keys'

const act = (id: string): Step => ({ id, action: 'http.request@1.0.0' })
const doc: Doc = {
  zveno: 1,
  name: '',
  trigger: { connector: 'tilda@1.0.0', event: 'form_submitted' },
  steps: [
    act('a'),
    {
      id: 'b',
      branch: [
        {
          name: 'yes',
          steps: [act('c'), { id: 'd', for_each: { literal: [] }, steps: [act('e')] }],
        },
        { name: 'no', steps: [act('f')] },
      ],
    },
    act('g'),
  ],
}
const none = new Set<string>()

test('up and down go through what can be seen, the trigger first', () => {
  expect(neighbour(doc, none, 'trigger', 1)).toBe('a')
  expect(neighbour(doc, none, 'a', -1)).toBe('trigger')
  expect(neighbour(doc, none, 'b', 1)).toBe('c')
  expect(neighbour(doc, new Set(['b']), 'b', 1)).toBe('g')
  expect(neighbour(doc, none, 'g', 1)).toBeNull()
})

test('left and right go to the other branch, from deep inside too', () => {
  expect(beside(doc, 'c', 1)).toBe('f')
  expect(beside(doc, 'e', 1)).toBe('f')
  expect(beside(doc, 'f', -1)).toBe('c')
  expect(beside(doc, 'f', 1)).toBeNull()
  expect(beside(doc, 'a', 1)).toBeNull()
})
