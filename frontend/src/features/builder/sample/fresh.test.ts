import { expect, test } from 'vitest'
import { freshPaths } from './fresh'

const of = (...paths: string[]) => ({ is_test: false, fields: paths.map((path) => ({ path })) })

test('a field that the newest deliveries have and older ones lack is new', () => {
  expect([...freshPaths([of('a', 'b'), of('a', 'b'), of('a')])]).toEqual(['b'])
})

test('one that comes and goes, one that was always there and one of a test are not', () => {
  expect([...freshPaths([of('a', 'b'), of('a'), of('a', 'b'), of('a')])]).toEqual([])
  expect([...freshPaths([of('a')])]).toEqual([])
  expect([...freshPaths([{ ...of('a', 'c'), is_test: true }, of('a'), of('a')])]).toEqual([])
})
