import { app } from './apps'
import { ago, Fault, type Route } from './route'

type Lang = 'ru' | 'en'
const say = (lang: Lang, ru: string, en: string) => (lang === 'ru' ? ru : en)

const field = (key: string, label: string, more: Record<string, unknown> = {}) => ({
  key,
  label,
  type: 'text',
  required: true,
  ...more,
})

const connectors = (lang: Lang) => {
  const t = (ru: string, en: string) => say(lang, ru, en)
  const part = (key: string, title: string, description: string) => ({
    key,
    on_unknown: key.endsWith('_add') ? 'park' : 'retry',
    title,
    description,
    fields: [
      field('name', t('Имя', 'Name')),
      field('phone', t('Телефон', 'Phone'), { required: false }),
    ],
  })
  const make = (
    id: string,
    description: string,
    categories: string[],
    triggers: unknown[],
    actions: unknown[],
    methods: unknown[] = [],
  ) => ({
    id,
    version: '1.2.0',
    title: app(id).title,
    description,
    categories,
    color: app(id).color,
    mark: app(id).mark,
    triggers,
    actions,
    methods,
    unverified: id === 'amocrm',
    source: 'built in',
    limits: id === 'bitrix24' ? [t('2 запроса в секунду', '2 calls a second')] : null,
    guide:
      id === 'bitrix24'
        ? t(
            '1. Откройте «Разработчикам → Другое → Входящий вебхук».\n2. Дайте права crm.\n3. Скопируйте адрес.',
            '1. Open Developers → Other → Inbound webhook.\n2. Grant crm.\n3. Copy the address.',
          )
        : null,
    homepage: 'https://example.com',
  })
  const key = {
    id: 'key',
    title: t('Ключ', 'Key'),
    kind: 'fields',
    fields: [
      field('url', t('Адрес входящего вебхука', 'Inbound webhook address'), {
        help: t('Разработчикам → Другое → Входящий вебхук', 'Developers → Other → Inbound webhook'),
        placeholder: 'https://portal.bitrix24.ru/rest/1/xxxx/',
        secret: true,
      }),
    ],
  }
  const token = {
    id: 'token',
    title: t('Токен бота', 'Bot token'),
    kind: 'fields',
    fields: [
      field('token', t('Токен', 'Token'), {
        help: t('Его даёт @BotFather', '@BotFather gives it'),
        secret: true,
      }),
    ],
  }
  const oauth = { id: 'oauth', title: t('Войти', 'Sign in'), kind: 'oauth2', fields: [] }
  return [
    make(
      'tilda',
      t('Заявки и заказы с сайтов на Tilda', 'Submissions and orders from Tilda sites'),
      ['forms', 'ecommerce'],
      [
        part(
          'form',
          t('Заявка с формы', 'Form submitted'),
          t('Посетитель отправил форму', 'Somebody sent a form'),
        ),
      ],
      [],
    ),
    make(
      'bitrix24',
      t('CRM: лиды, сделки, контакты, задачи', 'CRM: leads, deals, contacts, tasks'),
      ['crm'],
      [part('lead', t('Новый лид', 'New lead'), t('Создан лид', 'A lead was made'))],
      [
        part(
          'lead_add',
          t('Создать лид', 'Create a lead'),
          t('Создаёт лид с полями', 'Makes a lead'),
        ),
        part('deal_add', t('Создать сделку', 'Create a deal'), t('Создаёт сделку', 'Makes a deal')),
      ],
      [key],
    ),
    make(
      'amocrm',
      t('Сделки, контакты и задачи', 'Deals, contacts and tasks'),
      ['crm'],
      [],
      [part('lead', t('Создать сделку', 'Create a deal'), '')],
      [oauth],
    ),
    make(
      'telegram',
      t('Сообщения от бота', 'Messages by a bot'),
      ['chat'],
      [part('message', t('Сообщение боту', 'Message to the bot'), '')],
      [part('send', t('Отправить сообщение', 'Send a message'), '')],
      [token],
    ),
    make(
      'email',
      t('Письма через ваш почтовый сервер', 'Letters through your mail server'),
      ['chat'],
      [],
      [part('send', t('Отправить письмо', 'Send a letter'), '')],
    ),
    make(
      'google_sheets',
      t('Строки таблиц', 'Rows of spreadsheets'),
      ['tables'],
      [],
      [part('append', t('Добавить строку', 'Append a row'), '')],
      [oauth],
    ),
    make(
      'stripe',
      t('Платежи и подписки', 'Payments and subscriptions'),
      ['payments'],
      [part('paid', t('Оплата прошла', 'Payment succeeded'), '')],
      [],
      [token],
    ),
    make(
      'webhook',
      t('Любой сервис, который шлёт HTTP-запрос', 'Any service that sends an HTTP request'),
      ['developers'],
      [part('any', t('Пришёл запрос', 'Request received'), '')],
      [],
    ),
    make(
      'webhook_out',
      t('Отправить данные на ваш адрес', 'Send data to your address'),
      ['developers'],
      [],
      [part('send', t('Отправить', 'Send'), '')],
    ),
    make(
      'http',
      t('Произвольный запрос', 'Any request'),
      ['developers'],
      [],
      [part('request', t('Запрос', 'Request'), '')],
      [token],
    ),
    make(
      'schedule',
      t('По расписанию', 'On a schedule'),
      ['logic'],
      [part('tick', t('Каждый день', 'Every day'), '')],
      [],
    ),
  ]
}

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

