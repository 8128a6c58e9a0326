import { expect, test } from 'vitest'
import { mergeNews, patchRows } from './live-rows'

interface Run {
  id: string
  state: string
}
const run = (id: string, state = 'running'): Run => ({ id, state })
const all = () => true

test('new rows wait, newest first; known rows change in place', () => {
  const { changed, fresh } = mergeNews(
    new Set(['a']),
    [],
    [run('b'), run('a', 'done'), run('c')],
    all,
  )
  expect([...changed.values()]).toEqual([run('a', 'done')])
  expect(fresh.map((row) => row.id)).toEqual(['c', 'b'])
})

test('a waiting row that changes keeps its place and counts once', () => {
  const { fresh } = mergeNews(new Set(), [run('b'), run('a')], [run('a', 'done'), run('c')], all)
  expect(fresh).toEqual([run('c'), run('b'), run('a', 'done')])
})

test('a row that no longer matches the filter leaves the waiting ones', () => {
  const onlyRunning = (row: Run) => row.state === 'running'
  const { fresh } = mergeNews(new Set(), [run('a')], [run('a', 'done'), run('b')], onlyRunning)
  expect(fresh.map((row) => row.id)).toEqual(['b'])
})

test('a storm loses no id', () => {
  const shown = new Set<string>()
  let waiting: Run[] = []
  for (let heap = 0; heap < 4; heap += 1) {
    const news = Array.from({ length: 50 }, (_, n) => run(`${heap}-${n}`))
    waiting = mergeNews(shown, waiting, [...news, ...news], all).fresh
  }
  expect(new Set(waiting.map((row) => row.id)).size).toBe(200)
  expect(waiting).toHaveLength(200)
  expect(waiting[0]?.id).toBe('3-49')
})

test('patching keeps the array where nothing changed', () => {
  const rows = [run('a'), run('b')]
  expect(patchRows(rows, new Map())).toBe(rows)
  expect(patchRows(rows, new Map([['b', run('b', 'done')]]))).toEqual([run('a'), run('b', 'done')])
})

test('news may be completed with what the list knew', () => {
  const rows = [{ id: 'a', summary: 'Name=Anna', state: 'queued' }]
  const now = new Map([['a', { id: 'a', summary: '', state: 'done' }]])
  const complete = (before: (typeof rows)[0], next: (typeof rows)[0]) => ({
    ...next,
    summary: next.summary || before.summary,
  })
  expect(patchRows(rows, now, complete)).toEqual([{ id: 'a', summary: 'Name=Anna', state: 'done' }])
})
