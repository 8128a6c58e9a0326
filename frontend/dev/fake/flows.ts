import { app } from './apps'
import { ago, Fault, page, type Route, random } from './route'

const next = random(7)
const day = (scale: number) =>
  Array.from({ length: 24 }, (_, hour) =>
    Math.round(scale * (0.2 + Math.sin(hour / 4) ** 2) * next()),
  )

const flow = (
  id: number,
  name: string,
  trigger: string,
  apps: string[],
  more: Record<string, unknown>,
  scale = 0,
) => {
  const hours = scale ? day(scale) : Array(24).fill(0)
  const total = hours.reduce((sum: number, n: number) => sum + n, 0)
  return {
    id: `f-${id}`,
    name,
    folder: null as string | null,
    state: 'on',
    trigger: { connector: trigger, event: 'x', title: app(trigger).title, icon: null },
    apps: [trigger, ...apps].map(app),
    version: 3,
    unpublished: false,
    problems: 0,
    day: { total, failed: 0, hours },
    held: 0,
    last_event_at: ago(40 * id * id),
    updated_at: ago(86400 * id),
    ...more,
  }
}

const some = [
  flow(
    1,
    'Tilda → Битрикс24 + письмо + webhook',
    'tilda',
    ['bitrix24', 'email', 'webhook_out'],
    { day: undefined },
    14,
  ),
  flow(
    2,
    'Оплаты Stripe в чат отдела продаж',
    'stripe',
    ['telegram'],
    { folder: 'Продажи', unpublished: true },
    6,
  ),
  flow(3, 'Заявки → Google Таблица', 'webhook', ['google_sheets'], {
    state: 'draft',
    version: null,
    problems: 2,
    folder: 'Продажи',
    last_event_at: ago(300),
    held: 3,
  }),
  flow(4, 'Ночная сверка остатков', 'schedule', ['http', 'email'], { folder: 'Склад' }, 1),
  flow(
    5,
    'Заказы интернет-магазина с очень длинным названием, которое никуда не помещается целиком',
    'webhook',
    ['bitrix24', 'telegram', 'email', 'http', 'webhook_out'],
    { folder: 'Склад' },
    90,
  ),
  flow(6, 'Отзывы с сайта', 'tilda', ['telegram'], { state: 'paused', held: 12, folder: null }, 2),
]
for (const [index, failed] of [2, 0, 0, 0, 41, 0].entries()) {
  const row = some[index]
  if (!row) continue
  if (!row.day) row.day = { total: 0, failed: 0, hours: day(14) }
  row.day.total = row.day.hours.reduce((sum: number, n: number) => sum + n, 0)
  row.day.failed = failed
}
export let flows = process.env.FAKE_EMPTY === '1' ? [] : some
export const flowNames = some.map(({ id, name }) => ({ id, name }))

const full = (id: string) => {
  const row = flows.find((each) => each.id === id)
  if (!row) throw new Fault(404, { code: 'not_found', title: 'Not found' })
  return {
    ...row,
    hook_url: 'https://flows.romashka.example/in/7fQ2c1xNdk93hs0aZpLq41',
    old_hook_urls: [],
    draft: { doc: {}, etag: '"1"', by: 'Анна', at: ago(60), problems: [] },
    published_doc: {},
    created_at: ago(99999),
  }
}

const create = (name: string) => {
  const made = flow(flows.length + 10, name, 'tilda', ['bitrix24', 'email'], {
    state: 'draft',
    version: null,
    last_event_at: null,
  })
  flows = [made, ...flows]
  return full(made.id)
}

const state =
  (to: string) =>
  ({ params }: { params: string[] }) => {
    const row = flows.find((each) => each.id === params[0])
    if (row) row.state = to
    return {}
  }

export const flowRoutes: Route[] = [
  [
    'GET',
    /^\/flows$/,
    ({ query }) => {
      const q = query.get('q')?.toLowerCase() ?? ''
      const all = flows.filter(
        (each) =>
          each.name.toLowerCase().includes(q) &&
          (!query.get('folder') || each.folder === query.get('folder')) &&
          (!query.get('state') || each.state === query.get('state')),
      )
      return page(all, query)
    },
  ],
  ['GET', /^\/folders$/, () => ['Продажи', 'Склад']],
  ['GET', /^\/flows\/([^/]+)$/, ({ params }) => full(params[0] ?? '')],
  ['POST', /^\/flows$/, ({ body }) => create(body.name ?? 'Tilda → CRM + письмо + webhook')],
  ['POST', /^\/flows\/import$/, () => create('Импорт')],
  [
    'POST',
    /^\/flows\/([^/]+)\/duplicate$/,
    ({ params }) => create(`${full(params[0] ?? '').name} (2)`),
  ],
  ['POST', /^\/flows\/([^/]+)\/pause$/, state('paused')],
  ['POST', /^\/flows\/([^/]+)\/resume$/, state('on')],
  ['POST', /^\/flows\/([^/]+)\/publish$/, state('on')],
  [
    'PATCH',
    /^\/flows\/([^/]+)$/,
    ({ params, body }) => {
      Object.assign(flows.find((each) => each.id === params[0]) ?? {}, body)
    },
  ],
  [
    'DELETE',
    /^\/flows\/([^/]+)$/,
    ({ params }) => {
      flows = flows.filter((each) => each.id !== params[0])
    },
  ],
  ['GET', /^\/flows\/([^/]+)\/export$/, () => 'name: Tilda'],
]
