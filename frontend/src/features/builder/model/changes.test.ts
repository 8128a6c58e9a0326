import { expect, test } from 'vitest'
import { changes, same } from './changes'
import type { Doc, Step } from './doc'

const act = (id: string, extra = {}): Step => ({ id, action: 'http.request@1.0.0', ...extra })
const flow = (...steps: Step[]): Doc => ({
  zveno: 1,
  name: 'a',
  trigger: { connector: 'tilda@1.0.0', event: 'form_submitted' },
  steps,
})
const told = (a: Doc, b: Doc) =>
  changes(a, b).map((c) => ('step' in c ? `${c.what} ${c.step.id}` : c.what))

test('equal documents have no changes, whatever the order of keys', () => {
  expect(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true)
  expect(told(flow(act('a')), flow(act('a')))).toEqual([])
})

test('added, changed, moved and removed steps are told apart', () => {
  const old = flow(act('a'), act('b'), act('c'))
  expect(told(old, flow(act('a'), act('b', { name: 'x' }), act('c'), act('d')))).toEqual([
    'changed b',
    'added d',
  ])
  expect(told(old, flow(act('b'), act('c'), act('a')))).toEqual(['moved a'])
  expect(told(old, flow(act('c')))).toEqual(['removed a', 'removed b'])
})

test('a change inside a branch is no change of the branch', () => {
  const branch = (...steps: Step[]): Step => ({ id: 'big', branch: [{ name: 'Да', steps }] })
  expect(told(flow(branch(act('a'))), flow(branch(act('a', { note: 'x' }))))).toEqual(['changed a'])
  expect(told(flow(branch(act('a'))), flow(act('a'), branch()))).toEqual(['moved a'])
})

test('trigger, name and settings are one change each', () => {
  const next = { ...flow(), name: 'b', settings: { timezone: 'Europe/Moscow' } }
  expect(told(flow(), next)).toEqual(['name', 'settings'])
})
