import { expect, test } from 'vitest'
import { pick, runsSearch } from './search'

test('only known texts are taken from the address', () => {
  expect(runsSearch({ q: '79001234567', state: 'failed', from: '', evil: 'x' })).toEqual({
    q: '79001234567',
    state: 'failed',
  })
  expect(pick({ q: 79001234567, state: true }, 'q', 'state')).toEqual({
    q: '79001234567',
    state: 'true',
  })
  expect(pick({ a: ['x'], b: { c: 1 } }, 'a', 'b')).toEqual({})
})
