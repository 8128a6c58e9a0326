import { expect, test } from 'vitest'
import { fieldsOf, jsonText, readJson } from './json'

test('typed JSON is a value, nothing, or told to be no JSON', () => {
  expect(readJson(' ')).toEqual({ value: null })
  expect(readJson('{"a": 1}')).toEqual({ value: { a: 1 } })
  expect(readJson('{a: 1}')).toEqual({ bad: true })
  expect(readJson(jsonText({ a: [1] }))).toEqual({ value: { a: [1] } })
})

test('fields of a sample are named as a condition names them', () => {
  expect(fieldsOf({ id: 1, order: { total: 5, lines: [1] }, gone: null })).toEqual([
    'id',
    'order.total',
    'order.lines',
    'gone',
  ])
})
