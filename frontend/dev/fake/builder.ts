// The builder's part of the fake API: flows whose ids begin with `b-`.
import type { Doc, Fields } from '../../src/features/builder/model/doc'
import { builderApps } from './builder-apps'
import { context, FUNCTIONS, type Kept, kept, problemsOf, rendered, trigger } from './builder-data'
import { ago, Fault, type Route } from './route'

const own = (id = ''): Kept => {
  const flow = kept.get(id)
  if (!flow) throw new Fault(404, { code: 'not_found', title: 'Not found' })
  return flow
}
const full = (id: string, lang: 'ru' | 'en') => {
  const flow = own(id)
  return {
    id,
    name: flow.doc.name,
    folder: null,
    state: flow.state,
    hook_url: 'https://flows.romashka.example/in/7fQ2c1xNdk93hs0aZpLq41',
    old_hook_urls: [],
    version: flow.version,
    draft: {
      doc: flow.doc,
      etag: `"${flow.tag}"`,
      by: 'Анна',
      at: ago(60),
      problems: problemsOf(flow.doc, lang),
    },
    published_doc: flow.published,
    held: flow.held,
    created_at: ago(9999),
  }
}

interface FakeSample {
  id: string
  received_at: string
  method: string
  title: string
  verdict: string
  is_test: boolean
  fields?: { path: string }[]
}
const paths = (...names: string[]) => names.map((name) => ({ path: `$.trigger.body.${name}` }))
const samples = new Map<string, FakeSample[]>()
const sample = (more: Partial<FakeSample> = {}): FakeSample => ({
  id: `s-${Math.random().toString(36).slice(2)}`,
  received_at: ago(1),
  method: 'POST',
  title: 'Name=Иван Петров, Phone=+7 900…, Email=ivan@…',
  verdict: 'held',
  is_test: false,
  ...more,
})
for (const id of kept.keys())
  if (id !== 'b-new' && id !== 'b-listen')
    samples.set(id, [
      sample({
        id: 's-1',
        received_at: ago(300),
        fields: paths('Name', 'Phone', 'Email', 'utm_source'),
      }),
      sample({ id: 's-2', received_at: ago(4000), fields: paths('Name', 'Phone', 'Email') }),
    ])

const connections = [
  {
    id: 'con-1',
    connector: 'bitrix24',
    name: 'romashka.bitrix24.ru',
    account: 'romashka.bitrix24.ru: Анна',
    state: 'ok',
    reason: null,
  },
  {
    id: 'con-2',
    connector: 'email',
    name: 'Магазин <shop@romashka.example>',
    account: null,
    state: 'ok',
    reason: null,
  },
  {
    id: 'con-3',
    connector: 'amocrm',
    name: 'romashka.amocrm.ru',
    account: null,
    state: 'ok',
    reason: null,
  },
  {
    id: 'con-4',
    connector: 'amocrm',
    name: 'Филиал (только просмотр)',
    account: null,
    state: 'ok',
    reason: null,
  },
]
/** How the registration of an address does: it is taken at the second look. */
const told = new Map<string, { state: string; reason: string | null; until: string }>()
const looked = (flow: string) => {
  const now = told.get(flow)
  if (now?.state === 'subscribing') told.set(flow, { ...now, state: 'active' })
  return now ?? null
}
const id = '(b-[^/]+)'

