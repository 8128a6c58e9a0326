// Flows, samples and values for the builder's fake API.
import type { Doc, Fields, Json, Source, Step } from '../../src/features/builder/model/doc'
import { spots } from '../../src/features/builder/model/tree'
import { readPath, valueAt } from '../../src/features/builder/pills/path'
import { namesOnly } from '../../src/features/builder/pills/pill'
import { parts } from '../../src/features/builder/pills/read'
import { builderApps } from './builder-apps'

export const trigger = {
  body: {
    Name: 'Иван Петров',
    Phone: '+7 (900) 000-00-00',
    Email: 'ivan@example.com',
    'Ваш вопрос': 'Сколько стоит доставка в Казань и когда привезёте?',
    formname: 'Заявка с главной',
    utm_source: '',
    payment: {
      orderid: '1042',
      amount: 4990,
      products: [{ name: 'Чайник', quantity: 1, price: 4990 }],
    },
    formid: 'form123',
    tranid: '5423:88',
  },
  method: 'POST',
  received_at: '2026-11-23T12:41:07Z',
}
export const context = {
  trigger,
  steps: { lead: { output: { id: 18234 }, status: 'ok' } },
  run: { id: 'run_01', started_at: '2026-11-23T12:41:08Z' },
  flow: { name: 'Tilda' },
}

const lead: Step = {
  id: 'lead',
  action: 'bitrix24.create_lead@1.0.0',
  connection: 'con-1',
  input: {
    title: { template: 'Заявка с сайта — {{trigger.body.Name}}' },
    name: { path: '$.trigger.body.Name', transforms: [{ fn: 'trim' }] },
    phone: { path: '$.trigger.body.Phone', transforms: [{ fn: 'digits' }] },
    email: { path: '$.trigger.body.Email' },
    comments: { template: '{{trigger.body.[Ваш вопрос]}}\nИсточник: {{trigger.body.utm_source}}' },
  },
}
export const tilda: Doc = {
  zveno: 1,
  name: 'Tilda → Битрикс24 + письмо + webhook',
  trigger: { connector: 'tilda@1.0.0', event: 'form_submitted' },
  steps: [
    lead,
    {
      id: 'has_mail',
      name: 'Если указан email',
      branch: [
        {
          name: 'Да',
          when: { all: [{ left: { path: '$.trigger.body.Email' }, op: 'is_not_empty' }] },
          steps: [
            {
              id: 'letter',
              name: 'Email клиенту',
              action: 'email.send@1.0.0',
              connection: 'con-2',
              input: {
                to: { path: '$.trigger.body.Email' },
                subject: { literal: 'Спасибо за заявку' },
              },
            },
          ],
        },
        {
          name: 'Нет',
          steps: [{ id: 'hook', name: 'Webhook — отправить', action: 'webhook_out.send@1.0.0' }],
        },
      ],
    },
  ],
}
const empty = (connector: string, event: string, input?: Fields): Doc => ({
  zveno: 1,
  name: 'Новый сценарий',
  trigger: { connector: `${connector}@1.0.0`, event, ...(input ? { input } : {}) },
  steps: [],
})
const hundred: Doc = {
  ...tilda,
  name: 'Сто шагов',
  steps: Array.from({ length: 100 }, (_, i) => ({ ...lead, id: `lead_${i + 1}` })),
}
const logic: Doc = {
  ...empty('webhook', 'request'),
  name: 'Логика',
  steps: [
    {
      id: 'only',
      filter: {
        any: [
          { left: { path: '$.trigger.body.Name' }, op: 'contains', right: { literal: 'Иван' } },
          { left: { path: '$.trigger.body.Phone' }, op: 'is_not_empty' },
        ],
      },
    },
    {
      id: 'each',
      for_each: { path: '$.trigger.body.payment.products' },
      steps: [
        { ...lead, id: 'row', on_error: { steps: [{ id: 'tell', action: 'http.request@1.0.0' }] } },
      ],
    },
    { id: 'wait', delay: { for: '10m' } },
    { id: 'vars', set: { total: { template: '{{trigger.body.payment.amount}} ₽' } } },
    { id: 'say', respond: { status: 200, json: { ok: { literal: true } } } },
  ],
}

export interface Kept {
  doc: Doc
  published: Doc | null
  version: number | null
  state: string
  tag: number
  held: number
}
const keep = (doc: Doc, more: Partial<Kept> = {}): Kept => ({
  doc,
  published: null,
  version: null,
  state: 'draft',
  tag: 1,
  held: 0,
  ...more,
})
export const kept = new Map<string, Kept>([
  ['b-tilda', keep(tilda, { held: 3 })],
  ['b-new', keep(empty('tilda', 'form_submitted'))],
  ['b-cron', keep(empty('schedule', 'cron', { cron: { literal: '0 9 * * 1-5' } }))],
  [
    'b-manual',
    keep(empty('manual', 'start'), {
      version: 1,
      state: 'on',
      published: empty('manual', 'start'),
    }),
  ],
  ['b-listen', keep(empty('amocrm', 'account_event'))],
  ['b-100', keep(hundred)],
  ['b-logic', keep(logic)],
  [
    'b-live',
    keep(
      { ...tilda, name: 'Работает' },
      { published: { ...tilda, steps: [lead] }, version: 4, state: 'on', held: 3 },
    ),
  ],
])