const templates = (lang: Lang) => {
  const t = (ru: string, en: string) => say(lang, ru, en)
  const make = (
    id: string,
    title: string,
    description: string,
    apps: string[],
    questions: unknown[] = [],
  ) => ({
    id,
    title,
    description,
    apps: apps.map(app),
    questions,
    steps: apps.map((each) => ({ title: app(each).title, connector: each })),
  })
  return [
    make(
      'tilda-crm',
      t('Заявка с Tilda → CRM + письмо + webhook', 'Tilda form → CRM + letter + webhook'),
      t(
        'Лид в Битрикс24, письмо клиенту и копия в вашу систему.',
        'A lead in Bitrix24, a letter to the client, a copy to your system.',
      ),
      ['tilda', 'bitrix24', 'email', 'webhook_out'],
      [
        {
          id: 'to',
          label: t(
            'Кому писать, если письмо не дошло?',
            'Whom to write if the letter did not arrive?',
          ),
          kind: 'email',
        },
        {
          id: 'url',
          label: t('Адрес вашей системы', 'Address of your system'),
          kind: 'url',
          help: t('Туда уйдёт копия заявки', 'A copy goes there'),
        },
      ],
    ),
    make(
      'pay-chat',
      t('Оплата → сообщение в чат', 'Payment → message to a chat'),
      t('Отдел узнаёт о деньгах сразу.', 'The team knows about the money at once.'),
      ['stripe', 'telegram'],
      [{ id: 'chat', label: t('Чат', 'Chat'), kind: 'text' }],
    ),
    make(
      'form-sheet',
      t('Заявка → строка таблицы', 'Form → row of a table'),
      t('Все заявки в одной таблице.', 'All submissions in one table.'),
      ['tilda', 'google_sheets'],
      [],
    ),
    make(
      'hook-fan',
      t('Один webhook → несколько систем', 'One webhook → several systems'),
      t('Каждая система получает копию, с повторами.', 'Each gets a copy, with retries.'),
      ['webhook', 'webhook_out', 'webhook_out'],
    ),
    make(
      'nightly',
      t('Ночной отчёт письмом', 'Nightly report by mail'),
      t('Собирает данные и шлёт письмо в 8:00.', 'Gathers data and writes at 8:00.'),
      ['schedule', 'http', 'email'],
    ),
    make(
      'reviews',
      t('Отзыв с сайта → Telegram', 'Review on the site → Telegram'),
      t('Плохие отзывы приходят сразу руководителю.', 'Bad ones go to the manager at once.'),
      ['tilda', 'telegram'],
    ),
  ]
}

export const connectorRoutes: Route[] = [
  ['GET', /^\/connectors$/, ({ lang }) => connectors(lang)],
  [
    'GET',
    /^\/connectors\/([^/]+)$/,
    ({ params, lang }) => {
      const found = connectors(lang).find((each) => each.id === params[0])
      if (!found) throw new Fault(404, { code: 'not_found' })
      return found
    },
  ],
  ['GET', /^\/templates$/, ({ lang }) => templates(lang)],
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
