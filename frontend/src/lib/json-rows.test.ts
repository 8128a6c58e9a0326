import { expect, test } from 'vitest'
import { childPath, foundRows, visibleRows } from './json-rows'

const data = {
  Name: 'Иван',
  items: [
    { sku: 'A-1', price: 10 },
    { sku: 'B-2', price: 20 },
  ],
  'Ваше имя': null,
  empty: {},
}

const lines = (rows: { depth: number; key: string }[]) =>
  rows.map((row) => '.'.repeat(row.depth) + row.key)

test('paths are written as mappings write them', () => {
  expect(childPath('trigger.body', 'Name')).toBe('trigger.body.Name')
  expect(childPath('trigger.body', 'Ваше имя')).toBe('trigger.body.[Ваше имя]')
  expect(childPath('a', 0)).toBe('a[0]')
})

test('closed parts hide what is in them, and a switch turns what the depth says', () => {
  const closed = visibleRows(data, '', { depth: 0, switched: new Set() })
  expect(lines(closed)).toEqual(['Name', 'items', 'Ваше имя', 'empty'])
  const one = visibleRows(data, '', { depth: 0, switched: new Set(['items', 'items[1]']) })
  expect(lines(one)).toEqual(['Name', 'items', '.0', '.1', '..sku', '..price', 'Ваше имя', 'empty'])
  const folded = visibleRows(data, '', { depth: 9, switched: new Set(['items']) })
  expect(lines(folded)).toEqual(['Name', 'items', 'Ваше имя', 'empty'])
})

test('an empty object is a leaf', () => {
  const row = visibleRows(data, '', { depth: 9, switched: new Set() }).at(-1)
  expect([row?.kind, row?.size, row?.open]).toEqual(['object', 0, false])
})

test('a search keeps the way to what it found, by names and values', () => {
  expect(lines(foundRows(data, '', 'b-2'))).toEqual(['items', '.1', '..sku'])
  expect(lines(foundRows(data, '', 'PRICE'))).toEqual(['items', '.0', '..price', '.1', '..price'])
  expect(foundRows(data, '', 'nothing')).toEqual([])
})

test('the work grows with the data and not faster', () => {
  const big = Array.from({ length: 20_000 }, (_, n) => ({
    id: n,
    text: `row ${n} ${'x'.repeat(30)}`,
  }))
  const before = performance.now()
  expect(visibleRows(big, '', { depth: 1, switched: new Set() }).length).toBe(60_000)
  expect(performance.now() - before).toBeLessThan(3000)
})
