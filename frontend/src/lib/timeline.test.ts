import { expect, test } from 'vitest'
import { scaleOf } from './timeline'

test('order is kept, ends are at the ends, and a long wait does not swallow the tries', () => {
  const place = scaleOf([
    { from: 0, to: 400 },
    { from: 400, to: 3_600_000 },
    { from: 3_600_000, to: 3_600_300 },
  ])
  const places = [0, 400, 3_600_000, 3_600_300].map(place)
  expect(places[0]).toBe(0)
  expect(places[3]).toBe(1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(place(400)).toBeGreaterThan(0.15)
  expect(1 - place(3_600_000)).toBeGreaterThan(0.15)
})

test('one moment is no division by nothing', () => {
  expect(scaleOf([{ from: 5, to: 5 }])(5)).toBe(0)
  expect(scaleOf([])(1)).toBe(0)
})
