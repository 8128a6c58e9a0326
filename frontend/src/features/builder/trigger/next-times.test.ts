import { expect, test } from 'vitest'
import { cronTimes, everyTimes, readCron, readSpan } from './next-times'

const at = (text: string) => Date.parse(text)
const times = (cron: string, zone: string, from: string, count = 3) => {
  const read = readCron(cron)
  return read && cronTimes(read, zone, at(from), count).map((t) => new Date(t).toISOString())
}

test('working days at nine in Moscow', () => {
  // 6 March 2026 is a Friday.
  expect(times('0 9 * * 1-5', 'Europe/Moscow', '2026-03-06T05:00:00Z')).toEqual([
    '2026-03-06T06:00:00.000Z',
    '2026-03-09T06:00:00.000Z',
    '2026-03-10T06:00:00.000Z',
  ])
})

test('names, lists, steps and Sunday as seven', () => {
  expect(times('*/30 8,20 * jan sun', 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual([
    '2026-01-04T08:00:00.000Z',
    '2026-01-04T08:30:00.000Z',
  ])
  expect(times('0 0 * * 7', 'UTC', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-04T00:00:00.000Z'])
})

test('a day of the month or of the week, where both are given', () => {
  expect(times('0 0 13 * 5', 'UTC', '2026-03-10T00:00:00Z', 2)).toEqual([
    '2026-03-13T00:00:00.000Z',
    '2026-03-20T00:00:00.000Z',
  ])
})

test('a time that the clock skips starts right after the gap', () => {
  expect(times('30 2 29 3 *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 1)).toEqual([
    '2026-03-29T01:00:00.000Z',
  ])
})

test('29 February is found, 30 February is not', () => {
  expect(times('0 0 29 2 *', 'UTC', '2026-03-01T00:00:00Z', 1)).toEqual([
    '2028-02-29T00:00:00.000Z',
  ])
  expect(times('0 0 30 2 *', 'UTC', '2026-03-01T00:00:00Z', 1)).toEqual([])
})

test('what is no expression is refused', () => {
  for (const text of [
    '',
    '* * * *',
    '60 * * * *',
    '* * * * 9',
    'a b c d e',
    '*/0 * * * *',
    '5-1 * * * *',
  ]) {
    expect(readCron(text), text).toBeNull()
  }
})

test('periods are counted from midnight', () => {
  const next = everyTimes(readSpan('6h') ?? 0, 'Europe/Moscow', at('2026-03-06T05:00:00Z'), 2)
  expect(next.map((t) => new Date(t).toISOString())).toEqual([
    '2026-03-06T09:00:00.000Z',
    '2026-03-06T15:00:00.000Z',
  ])
  expect(readSpan('30s')).toBeNull()
  expect(readSpan('1h30m')).toBe(5_400_000)
})
