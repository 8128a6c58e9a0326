import { expect, test } from 'vitest'
import { pick, runsSearch } from './search'

test('only known texts are taken from the address', () => {
  expect(runsSearch({ q: '79001234567', state: 'failed', from: '', evil: 'x' })).toEqual({
    q: '79001234567',
    state: 'failed',
  })
  expect(pick({ a: ['x'], b: { c: 1 } }, 'a', 'b')).toEqual({})
})
