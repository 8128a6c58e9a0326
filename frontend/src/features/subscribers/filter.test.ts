import { expect, test } from 'vitest'
import { NO_FILTER, readFilter, writeFilter } from './filter'

test('comparisons read back as they were written', () => {
  for (const mode of ['all', 'any'] as const) {
    const filter = {
      mode,
      rows: [
        { path: 'order.total', op: 'gte' as const, value: '5000' },
        { path: 'email', op: 'is_not_empty' as const, value: '' },
      ],
    }
    expect(readFilter(writeFilter(filter))).toEqual(filter)
  }
})

test('no rows are no condition, and rows without a field do not count', () => {
  expect(writeFilter(NO_FILTER)).toBeNull()
  expect(writeFilter({ mode: 'any', rows: [{ path: ' ', op: 'equals', value: '1' }] })).toBeNull()
  expect(readFilter(null)).toEqual(NO_FILTER)
})

test('a lone comparison is a group of one, and numbers are shown as texts', () => {
  const lone = { left: { path: '$.trigger.data.total' }, op: 'gt', right: { literal: 10 } }
  expect(readFilter(lone)).toEqual({
    mode: 'all',
    rows: [{ path: 'total', op: 'gt', value: '10' }],
  })
})

test('what rows cannot show is left to be changed as JSON', () => {
  const test = { left: { path: '$.trigger.data.a' }, op: 'equals', right: { literal: '1' } }
  expect(readFilter({ not: test })).toBeNull()
  expect(readFilter({ all: [{ any: [test] }] })).toBeNull()
  expect(readFilter({ ...test, exact: true })).toBeNull()
  expect(readFilter({ ...test, left: { path: '$.trigger.type' } })).toBeNull()
  expect(readFilter({ ...test, right: { path: '$.trigger.data.b' } })).toBeNull()
})
