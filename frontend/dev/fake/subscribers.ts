import { ago, Fault, page, type Route } from './route'

const schema = {
  type: 'object',
  required: ['id', 'total'],
  properties: { id: { type: 'string' }, total: { type: 'number' } },
}
let types = [
  {
    name: 'order.created',
    title: 'Новый заказ',
    description: 'Уходит, как только заказ принят.',
    schema,
    sample: { id: 'A-1001', total: 4900, customer: { email: 'ivan@example.com' } },
  },
  {
    name: 'order.paid',
    title: 'Заказ оплачен',
    description: '',
    schema: null,
    sample: { id: 'A-1001', paid_at: '2026-03-02T12:00:00Z' },
  },
  {
    name: 'customer.changed',
    title: '',
    description: 'Изменились данные клиента',
    schema: null,
    sample: null,
  },
].map((each) => ({ ...each, created_at: ago(9e5), updated_at: ago(4e5) }))

const fresh = {
  types: [] as string[],
  filter: null as unknown,
  headers: {} as Record<string, string>,
  properties: {} as Record<string, unknown>,
  rate: null as string | null,
  state: 'active',
  disabled: null as unknown,
  failing_since: null as string | null,
  last_success_at: ago(600) as string | null,
  last_failure: null as unknown,
  old_secret_until: null as string | null,
  day: { succeeded: 0, failed: 0, waiting: 0, held: 0 },
  created_at: ago(4e6),
  updated_at: ago(4e5),
}
let subscribers = [
  {
    ...fresh,
    id: 'sub_1',
    name: 'Склад «Север»',
    url: 'https://sklad-sever.example/api/hooks/zveno',
    types: ['order.created', 'order.paid'],
    filter: {
      all: [
        { left: { path: '$.trigger.data.total' }, op: 'gte', right: { literal: '1000' } },
        { left: { path: '$.trigger.data.customer.email' }, op: 'is_not_empty' },
      ],
    },
    headers: { 'x-tenant': 'romashka', authorization: '•••' },
    properties: { region: 'eu', tenant: 7 },
    rate: '5/1s',
    old_secret_until: ago(-86400) as string | null,
    day: { succeeded: 1240, failed: 3, waiting: 2, held: 0 },
  },
  {
    ...fresh,
    id: 'sub_2',
    name: 'Бухгалтерия',
    url: 'https://buh.example/in?key=very-long-address-that-does-not-fit-into-a-phone-at-all',
    types: ['order.paid', 'order.created', 'customer.changed'],
    failing_since: ago(86400 * 2),
    last_failure: {
      at: ago(300),
      run: 'r-1',
      code: 'remote_error',
      message: 'Сервер ответил 503: Service Unavailable',
      status: 503,
    },
    day: { succeeded: 0, failed: 41, waiting: 17, held: 0 },
  },
  {
    ...fresh,
    id: 'sub_3',
    name: 'Старый сайт',
    url: 'https://old.example/hook',
    state: 'disabled',
    disabled: {
      at: ago(86400 * 3),
      code: 'gone',
      message: 'Получатель ответил 410: адреса больше нет',
    },
    last_success_at: ago(86400 * 4),
    day: { succeeded: 0, failed: 0, waiting: 0, held: 212 },
  },
  {
    ...fresh,
    id: 'sub_4',
    name: 'Аналитика',
    url: 'https://bi.example/hook',
    state: 'paused',
    day: { ...fresh.day, held: 12 },
  },
]
if (process.env.FAKE_EMPTY === '1') {
  types = []
  subscribers = []
}

const find = (id: string | undefined) => {
  const one = subscribers.find((each) => each.id === id)
  if (!one) throw new Fault(404, { code: 'not_found', title: 'Нет такого' })
  return one
}
const states = ['succeeded', 'succeeded', 'failed', 'succeeded', 'waiting', 'succeeded', 'queued']
const deliveries = Array.from({ length: 260 }, (_, n) => {
  const state = states[n % states.length] as string
  const bad = state === 'failed' || state === 'waiting'
  return {
    run: `r-${n + 1}`,
    event: `e-${n}`,
    webhook_id: `msg_${n}`,
    type: n % 3 === 0 ? 'order.paid' : 'order.created',
    state,
    created_at: ago(n * 240 + 20),
    ended_at: bad ? null : ago(n * 240),
    tries: bad ? 3 : 1,
    next_at: state === 'waiting' ? ago(-900) : null,
    code: bad ? 'remote_error' : null,
    message: bad ? 'Service Unavailable' : null,
    status: bad ? 503 : null,
    replay_of: n % 9 === 4 ? 'r-99' : null,
  }
})

