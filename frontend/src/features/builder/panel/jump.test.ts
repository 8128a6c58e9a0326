import { expect, test } from 'vitest'
import { nearest } from './jump'

const branch = ['branch.0.when.all.0.left', 'branch.0.when.all.0.right', 'branch.1.when.any.0.left']

test('a key means the very field, however deep in it the problem is', () => {
  expect(nearest(branch, 'branch.0.when.all.0.right.template')).toBe('branch.0.when.all.0.right')
  expect(nearest(['delay.for', 'timeout'], 'timeout')).toBe('timeout')
  expect(nearest(['retry', 'retry.delays'], 'retry.delays.1')).toBe('retry.delays')
})

test('a key of a whole means the first field inside of it', () => {
  expect(nearest(branch, 'branch.1.when')).toBe('branch.1.when.any.0.left')
  // One comparison without a group is drawn as a group of one.
  expect(nearest(branch, 'branch.1.when.left.path')).toBe('branch.1.when.any.0.left')
  expect(nearest(['set.total', 'set.tax'], 'set')).toBe('set.total')
})

test('names that begin alike are not taken for one another', () => {
  expect(nearest(['set.value_10', 'set.value_1'], 'set.value_1.path')).toBe('set.value_1')
  expect(nearest(['assets'], 'as')).toBeNull()
  expect(nearest([], 'delay.for')).toBeNull()
})
