import { expect, test } from 'vitest'
import type { Condition } from '../../model/doc'
import { groupOf, withMode } from './condition-model'

const a: Condition = { left: { path: '$.a' }, op: 'is_true' }
const b: Condition = { left: { path: '$.b' }, op: 'is_true' }

test('groups of all, any and none read back as they were written', () => {
  for (const mode of ['all', 'any', 'none'] as const) {
    expect(groupOf(withMode(mode, [a, b]))).toEqual({ mode, items: [a, b] })
  }
})

test('what the form did not make keeps its meaning', () => {
  expect(groupOf(a)).toEqual({ mode: 'all', items: [a] })
  // Not all of two is not none of two: the group stays inside.
  const notAll: Condition = { not: { all: [a, b] } }
  expect(groupOf(notAll)).toEqual({ mode: 'none', items: [{ all: [a, b] }] })
  expect(groupOf({ not: a })).toEqual({ mode: 'none', items: [a] })
})