export const subscriberRoutes: Route[] = [
  ['GET', /^\/event-types$/, () => ({ items: types, next: null })],
  [
    'POST',
    /^\/event-types$/,
    ({ body }) => {
      if (!/^[\w-]+(\.[\w-]+)*$/.test(body.name))
        throw new Fault(422, {
          code: 'field_invalid',
          title: 'Поле заполнено неверно',
          problems: [{ place: 'name', code: 'bad', message: 'Слова через точку: order.created' }],
        })
      const made = { ...body, created_at: ago(0), updated_at: ago(0) }
      types = [...types, made]
      return made
    },
  ],
  [
    'PUT',
    /^\/event-types\/([^/]+)$/,
    ({ params, body }) => Object.assign(types.find((each) => each.name === params[0]) ?? {}, body),
  ],
  [
    'DELETE',
    /^\/event-types\/([^/]+)$/,
    ({ params }) => {
      types = types.filter((each) => each.name !== params[0])
    },
  ],
  ['GET', /^\/subscribers$/, ({ query }) => page(subscribers, query)],
  [
    'POST',
    /^\/subscribers$/,
    ({ body }) => {
      const made = { ...fresh, ...body, id: `sub_${subscribers.length + 1}`, last_success_at: null }
      subscribers = [...subscribers, made]
      return { subscriber: made, secret: 'whsec_C2FVsBQIhrscChlQIMV7b5sSYspob7oD' }
    },
  ],
  ['GET', /^\/subscribers\/([^/]+)$/, ({ params }) => find(params[0])],
  [
    'PATCH',
    /^\/subscribers\/([^/]+)$/,
    ({ params, body }) => {
      const one = find(params[0])
      const headers = Object.fromEntries(
        Object.entries(body.headers as Record<string, string | null>).map(([name, value]) => [
          name,
          value ?? one.headers[name] ?? '',
        ]),
      )
      return Object.assign(one, body, { headers })
    },
  ],
  [
    'DELETE',
    /^\/subscribers\/([^/]+)$/,
    ({ params }) => {
      subscribers = subscribers.filter((each) => each.id !== params[0])
    },
  ],
  [
    'GET',
    /^\/subscribers\/([^/]+)\/deliveries$/,
    ({ query }) =>
      page(
        deliveries.filter(
          (each) =>
            (!query.get('state') || each.state === query.get('state')) &&
            (!query.get('type') || each.type === query.get('type')),
        ),
        query,
      ),
  ],
  [
    'POST',
    /^\/subscribers\/([^/]+)\/pause$/,
    ({ params }) => Object.assign(find(params[0]), { state: 'paused' }),
  ],
  [
    'POST',
    /^\/subscribers\/([^/]+)\/resume$/,
    ({ params }) => {
      const one = find(params[0])
      const released = one.day.held
      Object.assign(one, { state: 'active', disabled: null, day: { ...one.day, held: 0 } })
      return { subscriber: one, released }
    },
  ],
  [
    'GET',
    /^\/subscribers\/([^/]+)\/secret$/,
    () => ({ secret: 'whsec_C2FVsBQIhrscChlQIMV7b5sSYspob7oD' }),
  ],
  [
    'POST',
    /^\/subscribers\/([^/]+)\/rotate-secret$/,
    ({ body }) => ({
      secret: body?.secret ?? 'whsec_9f3kQ2LmVwXz81TrPq0aYhNc6sBdJu4E',
      old_secret_until: ago(-48 * 3600),
    }),
  ],
  [
    'POST',
    /^\/subscribers\/([^/]+)\/test$/,
    ({ params, body }) => {
      const one = find(params[0])
      const taken = one.id !== 'sub_2'
      return {
        id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
        taken,
        code: taken ? null : 'remote_error',
        message: taken ? null : 'Сервер ответил 503: Service Unavailable',
        took_ms: 212,
        exchanges: [
          {
            request: {
              method: 'POST',
              url: one.url,
              headers: [
                ['content-type', 'application/json'],
                ['webhook-signature', '•••'],
              ],
              body: JSON.stringify({ type: body.type, data: body.payload ?? {} }),
            },
            response: {
              status: taken ? 200 : 503,
              headers: [['content-type', 'application/json']],
              body: taken ? '{"ok":true}' : 'Service Unavailable',
            },
          },
        ],
      }
    },
  ],
  ['POST', /^\/subscribers\/([^/]+)\/recover$/, () => ({ replay: 'rpl_1' })],
  ['POST', /^\/subscribers\/([^/]+)\/redeliver$/, () => ({ run: 'r-1' })],
]
