import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type LiveNews, liveState, useLive } from './live'

class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  static all: FakeSource[] = []
  readyState = 0
  closed = false
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  readonly url: string
  constructor(url: string) {
    super()
    this.url = url
    FakeSource.all.push(this)
  }
  close() {
    this.closed = true
  }
  tell(kind: string, id: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data), lastEventId: id }))
  }
}

const last = () => FakeSource.all.at(-1) as FakeSource

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
  FakeSource.all = []
})
afterEach(() => {
  cleanup()
  vi.runOnlyPendingTimers()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function follow(topics: string[]) {
  const heaps: LiveNews[][] = []
  const hook = renderHook((wanted: string[]) => useLive(wanted, (news) => heaps.push(news)), {
    initialProps: topics,
  })
  act(() => void vi.advanceTimersByTime(1))
  return { heaps, ...hook }
}

test('two hundred news a second come in at most four heaps, and all of them come', () => {
  const { heaps } = follow(['runs'])
  last().onopen?.()
  for (let at = 0; at < 200; at += 1) {
    last().tell('run', `${at}`, { id: `r${at}` })
    vi.advanceTimersByTime(5)
  }
  vi.advanceTimersByTime(250)
  expect(heaps.length).toBeLessThanOrEqual(5)
  const runs = heaps.flat().filter((news) => news.kind === 'run')
  const ids = runs.map((news) => news.id)
  expect(ids).toEqual(Array.from({ length: 200 }, (_, at) => `${at}`))
  expect(liveState.get()).toBe('live')
})

test('a cut stream is told, and asked instead every five seconds until it is back', () => {
  const { heaps } = follow(['runs'])
  last().onopen?.()
  last().onerror?.()
  expect(liveState.get()).toBe('polling')
  vi.advanceTimersByTime(10_500)
  expect(heaps.flat().map((news) => news.kind)).toEqual(['reset', 'reset'])
  last().onopen?.()
  expect(liveState.get()).toBe('live')
  vi.advanceTimersByTime(300)
  // What happened meanwhile is asked for once more.
  expect(heaps.flat()).toHaveLength(3)
  vi.advanceTimersByTime(20_000)
  expect(heaps.flat()).toHaveLength(3)
})

test('a stream that the server refused is opened again later', () => {
  follow(['runs'])
  last().readyState = FakeSource.CLOSED
  last().onerror?.()
  vi.advanceTimersByTime(10_001)
  expect(FakeSource.all).toHaveLength(2)
})

test('other topics open another stream behind the last id; nobody left closes it', () => {
  const { rerender, unmount } = follow(['runs'])
  last().tell('run', '41', {})
  rerender(['run:7'])
  vi.advanceTimersByTime(1)
  expect(FakeSource.all).toHaveLength(2)
  expect(FakeSource.all[0]?.closed).toBe(true)
  expect(last().url).toContain('topics=run%3A7')
  expect(last().url).toContain('last_event_id=41')
  unmount()
  vi.advanceTimersByTime(1)
  expect(last().closed).toBe(true)
  expect(liveState.get()).toBe('idle')
})

test('what happened between the question of a screen and its first stream is asked for again', async () => {
  // A page that has seen nothing yet.
  vi.resetModules()
  const fresh = await import('./live')
  const heaps: LiveNews[][] = []
  const hook = renderHook((wanted: string[]) => fresh.useLive(wanted, (news) => heaps.push(news)), {
    initialProps: ['run:1'],
  })
  act(() => void vi.advanceTimersByTime(1))
  expect(last().url).not.toContain('last_event_id')
  last().onopen?.()
  vi.advanceTimersByTime(300)
  expect(heaps.flat().map((news) => news.kind)).toEqual(['reset'])

  // A sign of life is no news, but says from where the next stream goes on without a question.
  last().tell('here', '7', null)
  hook.rerender(['run:2'])
  vi.advanceTimersByTime(1)
  expect(last().url).toContain('last_event_id=7')
  last().onopen?.()
  vi.advanceTimersByTime(300)
  expect(heaps.flat()).toHaveLength(1)
})
