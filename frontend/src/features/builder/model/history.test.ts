import { expect, test } from 'vitest'
import { DEPTH, push, redo, start, undo } from './history'

test('fifty edits can be taken back and made again', () => {
  let h = start(0)
  for (let i = 1; i <= 60; i += 1) {
    h = push(h, i, i * 10_000)
  }
  for (let i = 0; i < 70; i += 1) {
    h = undo(h)
  }
  expect(h.present).toBe(60 - DEPTH)
  for (let i = 0; i < 70; i += 1) {
    h = redo(h)
  }
  expect(h.present).toBe(60)
})

test('typing in one field is one step of undo', () => {
  let h = start('')
  h = push(h, 'a', 0, 'name')
  h = push(h, 'ab', 500, 'name')
  h = push(h, 'abc', 3000, 'name')
  expect(undo(h).present).toBe('ab')
  expect(undo(undo(h)).present).toBe('')
})

test('a new edit ends what could be made again', () => {
  const h = push(undo(push(start('a'), 'b', 0)), 'c', 1)
  expect(redo(h).present).toBe('c')
})
