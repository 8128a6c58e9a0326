import { expect, test } from 'vitest'
import type { Doc } from './doc'
import { index, ofField, type Problem, readPlace } from './problems'

const doc: Doc = {
  zveno: 1,
  name: '',
  trigger: { connector: 'tilda@1.0.0', event: 'form_submitted' },
  steps: [
    { id: 'a', action: 'x.y@1.0.0', on_error: { steps: [{ id: 'c', action: 'x.z@1.0.0' }] } },
    { id: 'b', branch: [{ steps: [{ id: 'd', action: 'x.z@1.0.0' }] }] },
    { id: 'e', for_each: { literal: [] }, steps: [{ id: 'f', action: 'x.z@1.0.0' }] },
  ],
}
const at = (place: string): Problem => ({ place, code: 'x', severity: 'error', message: 'm' })

test('places are read in pieces', () => {
  expect(readPlace('steps[2].input["a.b"].Ваше_имя')).toEqual([
    'steps',
    2,
    'input',
    'a.b',
    'Ваше_имя',
  ])
  expect(readPlace('')).toEqual([])
})

test('a problem finds its step and field, nested ones too', () => {
  const cases = {
    'steps[0].input.phone': ['a', 'input.phone'],
    'steps[0].on_error.steps[0].connection': ['c', 'connection'],
    'steps[1].branch[0].steps[0].input.utm.source': ['d', 'input.utm.source'],
    'steps[1].branch[0].when.all[0]': ['b', 'branch.0.when.all.0'],
    'steps[2].steps[0]': ['f', ''],
    'steps[2].for_each': ['e', 'for_each'],
  }
  for (const [place, [step, field]] of Object.entries(cases)) {
    const found = index(doc, [at(place)])
    expect(found.steps.get(step as string)?.[0]?.field, place).toBe(field)
  }
})

test('problems of the trigger and the flow are told apart', () => {
  const found = index(doc, [at('trigger.input.apikey'), at(''), at('settings.timezone')])
  expect(found.trigger.map((l) => l.field)).toEqual(['input.apikey'])
  expect(found.other).toHaveLength(2)
  expect(found.errors).toBe(3)
})

test('a field has the problems of its children', () => {
  const found = index(doc, [at('steps[0].input.utm.source'), at('steps[0].input.utmx')])
  expect(ofField(found.steps.get('a'), 'input.utm')).toHaveLength(1)
})