export const builderRoutes: Route[] = [
  [
    'GET',
    new RegExp(`^/flows/${id}$`),
    ({ params, lang }) => ({
      ...full(params[0] ?? '', lang),
      subscription: looked(params[0] ?? ''),
    }),
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/listen$`),
    ({ params }) => {
      const { connection } = own(params[0]).doc.trigger
      const until = ago(-3600)
      const refused = { state: 'failed', reason: 'нет прав администратора (403)', until }
      const taken = { state: 'subscribing', reason: null, until }
      told.set(params[0] ?? '', connection === 'con-4' ? refused : taken)
      return { state: 'subscribing', until }
    },
  ],
  [
    'PATCH',
    new RegExp(`^/flows/${id}/draft$`),
    ({ params, body, lang }) => {
      const flow = own(params[0])
      flow.doc = body.doc as Doc
      flow.tag += 1
      return { etag: `"${flow.tag}"`, problems: problemsOf(flow.doc, lang) }
    },
  ],
  [
    'DELETE',
    new RegExp(`^/flows/${id}/draft$`),
    ({ params }) => {
      const flow = own(params[0])
      flow.doc = flow.published ?? flow.doc
      flow.tag += 1
    },
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/publish$`),
    ({ params, lang }) => {
      const flow = own(params[0])
      const problems = problemsOf(flow.doc, lang)
      if (problems.length > 0)
        throw new Fault(422, { code: 'flow_invalid', title: 'Не хватает данных', problems })
      flow.published = flow.doc
      flow.version = (flow.version ?? 0) + 1
      flow.state = 'on'
      return { version: flow.version, held: flow.held }
    },
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/pause$`),
    ({ params }) => {
      own(params[0]).state = 'paused'
      return {}
    },
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/resume$`),
    ({ params }) => {
      own(params[0]).state = 'on'
      return {}
    },
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/release$`),
    ({ params }) => {
      const flow = own(params[0])
      const released = flow.held
      flow.held = 0
      return { released }
    },
  ],
  ['GET', new RegExp(`^/flows/${id}/samples$`), ({ params }) => samples.get(params[0] ?? '') ?? []],
  [
    'POST',
    new RegExp(`^/flows/${id}/samples(?:/send)?$`),
    ({ params }) => {
      const made = sample({ is_test: true })
      samples.set(params[0] ?? '', [made, ...(samples.get(params[0] ?? '') ?? [])])
      return made
    },
  ],
  [
    'GET',
    new RegExp(`^/flows/${id}/context$`),
    ({ query, lang }) => {
      const t = (ru: string, en: string) => (lang === 'ru' ? ru : en)
      const service = new Set(['formid', 'tranid'])
      const labels: Record<string, string> = {
        Name: t('Имя', 'Name'),
        Phone: t('Телефон', 'Phone'),
        Email: t('Почта', 'E-mail'),
      }
      const path = (key: string) =>
        /^\w+$/.test(key) ? `$.trigger.body.${key}` : `$.trigger.body['${key}']`
      const fields = Object.entries(trigger.body).map(([key, value]) => ({
        path: path(key),
        label: labels[key] ?? key,
        value,
        type: typeof value as string,
        service: service.has(key),
      }))
      const groups = [{ group: 'trigger', title: t('1. Форма Tilda', '1. Tilda form'), fields }]
      if (query.get('step') !== 'trigger' && query.get('step') !== 'lead')
        groups.push({
          group: 'steps.lead',
          title: t('2. Битрикс24 — создать лид', '2. Bitrix24 — create lead'),
          fields: [
            {
              path: '$.steps.lead.output.id',
              label: t('Номер лида', 'Lead id'),
              value: 18234 as never,
              type: 'number',
              service: false,
            },
          ],
        })
      groups.push({
        group: 'run',
        title: t('Запуск', 'Run'),
        fields: [
          {
            path: '$.run.started_at',
            label: t('Начало', 'Start'),
            value: context.run.started_at as never,
            type: 'datetime',
            service: false,
          },
          {
            path: '$.run.id',
            label: t('Код запуска', 'Run id'),
            value: context.run.id as never,
            type: 'string',
            service: false,
          },
        ],
      })
      return groups
    },
  ],
  [
    'POST',
    /^\/preview$/,
    ({ body }) => ({
      values: Object.fromEntries(
        Object.entries(body.fields as Fields).map(([k, s]) => [k, rendered(s)]),
      ),
    }),
  ],
  [
    'GET',
    new RegExp(`^/flows/${id}/coverage$`),
    () => [
      { path: '$.trigger.body.Phone', present: 200, empty: 12, total: 200 },
      { path: '$.trigger.body.Email', present: 200, empty: 0, total: 200 },
    ],
  ],
  [
    'POST',
    /^\/automap$/,
    () => ({
      fields: {
        title: { template: 'Заявка: {{trigger.body.formname}}' },
        name: { path: '$.trigger.body.Name' },
        phone: { path: '$.trigger.body.Phone' },
        email: { path: '$.trigger.body.Email' },
        to: { path: '$.trigger.body.Email' },
      },
      skipped: [],
    }),
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/steps/([^/]+)/test$`),
    ({ body }) => ({
      request: {
        method: 'POST',
        url: 'https://romashka.bitrix24.ru/rest/1/••••/crm.item.add.json',
        headers: { 'content-type': 'application/json' },
        body: {
          entityTypeId: 1,
          fields: {
            title: 'Заявка с сайта — Иван Петров',
            fm: [{ typeId: 'PHONE', value: '79000000000' }],
          },
        },
      },
      ...(body.dry_run
        ? {}
        : {
            response: { status: 200, headers: {}, body: { result: { item: { id: 18234 } } } },
            output: { id: 18234 },
            link: {
              href: 'https://romashka.bitrix24.ru/crm/lead/details/18234/',
              label: 'Лид #18234',
            },
            took_ms: 412,
          }),
    }),
  ],
  ['GET', new RegExp(`^/flows/${id}/secrets$`), () => []],
  ['PUT', new RegExp(`^/flows/${id}/secrets/([^/]+)$`), () => undefined],
  [
    'GET',
    new RegExp(`^/flows/${id}/versions$`),
    ({ params }) =>
      own(params[0]).version
        ? [4, 3, 2, 1].map((n) => ({ number: n, at: ago(90000 * (5 - n)), by: 'Анна' }))
        : [],
  ],
  [
    'GET',
    new RegExp(`^/flows/${id}/versions/(\\d+)$`),
    ({ params }) => ({ doc: own(params[0]).published }),
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/versions/(\\d+)/restore$`),
    ({ params }) => {
      const f = own(params[0])
      f.doc = f.published ?? f.doc
      f.tag += 1
      return {}
    },
  ],
  [
    'POST',
    new RegExp(`^/flows/${id}/start$`),
    ({ body }) => {
      const rows = body.csv ? String(body.csv).trim().split('\n').length - 1 : 1
      return {
        rows: rows > 2 ? rows - 1 : rows,
        faulty: rows > 2 ? 1 : 0,
        faults: rows > 2 ? [{ line: 3, column: 'phone', message: 'нужен телефон' }] : [],
        unused: rows > 2 ? ['comment'] : [],
        run: body.csv ? null : 'r-1',
      }
    },
  ],
  [
    'GET',
    new RegExp(`^/flows/${id}/imports$`),
    () => ({
      items: [
        { id: 'imp_1', state: 'running', total: 1200, done: 480, created_at: ago(60) },
        { id: 'imp_2', state: 'done', total: 80, done: 80, created_at: ago(86400) },
      ],
      next: null,
    }),
  ],
  ['POST', new RegExp(`^/flows/${id}/imports/[^/]+/stop$`), () => ({})],
  [
    'GET',
    new RegExp(`^/flows/${id}/problems$`),
    ({ params, lang }) => {
      const f = own(params[0])
      return { etag: String(f.tag), problems: problemsOf(f.doc, lang) }
    },
  ],
  [
    'POST',
    /^\/schedule-times$/,
    ({ body }) => {
      const cron = String(body.input?.cron ?? '0 9 * * *')
      if (body.event === 'cron' && cron.split(' ').length !== 5)
        return {
          times: [],
          field: 'cron',
          error: 'Нужно пять полей: минута, час, день, месяц, день недели',
        }
      const times = Array.from({ length: 5 }, (_, n) => ago(-86400 * (n + 1)))
      return { times, field: null, error: null }
    },
  ],
  ['POST', new RegExp(`^/flows/${id}/rotate-address$`), () => ({})],
  [
    'GET',
    /^\/connectors$/,
    ({ lang, query }) => {
      if (query.has('lang')) throw new Fault(599, {})
      return builderApps(lang)
    },
  ],
  [
    'GET',
    /^\/transforms$/,
    ({ lang }) =>
      FUNCTIONS.map(([name, ru, en, group, params]) => ({
        name,
        title: lang === 'ru' ? ru : en,
        description: '',
        group,
        params,
      })),
  ],
  [
    'GET',
    /^\/connections$/,
    ({ query }) => {
      if (query.get('limit') !== '100') throw new Fault(599, {})
      return { items: connections, next: null }
    },
  ],
  [
    'POST',
    /^\/connections$/,
    ({ body }) => {
      if (body.fields.secret === 'bad')
        throw new Fault(422, {
          code: 'access_denied',
          title: 'Отказано',
          detail: 'Сервис не принял ключ',
          problems: [
            { field: 'secret', code: 'access_denied', message: 'Сервис не принял этот код' },
          ],
        })
      const made = {
        id: `con-${connections.length + 1}`,
        connector: body.connector,
        name: body.fields.host ?? body.fields.url ?? 'Аккаунт',
        account: body.fields.host ?? null,
        state: 'ok',
        reason: null,
      }
      connections.push(made)
      return made
    },
  ],
  [
    'POST',
    /^\/connectors\/[^/]+\/options$/,
    () => ({
      items: [
        { value: 'NEW', label: 'Не обработан' },
        { value: 'IN_PROCESS', label: 'В работе' },
        { value: 'CONVERTED', label: 'Качественный лид' },
      ],
      next: null,
    }),
  ],
  [
    'POST',
    /^\/connectors\/[^/]+\/fields$/,
    () => ({
      items: [
        { key: 'UF_CRM_CITY', label: 'Город' },
        { key: 'UF_CRM_SIZE', label: 'Размер', type: 'number' },
      ],
    }),
  ],
]
