import { expect } from '@playwright/test'
import { FORM, type FlowInfo, type Office, sendForm } from './office.ts'
import type { Lang } from './words.ts'

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
  /** One that takes most of what it is sent, and one that is paused. */
  subscribers: { active: string; paused: string }
  /** Texts that people wrote or services sent: whatever language they are in. */
  data: string[]
}

/** What people have written, in one language. */
const WRITTEN = {
  ru: {
    busy: 'Заявки с сайта',
    draft: 'Заявки с лендинга',
    logic: 'Заявки по размеру',
    clock: 'Сводка по утрам',
    folder: 'Продажи',
    steps: ['Большая сделка?', 'Большая', 'Лид отделу продаж', 'Обычная', 'Каждый товар', 'Запомнить товар'],
    people: ['Ольга Смирнова', 'Пётр Ильин', 'Мария Белова', 'Сергей Котов'],
    form: {},
    others: ['Вера Наблюдатель', 'Проба оплаты', 'Отчёты'],
    shop: 'Заказы подписчикам',
    subscribers: ['Склад', 'Бухгалтерия'],
    types: [
      ['order.created', 'Заказ создан', 'Приходит, как только покупатель оформил заказ.'],
      ['order.paid', 'Заказ оплачен', 'Деньги получены.'],
    ],
  },
  en: {
    busy: 'Leads of the site',
    draft: 'Leads of the landing page',
    logic: 'Leads by size',
    clock: 'Morning report',
    folder: 'Sales',
    steps: ['A large deal?', 'Large', 'Lead for the sales team', 'Usual', 'Each product', 'Remember the product'],
    people: ['Olga Smirnova', 'Peter Ilyin', 'Maria Belova', 'Sergey Kotov'],
    form: { Name: 'Ivan Petrov', Email: 'ivan@firma.test', formname: 'Request' },
    others: ['Vera Sokolova', 'Payment trial', 'Reports'],
    shop: 'Orders to the subscribers',
    subscribers: ['Warehouse', 'Accounting'],
    types: [
      ['order.created', 'Order created', 'Comes as soon as a customer has placed an order.'],
      ['order.paid', 'Order paid', 'The money has arrived.'],
    ],
  },
} as const
type Written = (typeof WRITTEN)[Lang]

const logicOf = ({ logic, steps }: Written) => ({
  zveno: 1,
  name: logic,
  trigger: { connector: 'tilda@1.0.0', event: 'form_submitted' },
  steps: [
    {
      id: 'size',
      name: steps[0],
      branch: [
        {
          name: steps[1],
          when: { all: [{ left: { path: '$.trigger.body.price' }, op: 'gt', right: { literal: 50000 } }] },
          steps: [{ id: 'lead', name: steps[2], action: 'bitrix24.create_lead@1.0.0', input: {} }],
        },
        { name: steps[3], steps: [{ id: 'pause', delay: { for: '15m' } }] },
      ],
    },
    {
      id: 'items',
      name: steps[4],
      for_each: { path: '$.trigger.body.payment.products' },
      as: 'item',
      steps: [{ id: 'note', name: steps[5], set: { title: { path: '$.item.name' } } }],
    },
  ],
})

const clockOf = ({ clock }: Written) => ({
  zveno: 1,
  name: clock,
  trigger: {
    connector: 'schedule@1.0.0',
    event: 'cron',
    input: { cron: { literal: '0 9 * * 1-5' } },
  },
  steps: [],
})

const shopOf = ({ shop }: Written) => ({
  zveno: 1,
  name: shop,
  trigger: { connector: 'webhook@1.0.0', event: 'request' },
  steps: [
    {
      id: 'publish',
      action: 'webhook_out.publish@1.0.0',
      input: { type: { literal: 'order.created' }, payload: { path: '$.trigger.body' } },
    },
  ],
})

const ORDER = { id: 'A-1001', total: 4900 }

