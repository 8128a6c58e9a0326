import { expect, test } from 'vitest'
import { isDrawable } from './drawable'

const trigger = { connector: 'tilda@1.0.0', event: 'form_submitted' }
const flow = (...steps: unknown[]) => ({ zveno: 1, name: 'A', trigger, steps })
const test_ = { left: { path: '$.trigger.body.sum' }, op: 'gt', right: { literal: 1 } }

test('what lacks something, or names what is not there, is drawn', () => {
  for (const doc of [
    flow(),
    flow({ id: 'a', action: 'gone.nothing@9.9.9' }),
    flow({ id: 'a', action: 'http.request@1.0.0', input: { url: { literal: null } } }),
    flow({ id: 'a', action: 'x.y@1.0.0', on_error: { steps: [{ id: 'b', set: {} }] } }),
    flow({
      id: 'b',
      branch: [
        { when: { not: { any: [test_] } }, steps: [] },
        { name: 'no', steps: [] },
      ],
    }),
    flow({ id: 'l', for_each: { literal: [] }, steps: [{ id: 'd', delay: { for: '' } }] }),
    flow({ id: 'f', filter: { all: [] } }, { id: 'u', delay: { until: { template: '' } } }),
    flow({ id: 'r', respond: { status: 200, json: { ok: { literal: true } } } }),
    { ...flow(), settings: {}, unknown: 1 },
  ])
    expect(isDrawable(doc), JSON.stringify(doc)).toBe(true)
})

test('what has another shape is not', () => {
  for (const doc of [
    null,
    'zveno',
    [],
    { zveno: 1, name: 'A', steps: [] },
    { zveno: 1, name: 'A', trigger },
    { ...flow(), name: 5 },
    { ...flow(), trigger: { ...trigger, only_if: 'sum > 1' } },
    flow('lead'),
    flow({ action: 'http.request@1.0.0' }),
    flow({ id: 'a' }),
    flow({ id: 'a', action: 'x.y@1.0.0', set: {} }),
    flow({ id: 'a', action: 'x.y@1.0.0', input: { title: 'bare' } }),
    flow({ id: 'a', action: 'x.y@1.0.0', input: { t: { path: '$', transforms: 'trim' } } }),
    flow({ id: 'b', branch: { yes: [] } }),
    flow({ id: 'b', branch: [{ when: { all: test_ }, steps: [] }] }),
    flow({ id: 'l', for_each: '$.items', steps: [] }),
    flow({ id: 'l', for_each: { literal: [] }, steps: [{ id: 'x' }] }),
    flow({ id: 'd', delay: '10m' }),
  ])
    expect(isDrawable(doc), JSON.stringify(doc)).toBe(false)
})
