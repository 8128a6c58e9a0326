import { expect, test } from 'vitest'
import type { Connector } from '@/api/connectors'
import type { RunStep } from '@/api/runs'
import { factsOf } from './names'

const mail = {
  id: 'email',
  title: 'E-mail',
  actions: [{ key: 'send', title: 'Send a letter', on_unknown: 'park' }],
} as unknown as Connector

const step = (connector: string | null, name: string | null = null) =>
  ({ step: 'letter', name, connector }) as RunStep

test('a step without a name is called after what it does, whatever version of the app it uses', () => {
  expect(factsOf(step('email.send@1.0.0'), [mail])).toMatchObject({
    name: 'E-mail: Send a letter',
    unsafe: true,
  })
  expect(factsOf(step('email.send@1.0.0', 'Письмо'), [mail]).name).toBe('Письмо')
  expect(factsOf(step('gone.send@1.0.0'), [mail])).toMatchObject({ name: 'letter', unsafe: false })
  expect(factsOf(step(null), [mail]).name).toBe('letter')
})
