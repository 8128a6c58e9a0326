import { expect, test } from 'vitest'
import { type Listening, listenView, toldOf } from './listen-model'

const trigger = { connector: 'github@1.0.0', event: 'repository_event', connection: 'con_1' }
const told = toldOf(trigger)
const NOW = Date.parse('2026-01-20T10:00:00Z')
const asked: Listening = { until: '2026-01-20T11:00:00Z', byHand: false, of: told }
const view = (a: Listening | null, state?: string, of = told, now = NOW) =>
  listenView(a, state ? { state } : null, of, now)

test('waiting is told as the service answers', () => {
  expect(view(null)).toBe('idle')
  expect(view(asked, 'subscribing')).toBe('telling')
  expect(view(asked, 'active')).toBe('listening')
  expect(view(asked, 'failed')).toBe('failed')
  expect(view({ ...asked, byHand: true, until: null })).toBe('byHand')
})

test('waiting is over after its hour, and is told of an earlier visit', () => {
  expect(view(asked, 'active', told, Date.parse('2026-01-20T11:00:00Z'))).toBe('over')
  expect(view(null, 'active')).toBe('listening')
  expect(view(null, 'leaving')).toBe('idle')
  const earlier = { state: 'active', until: asked.until }
  expect(listenView(null, earlier, told, NOW)).toBe('listening')
  expect(listenView(null, earlier, told, Date.parse('2026-01-20T11:00:00Z'))).toBe('over')
})

test('another trigger has to be told anew', () => {
  const other = toldOf({ ...trigger, input: { repository: { literal: 'shop' } } })
  expect(view(asked, 'active', other)).toBe('changed')
  expect(toldOf({ ...trigger, order_by: '{{event.id}}' } as typeof trigger)).toBe(told)
})