/** Problems as the server finds them: what is required and empty, accounts that are missing. */
export function problemsOf(doc: Doc, lang: 'ru' | 'en') {
  const apps = builderApps(lang)
  const say = (ru: string, en: string) => (lang === 'ru' ? ru : en)
  const out: { place: string; code: string; severity: string; message: string }[] = []
  const places = new Map<string, string>()
  const place = (steps: Step[], at: string) => {
    for (const [i, s] of steps.entries()) {
      places.set(s.id, `${at}[${i}]`)
      if ('branch' in s)
        s.branch.forEach((a, n) => {
          place(a.steps, `${at}[${i}].branch[${n}].steps`)
        })
      if ('for_each' in s) place(s.steps, `${at}[${i}].steps`)
      if ('action' in s && typeof s.on_error === 'object')
        place(s.on_error.steps, `${at}[${i}].on_error.steps`)
    }
  }
  place(doc.steps, 'steps')
  for (const { step } of spots(doc)) {
    if (!('action' in step)) continue
    const [app, key] = (step.action.split('@')[0] ?? '').split('.')
    const connector = apps.find((a) => a.id === app)
    const actions = (connector?.actions ?? []) as {
      key: string
      fields: { key: string; label?: string; required?: boolean }[]
    }[]
    const at = places.get(step.id)
    if ((connector?.methods as unknown[] | undefined)?.length && !step.connection)
      out.push({
        place: `${at}.connection`,
        code: 'connection_missing',
        severity: 'error',
        message: say('Не выбран аккаунт', 'No account is chosen'),
      })
    for (const f of actions.find((a) => a.key === key)?.fields ?? []) {
      if (f.required && !step.input?.[f.key])
        out.push({
          place: `${at}.input.${f.key}`,
          code: 'field_missing',
          severity: 'error',
          message: say(`Не заполнено «${f.label}»`, `“${f.label}” is empty`),
        })
    }
  }
  return out
}

export const FUNCTIONS: [string, string, string, string, object[]][] = [
  ['trim', 'Убрать пробелы по краям', 'Trim', 'text', []],
  ['upper', 'ЗАГЛАВНЫМИ', 'Upper case', 'text', []],
  ['lower', 'строчными', 'Lower case', 'text', []],
  ['digits', 'Только цифры', 'Digits', 'text', []],
  [
    'replace',
    'Заменить',
    'Replace',
    'text',
    [
      { name: 'find', type: 'text', required: true, title: 'Что искать' },
      { name: 'with', type: 'text', title: 'На что заменить' },
    ],
  ],
  [
    'truncate',
    'Обрезать',
    'Truncate',
    'text',
    [{ name: 'length', type: 'integer', required: true, title: 'Длина' }],
  ],
  [
    'phone_e164',
    'Телефон в международном виде',
    'Phone in international form',
    'contact',
    [{ name: 'country', type: 'choice', title: 'Страна', values: ['RU', 'BY', 'KZ'] }],
  ],
  ['number', 'Число из текста', 'Number', 'number', []],
  ['first', 'Первый из списка', 'First', 'list', []],
]
const table = namesOnly(FUNCTIONS.map(([name]) => name))

function apply(
  value: Json | undefined,
  source: Extract<Source, { path: string }>,
): Json | undefined {
  let out = value
  for (const f of source.transforms ?? []) {
    if (typeof out !== 'string') continue
    if (f.fn === 'trim') out = out.trim()
    if (f.fn === 'upper') out = out.toUpperCase()
    if (f.fn === 'lower') out = out.toLowerCase()
    if (f.fn === 'digits') out = out.replace(/\D/g, '')
    if (f.fn === 'phone_e164') out = `+${out.replace(/\D/g, '')}`
    if (f.fn === 'truncate') out = out.slice(0, Number(f.length))
  }
  return out === undefined || out === null || out === '' ? (source.default ?? out) : out
}

/** What a source gives with the sample. */
export function rendered(source: Source): { value?: Json; error?: string } {
  if ('path' in source) {
    const walk = readPath(source.path)
    return { value: (walk && apply(valueAt(context, walk) as Json, source)) ?? null }
  }
  if ('template' in source) {
    const found = parts(source.template, table)
    if (!found)
      return source.template.includes('}}')
        ? { value: source.template }
        : { error: 'шаблон: нужно «}}»' }
    return {
      value: found
        .map((p) =>
          'text' in p
            ? p.text
            : String(
                rendered({
                  path: p.pill.path,
                  transforms: p.pill.transforms,
                  ...(p.pill.default === undefined ? {} : { default: p.pill.default }),
                }).value ?? '',
              ),
        )
        .join(''),
    }
  }
  return { value: 'literal' in source ? source.literal : null }
}
