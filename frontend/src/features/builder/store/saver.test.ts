import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiProblem } from '@/api/problem'
import { SAVE_AFTER_MS, Saver, type SaveState } from './saver'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function saver(answers: (string | Error)[]) {
  const sent: [string, string][] = []
  const states: SaveState['is'][] = []
  const it = new Saver<string>({
    etag: '1',
    save: async (doc, etag) => {
      sent.push([doc, etag])
      await new Promise((done) => setTimeout(done, 100))
      const answer = answers.shift() ?? 'last'
      if (answer instanceof Error) throw answer
      return { etag: answer, problems: [] }
    },
    onState: (s) => states.push(s.is),
    onSaved: () => {},
  })
  return { it, sent, states }
}

test('edits in a row are one request with the last of them', async () => {
  const { it, sent, states } = saver(['2'])
  it.put('a')
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS - 100)
  it.put('ab')
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS + 200)
  expect(sent).toEqual([['ab', '1']])
  expect(states.at(-1)).toBe('saved')
  expect(it.pending).toBe(false)
})

test('an edit during a save follows with the new tag', async () => {
  const { it, sent } = saver(['2', '3'])
  it.put('a')
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS + 10)
  it.put('b')
  expect(it.pending).toBe(true)
  await vi.advanceTimersByTimeAsync(3000)
  expect(sent).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
})

test('without a network it tries again until it is saved', async () => {
  const { it, sent, states } = saver([new ApiProblem(0, {}), new ApiProblem(503, {}), '2'])
  it.put('a')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(sent.map(([doc]) => doc)).toEqual(['a', 'a', 'a'])
  expect(states).toContain('offline')
  expect(states.at(-1)).toBe('saved')
})

test('a conflict stops saving until it is decided', async () => {
  const clash = new ApiProblem(412, { by: 'Анна', at: '2026-01-01T00:00:00Z' })
  const { it, sent, states } = saver([clash, '9'])
  it.put('mine')
  await vi.advanceTimersByTimeAsync(5000)
  it.put('mine 2')
  await vi.advanceTimersByTimeAsync(5000)
  expect(sent).toHaveLength(1)
  expect(states.at(-1)).toBe('conflict')
  it.settle('8', 'mine 2')
  await vi.advanceTimersByTimeAsync(5000)
  expect(sent.at(-1)).toEqual(['mine 2', '8'])
  expect(states.at(-1)).toBe('saved')
})

test('taking the other side leaves nothing to save', async () => {
  const { it, sent } = saver([new ApiProblem(412, {})])
  it.put('mine')
  await vi.advanceTimersByTimeAsync(5000)
  it.settle('8', null)
  await vi.advanceTimersByTimeAsync(5000)
  expect(sent).toHaveLength(1)
  expect(it.pending).toBe(false)
})

test('what the server refuses for good is not sent again by itself', async () => {
  const { it, sent, states } = saver([new ApiProblem(422, {})])
  it.put('a')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(1)
  expect(states.at(-1)).toBe('failed')
})
