import { expect, test } from 'vitest'
import { ApiProblem } from '@/api/problem'
import { below } from './problems'

const at = (place: string) => ({ place, code: 'x', message: `bad ${place}` })

test('faults below a field are told at it, with their place', () => {
  const error = new ApiProblem(422, { problems: [at('sample.total'), at('samples'), at('filter')] })
  expect(below(error, 'sample')).toBe('sample.total: bad sample.total')
  expect(below(error, 'filter')).toBe('bad filter')
  expect(below(error, 'name')).toBeUndefined()
  expect(below(new Error('x'), 'name')).toBeUndefined()
})