/** Event types, a flow that publishes orders, and who gets them: once taken, once refused for now. */
async function publish(office: Office, written: Written): Promise<Furnished['subscribers']> {
  const { owner, stage } = office
  const [created, paid] = written.types
  const schema = { type: 'object', required: ['id'], properties: { total: { type: 'number' } } }
  await owner.post('/event-types', {
    name: created[0],
    title: created[1],
    description: created[2],
    schema,
    sample: ORDER,
  })
  await owner.post('/event-types', { name: paid[0], title: paid[1], description: paid[2] })
  const add = async (name: string, path: string, more: object) => {
    const url = stage.info.webhook.url.replace(/\/[^/]*$/, path)
    const { secret } = stage.info.webhook
    const made = await owner.post<{ subscriber: { id: string } }>('/subscribers', {
      name,
      url,
      secret,
      ...more,
    })
    return made.subscriber.id
  }
  const active = await add(written.subscribers[0], '/warehouse', {
    types: ['order.created'],
    filter: { left: { path: '$.trigger.data.total' }, op: 'gt', right: { literal: 1000 } },
    rate: '50/1s',
  })
  const paused = await add(written.subscribers[1], '/accounting', {})
  await owner.post(`/subscribers/${paused}/pause`)
  const shop = await owner.post<FlowInfo>('/flows', { name: written.shop, doc: shopOf(written) })
  await owner.post(`/flows/${shop.id}/publish`)
  const delivered = async (wanted: string) =>
    (await owner.get<{ items: { state: string }[] }>(`/subscribers/${active}/deliveries`)).items
      .filter((each) => each.state === wanted).length
  const order = async (number: number, wanted: string) => {
    const body = JSON.stringify({ ...ORDER, id: `A-${number}` })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(shop.hook_url, { method: 'POST', headers, body })).status).toBe(200)
    await expect.poll(() => delivered(wanted)).toBeGreaterThan(0)
  }
  await order(1001, 'succeeded')
  await stage.ask({ do: 'webhook', times: 1, status: 503 })
  await order(1002, 'waiting')
  return { active, paused }
}

async function state(office: Office, flow: string, wanted: string, count = 1): Promise<string> {
  const found = async () => (await office.runs(flow)).filter((r) => r.state === wanted)
  await expect.poll(async () => (await found()).length).toBe(count)
  return (await found())[0]?.id ?? ''
}

export async function furnish(office: Office): Promise<Furnished> {
  const { owner, stage } = office
  const written = WRITTEN[office.lang]
  const { people, form } = written
  const busy = await office.another(written.busy, { on: true })
  for (const [at, name] of people.entries())
    await sendForm(busy.hook_url, `ok:${at}`, { ...form, Name: name, Email: `client${at}@firma.test` })
  const succeeded = await state(office, busy.id, 'succeeded', people.length)
  await stage.ask({ do: 'portal', times: 1, error: 'access' })
  await sendForm(busy.hook_url, 'failed', form)
  const failed = await state(office, busy.id, 'failed')
  await stage.ask({ do: 'webhook', times: 1, status: 503 })
  await sendForm(busy.hook_url, 'waiting', form)
  const waiting = await state(office, busy.id, 'waiting')
  await sendForm(busy.hook_url, 'ok:0', form)
  const draft = await office.another(written.draft, { on: false })
  await sendForm(draft.hook_url, 'held:1', form)
  const logic = await owner.post<FlowInfo>('/flows', {
    name: written.logic,
    folder: written.folder,
    doc: logicOf(written),
  })
  const clock = await owner.post<FlowInfo>('/flows', { name: written.clock, doc: clockOf(written) })
  const subscribers = await publish(office, written)
  await owner.post('/temporary-addresses', { name: written.others[1] })
  await owner.post('/api-keys', { name: written.others[2], scope: 'read' })
  await office.invite('viewer', written.others[0])
  await owner.post('/invitations', { role: 'editor', email: 'kostya@firma.test' })
  const deliveries = await owner.get<{ items: { id: string }[] }>(`/deliveries?flow=${busy.id}`)
  const connections = await owner.get<{ items: { name: string }[] }>('/connections')
  const apps = await owner.get<{ items: { title: string }[] }>('/connectors')
  const docs = [busy, draft, logic, clock, office.flow].flatMap((flow) => texts(flow.draft.doc))
  return {
    office,
    busy,
    logic,
    clock,
    runs: { succeeded, failed, waiting },
    delivery: deliveries.items[0]?.id ?? '',
    subscribers,
    data: [
      ...docs,
      ...people,
      ...Object.values(FORM),
      ...connections.items.map((each) => each.name),
      // Services have the names that they gave themselves.
      ...apps.items.map((each) => each.title),
      ...written.others,
      ...[written.shop, ...written.subscribers, ...written.types.flat()],
      ...['Анна', 'Ромашка', written.folder, 'Заявка с сайта', 'А'],
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
