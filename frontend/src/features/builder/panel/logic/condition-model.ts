// Conditions as the form shows them: groups of comparisons that match all, any or none.
import type { Condition, Op, Test } from '../../model/doc'

export interface Group {
  mode: 'all' | 'any' | 'none'
  items: Condition[]
}

export const NEW_TEST: Test = { left: { literal: '' }, op: 'is_not_empty' }

export const isTest = (c: Condition): c is Test => 'left' in c

const WITHOUT_RIGHT = new Set<Op>(['is_empty', 'is_not_empty', 'exists', 'is_true', 'is_false'])
export const takesRight = (op: Op): boolean => !WITHOUT_RIGHT.has(op)

/** A condition as a group; a lone comparison is a group of one. */
export function groupOf(c: Condition | undefined): Group {
  if (!c) return { mode: 'all', items: [] }
  if ('all' in c) return { mode: 'all', items: c.all }
  if ('any' in c) return { mode: 'any', items: c.any }
  if ('not' in c) {
    const inner = groupOf(c.not)
    // None of these: not any. What is negated otherwise stays inside as it is.
    return inner.mode === 'any' || inner.items.length === 1
      ? { mode: 'none', items: inner.items }
      : { mode: 'none', items: [c.not] }
  }
  return { mode: 'all', items: [c] }
}

export function withMode(mode: Group['mode'], items: Condition[]): Condition {
  if (mode === 'none') return { not: { any: items } }
  return mode === 'any' ? { any: items } : { all: items }
}
