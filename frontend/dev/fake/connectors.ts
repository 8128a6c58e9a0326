import { app } from './apps'
import { Fault, type Route } from './route'
import { templates } from './templates'

export type Lang = 'ru' | 'en'
export const say = (lang: Lang, ru: string, en: string) => (lang === 'ru' ? ru : en)

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
]
