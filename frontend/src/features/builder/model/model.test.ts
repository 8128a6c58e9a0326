import { expect, test } from 'vitest'
import type { Doc, Step } from './doc'
import { kindOf, readAction } from './doc'
import { duplicate, insert, move, nudge, remove, rename, update, wrap } from './edit'
import { slug } from './ids'
import { renameInTemplate, stepsRead } from './refs'
import { before, find, loopsAround, spots } from './tree'

const act = (id: string, input = {}): Step => ({ id, action: 'http.request@1.0.0', input })
const flow = (): Doc => ({
  zveno: 1,
  name: 'Заявки',
  trigger: { connector: 'tilda@1.0.0', event: 'form_submitted' },
  steps: [
    act('lead'),
    {
      id: 'big',
      branch: [
        { name: 'VIP', when: { all: [] }, steps: [act('vip'), act('call')] },
        { name: 'Иначе', steps: [] },
      ],
    },
    {
      id: 'each',
      for_each: { path: '$.steps.lead.output.list' },
      steps: [act('row', { a: { template: 'x {{steps.lead.output.id}}' } })],
    },
  ],
})
const order = (doc: Doc) => spots(doc).map((s) => s.step.id)

test('a tree is walked in document order', () => {
  expect(order(flow())).toEqual(['lead', 'big', 'vip', 'call', 'each', 'row'])
  expect(spots(flow()).map((s) => kindOf(s.step))).toContain('for_each')
  expect(readAction('bitrix24.create_lead@1.0.0')).toEqual({
    connector: 'bitrix24',
    key: 'create_lead',
    version: '1.0.0',
  })
})

test('steps are put in, moved and taken out anywhere', () => {
  const doc = insert(flow(), act('new'), { lane: 'big/1', index: 0 })
  expect(find(doc, 'new')?.owner?.step.id).toBe('big')
  const moved = move(doc, 'vip', { lane: 'root', index: 0 })
  expect(order(moved)).toEqual(['vip', 'lead', 'big', 'call', 'new', 'each', 'row'])
  expect(order(remove(moved, 'big'))).toEqual(['vip', 'lead', 'each', 'row'])
})

test('an edit shares what did not change', () => {
  const doc = flow()
  const next = update(doc, 'vip', (s) => ({ ...s, name: 'Важный' }))
  expect(next.steps[0]).toBe(doc.steps[0])
  expect(next.steps[2]).toBe(doc.steps[2])
  expect(next.steps[1]).not.toBe(doc.steps[1])
  expect(update(doc, 'nobody', (s) => ({ ...s, name: 'x' }))).toBe(doc)
})

test('a step never moves into itself', () => {
  const doc = flow()
  expect(move(doc, 'big', { lane: 'big/0', index: 0 })).toBe(doc)
})

test('moving within a lane counts places before the move', () => {
  const doc = move(flow(), 'lead', { lane: 'root', index: 3 })
  expect(doc.steps.map((s) => s.id)).toEqual(['big', 'each', 'lead'])
  expect(move(doc, 'lead', { lane: 'root', index: 3 })).toBe(doc)
})

test('a step is nudged up and down and out of a branch', () => {
  let doc = nudge(flow(), 'vip', 1)
  expect(order(doc)).toEqual(['lead', 'big', 'call', 'vip', 'each', 'row'])
  doc = nudge(doc, 'vip', 1)
  expect(order(doc)).toEqual(['lead', 'big', 'call', 'vip', 'each', 'row'])
  expect(find(doc, 'vip')?.lane.key).toBe('root')
  expect(nudge(doc, 'lead', -1)).toBe(doc)
})

test('a copy has ids of its own and reads its own steps', () => {
  const doc: Doc = {
    ...flow(),
    steps: [
      {
        id: 'each',
        for_each: { path: '$.trigger.body.items' },
        steps: [
          act('a'),
          act('b', {
            x: { path: '$.steps.a.output.id' },
            y: { literal: '$.steps.a {{steps.a.x}}' },
          }),
        ],
      },
    ],
  }
  const { doc: copied, id } = duplicate(doc, 'each')
  expect(order(copied)).toEqual(['each', 'a', 'b', 'each_2', 'a_2', 'b_2'])
  expect(id).toBe('each_2')
  const b2 = find(copied, 'b_2')?.step
  expect(b2 && 'input' in b2 && b2.input).toEqual({
    x: { path: '$.steps.a_2.output.id' },
    y: { literal: '$.steps.a {{steps.a.x}}' },
  })
})

test('another id goes through every mapping', () => {
  const doc = rename(flow(), 'lead', 'crm')
  expect(JSON.stringify(doc)).not.toContain('lead')
  expect(rename(flow(), 'lead', 'big')).toEqual(flow())
  expect(rename(flow(), 'lead', 'Плохо')).toEqual(flow())
})

test('only references are renamed in templates, not texts', () => {
  const names = new Map([['a', 'z']])
  expect(renameInTemplate('steps.a {{steps.a.x}} {{upper (trim steps.[a].y)}}', names)).toBe(
    'steps.a {{steps.z.x}} {{upper (trim steps.z.y)}}',
  )
  expect(renameInTemplate('{{default steps.ab.x "steps.a"}}', names)).toBe(
    '{{default steps.ab.x "steps.a"}}',
  )
  expect(renameInTemplate('{{vars.steps.a}}', names)).toBe('{{vars.steps.a}}')
})

test('wrapping puts a step into a branch or loop where it stood', () => {
  const { doc, id } = wrap(flow(), 'lead', 'branch', ['Да', 'Нет'])
  expect(order(doc).slice(0, 2)).toEqual([id, 'lead'])
  const loop = wrap(flow(), 'each', 'for_each', ['', ''])
  expect(order(loop.doc)).toContain('each_2')
})

test('a step reads what stands before it, around it too', () => {
  expect(before(flow(), 'call').map((s) => s.id)).toEqual(['lead', 'vip'])
  expect(loopsAround(flow(), 'row').map((s) => s.id)).toEqual(['each'])
  expect([...stepsRead(find(flow(), 'row')?.step)]).toEqual(['lead'])
})

test('Russian names become words for ids', () => {
  expect(slug('Лид в Битрикс24')).toBe('lid_v_bitriks24')
  expect(slug('42')).toBe('step')
})
