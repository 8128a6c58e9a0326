import { expect } from '@playwright/test'
import { FORM, type FlowInfo, type Office, sendForm } from './office.ts'

/** A workspace in which every screen has something to show. */
export interface Furnished {
  office: Office
  /** Turned on, with runs that succeeded, failed and wait. */
  busy: FlowInfo
  /** A draft with conditions, a loop and something missing. */
  logic: FlowInfo
  /** A draft that starts by the clock. */
  clock: FlowInfo
  runs: { succeeded: string; failed: string; waiting: string }
  delivery: string
  /** Texts that people wrote or services sent: whatever language they are in. */
  data: string[]
}

const LOGIC = {
  zveno: 1,
  name: 'Заявки по размеру',
  folder: 'Продажи',
  trigger: { connector: 'tilda', event: 'form_submitted' },
  steps: [
    {
      id: 'size',
      name: 'Большая сделка?',
      branch: [
        {
          name: 'Большая',
          when: { all: [{ left: { path: '$.trigger.body.price' }, op: 'gt', right: { literal: 50000 } }] },
          steps: [{ id: 'lead', name: 'Лид отделу продаж', action: 'bitrix24.create_lead', input: {} }],
        },
        { name: 'Обычная', else: true, steps: [{ id: 'pause', delay: { for: '15m' } }] },
      ],
    },
    {
      id: 'items',
      name: 'Каждый товар',
      for_each: { path: '$.trigger.body.payment.products' },
      as: 'item',
      steps: [{ id: 'note', name: 'Запомнить товар', set: { title: { path: '$.item.name' } } }],
    },
  ],
}

const CLOCK = {
  zveno: 1,
  name: 'Сводка по утрам',
  trigger: { connector: 'schedule', event: 'cron', input: { cron: { literal: '0 9 * * 1-5' } } },
  steps: [],
}

async function state(office: Office, flow: string, wanted: string, count = 1): Promise<string> {
  const found = async () => (await office.runs(flow)).filter((r) => r.state === wanted)
  await expect.poll(async () => (await found()).length).toBe(count)
  return (await found())[0]?.id ?? ''
}

export async function furnish(office: Office): Promise<Furnished> {
  const { owner, stage } = office
  const busy = await office.another('Заявки с сайта', { on: true })
  const people = ['Ольга Смирнова', 'Пётр Ильин', 'Мария Белова', 'Сергей Котов']
  for (const [at, name] of people.entries())
    await sendForm(busy.hook_url, `ok:${at}`, { Name: name, Email: `client${at}@firma.test` })
  const succeeded = await state(office, busy.id, 'succeeded', people.length)
  await stage.ask({ do: 'portal', times: 1, error: 'access' })
  await sendForm(busy.hook_url, 'failed')
  const failed = await state(office, busy.id, 'failed')
  await stage.ask({ do: 'webhook', times: 1, status: 503 })
  await sendForm(busy.hook_url, 'waiting')
  const waiting = await state(office, busy.id, 'waiting')
  await sendForm(busy.hook_url, 'ok:0')
  const draft = await office.another('Заявки с лендинга', { on: false })
  await sendForm(draft.hook_url, 'held:1')
  const logic = await owner.post<FlowInfo>('/flows', { name: LOGIC.name, doc: LOGIC })
  const clock = await owner.post<FlowInfo>('/flows', { name: CLOCK.name, doc: CLOCK })
  await owner.post('/temporary-addresses', { name: 'Проба оплаты' })
  await owner.post('/api-keys', { name: 'Отчёты', scope: 'read' })
  await office.invite('viewer', 'Вера Наблюдатель')
  await owner.post('/invitations', { role: 'editor', email: 'kostya@firma.test' })
  const deliveries = await owner.get<{ items: { id: string }[] }>(`/deliveries?flow=${busy.id}`)
  const connections = await owner.get<{ items: { name: string }[] }>('/connections')
  const written = [busy, draft, logic, clock, office.flow].flatMap((flow) => texts(flow.draft.doc))
  return {
    office,
    busy,
    logic,
    clock,
    runs: { succeeded, failed, waiting },
    delivery: deliveries.items[0]?.id ?? '',
    data: [
      ...written,
      ...people,
      ...Object.values(FORM),
      ...connections.items.map((each) => each.name),
      ...['Анна', 'Ромашка', 'Вера Наблюдатель', 'Проба оплаты', 'Отчёты', 'Продажи', 'Заявка с сайта', 'А'],
      // Fields that a form of Tilda has, and values of settings.
      ...['Textarea', 'products', 'title', 'utm_source', 'utm_medium', 'utm_campaign'],
      ...['false', 'all'],
    ],
  }
}

/** Every text in a value. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(texts)
}
