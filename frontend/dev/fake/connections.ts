import { app } from './apps'
import { say } from './connectors'
import { ago, Fault, type Route } from './route'

let connections = [
  {
    id: 'c-1',
    connector: 'bitrix24',
    name: 'Основной портал',
    account: 'romashka.bitrix24.ru',
    state: 'broken',
    reason: 'Ключ отозван: портал ответил 401 (expired_token)',
    used_in: 2,
    updated_at: ago(4000),
  },
  {
    id: 'c-2',
    connector: 'telegram',
    name: 'Бот отдела продаж',
    account: '@romashka_sales_bot',
    state: 'ok',
    reason: null,
    used_in: 3,
    updated_at: ago(86400 * 3),
  },
  {
    id: 'c-3',
    connector: 'google_sheets',
    name: 'Таблицы',
    account: 'anna@romashka.example',
    state: 'expiring',
    reason: 'Доступ истекает через 3 дня',
    used_in: 1,
    updated_at: ago(86400 * 25),
  },
  {
    id: 'c-4',
    connector: 'stripe',
    name: 'Stripe',
    account: 'acct_1Nv0',
    state: 'ok',
    reason: null,
    used_in: 0,
    updated_at: ago(86400 * 60),
  },
]
if (process.env.FAKE_EMPTY === '1') connections = []

const shown = () =>
  connections.map((each) => ({
    ...each,
    title: app(each.connector).title,
    mark: app(each.connector).mark,
    color: app(each.connector).color,
  }))

const apps = new Map<string, string[]>([['google_sheets', []]])
const appOf = (connector: string) => ({
  connector,
  fields: ['client_id', 'client_secret'],
  set: apps.get(connector) ?? [],
  redirect_uri: 'https://flows.romashka.example/oauth/callback',
})

export const connectionRoutes: Route[] = [
  ['GET', /^\/connectors\/([^/]+)\/app$/, ({ params }) => appOf(params[0] ?? '')],
  [
    'PUT',
    /^\/connectors\/([^/]+)\/app$/,
    ({ params, body }) => {
      apps.set(params[0] ?? '', Object.keys(body.fields))
      return appOf(params[0] ?? '')
    },
  ],
  [
    'POST',
    /^\/connections\/oauth\/start$/,
    () => ({ authorize_url: 'about:blank', state: 'st-1', expires_at: ago(-600) }),
  ],
  ['GET', /^\/connections\/oauth\/([^/]+)$/, () => ({ state: 'waiting' })],
  ['GET', /^\/connections$/, () => ({ items: shown(), next: null })],
  [
    'POST',
    /^\/connections$/,
    ({ body, lang }) => {
      if (String(Object.values(body.fields)[0] ?? '').includes('bad'))
        throw new Fault(422, {
          code: 'connection_refused',
          title: say(lang, 'Ключ не подошёл', 'The key was refused'),
          detail: say(lang, 'Битрикс24 ответил 401.', 'Bitrix24 answered 401.'),
          problems: [
            {
              field: Object.keys(body.fields)[0],
              code: 'refused',
              message: say(
                lang,
                'Портал не принял этот адрес: 401. Проверьте, что скопирован весь адрес.',
                'The portal refused this address: 401.',
              ),
            },
          ],
        })
      const made = {
        id: `c-${connections.length + 1}`,
        connector: body.connector,
        name: body.name || app(body.connector).title,
        account: 'romashka.example',
        state: 'ok',
        reason: null,
        used_in: 0,
        updated_at: ago(0),
      }
      connections = [...connections, made]
      return made
    },
  ],
  [
    'PATCH',
    /^\/connections\/([^/]+)$/,
    ({ params, body }) =>
      Object.assign(connections.find((each) => each.id === params[0]) ?? {}, {
        name: body.name,
        state: 'ok',
        reason: null,
      }),
  ],
  [
    'POST',
    /^\/connections\/([^/]+)\/test$/,
    ({ params }) => ({
      ok: params[0] !== 'c-1',
      error: params[0] === 'c-1' ? '401 expired_token' : null,
    }),
  ],
  [
    'GET',
    /^\/connections\/([^/]+)\/flows$/,
    () => ({
      items: [
        { id: 'f-1', name: 'Tilda → Битрикс24' },
        { id: 'f-5', name: 'Заказы' },
      ],
      next: null,
    }),
  ],
  [
    'DELETE',
    /^\/connections\/([^/]+)$/,
    ({ params }) => {
      connections = connections.filter((each) => each.id !== params[0])
    },
  ],
]
