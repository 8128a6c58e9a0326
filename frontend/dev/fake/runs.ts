import { flowNames } from './flows'
import { ago, Fault, page, type Route, random } from './route'

const next = random(42)
const pick = <T>(list: T[]): T => list[Math.floor(next() * list.length)] as T

const errors = {
  ru: [
    { code: 'access_revoked', title: 'Битрикс24 не принял ключ (401)', side: 'access' },
    {
      code: 'remote_timeout',
      title: 'Сервер hooks.partner.example не ответил за 30 с',
      side: 'remote',
    },
    {
      code: 'field_invalid',
      title: 'Поле «Телефон» пустое, а Битрикс24 его требует',
      side: 'yours',
    },
  ],
  en: [
    { code: 'access_revoked', title: 'Bitrix24 refused the key (401)', side: 'access' },
    {
      code: 'remote_timeout',
      title: 'hooks.partner.example did not answer within 30 s',
      side: 'remote',
    },
    {
      code: 'field_invalid',
      title: 'The field "Phone" is empty, Bitrix24 requires it',
      side: 'yours',
    },
  ],
}

const states = [
  'succeeded',
  'succeeded',
  'succeeded',
  'succeeded',
  'succeeded',
  'succeeded',
  'failed',
  'filtered',
  'waiting',
  'parked',
]

let made = 0
function run(seconds: number) {
  made += 1
  const flow = pick(flowNames)
  const state = pick(states)
  const bad = state === 'failed' || state === 'waiting' || state === 'parked'
  const ended = state !== 'waiting' && state !== 'parked'
  return {
    id: `r-${made}`,
    flow: flow.id,
    flow_name: flow.name,
    version: 7,
    state,
    started_at: ago(seconds),
    ended_at: ended ? ago(seconds - 1) : null,
    took_ms: ended ? Math.round(200 + next() * 3000) : null,
    step: bad ? pick(['Битрикс24', 'Email клиенту', 'Webhook']) : null,
    error: bad ? Math.floor(next() * 3) : null,
    attempt: state === 'waiting' ? 3 : bad ? 8 : 1,
    next_at: state === 'waiting' ? ago(-480) : null,
    next_why: state === 'waiting' ? 'retry' : null,
    replay_of: made % 37 === 0 ? 'r-1' : null,
  }
}
const runs = Array.from({ length: Number(process.env.FAKE_RUNS ?? 5000) }, (_, index) =>
  run(index * 47 + 10),
)

const told = (row: ReturnType<typeof run>, lang: 'ru' | 'en') => ({
  ...row,
  error: row.error === null ? null : errors[lang][row.error],
})
export const newRun = () => {
  const row = run(1)
  runs.unshift(row)
  return told(row, 'ru')
}

const exchange = (status: number, body: unknown) => ({
  request: {
    method: 'POST',
    url: 'https://romashka.bitrix24.example/rest/1/••••/crm.lead.add.json',
    headers: [
      ['content-type', 'application/json'],
      ['user-agent', 'Zveno'],
    ],
    body: JSON.stringify({
      fields: {
        TITLE: 'Заявка с сайта — Иван',
        NAME: 'Иван',
        PHONE: [{ VALUE: '79000000000', VALUE_TYPE: 'WORK' }],
      },
    }),
    cut_from: null,
  },
  response: {
    status,
    headers: [
      ['content-type', 'application/json'],
      ['date', 'Mon, 23 Nov 2026 08:00:00 GMT'],
    ],
    body: JSON.stringify(body),
    cut_from: null,
  },
})

function full(id: string, lang: 'ru' | 'en') {
  const row = runs.find((each) => each.id === id)
  if (!row) throw new Fault(404, { code: 'not_found' })
  const ru = lang === 'ru'
  const bad = row.error !== null
  const start = new Date(row.started_at).getTime()
  const at = (ms: number) => new Date(start + ms).toISOString()
  const head = row.error === null ? null : errors[lang][row.error]
  const error = head && {
    ...head,
    detail: 'expired_token: The access token provided has expired.',
    action: {
      label: ru ? 'Переподключить Битрикс24' : 'Reconnect Bitrix24',
      href: '/connections?edit=c-1',
    },
  }
  const attempt = (number: number, ms: number, took: number, failed: boolean) => ({
    number,
    started_at: at(ms),
    took_ms: took,
    outcome: failed ? 'retry' : 'done',
    error: failed ? head : null,
    exchanges: [
      failed
        ? exchange(401, { error: 'expired_token', error_description: `try ${number}` })
        : exchange(200, { result: 18234, time: { duration: 0.41 } }),
    ],
  })
  const step = (
    id: string,
    name: string | null,
    connector: string,
    from: number,
    took: number,
    more = {},
  ) => ({
    step: id,
    item: '',
    place: id,
    name,
    connector,
    state: 'done',
    started_at: at(from),
    ended_at: at(from + took),
    took_ms: took,
    due_at: null,
    tries: 1,
    output: { id: 18234 },
    output_bytes: null,
    error: null,
    attempts: [attempt(1, from, took, false)],
    waits: [],
    ...more,
  })
  const failing = {
    state: row.state === 'parked' ? 'parked' : row.state === 'waiting' ? 'waiting' : 'failed',
    tries: 3,
    output: null,
    error,
    took_ms: 150_900,
    attempts: [
      attempt(1, 500, 412, true),
      attempt(2, 30_500, 380, true),
      attempt(3, 150_500, 401, true),
    ],
    waits: [
      { from: at(912), to: at(30_500), why: 'retry' },
      { from: at(30_880), to: at(150_500), why: 'retry' },
    ],
  }
  return {
    ...told(row, lang),
    event: { id: 'e-1', delivery: 'd-1', item: 0, received_at: row.started_at },
    as_text: false,
    waits_for: null,
    error,
    steps: bad
      ? [
          step('letter', ru ? 'Email клиенту' : 'Letter to the client', 'email.send', 3, 230),
          step('lead', null, 'bitrix24.lead_add', 500, 150_900, failing),
        ]
      : [
          step('lead', null, 'bitrix24.lead_add', 3, 412),
          step('letter', ru ? 'Email клиенту' : 'Letter to the client', 'email.send', 430, 230),
          step('hook', null, 'webhook_out.send', 670, 95, {
            output: null,
            output_bytes: 180_000,
          }),
        ],
    more_steps: false,
    replays: row.id === 'r-1' ? ['r-37', 'r-74'] : [],
    actions: {
      replay: ended(row.state),
      cancel: !ended(row.state) || row.state === 'parked',
      resolve: row.state === 'parked' ? ['lead'] : [],
    },
  }
}
const ended = (state: string) => !['waiting', 'queued', 'running'].includes(state)

const matching = (query: URLSearchParams) =>
  runs.filter(
    (each) =>
      (!query.get('flow') || each.flow === query.get('flow')) &&
      (!query.get('state') || query.get('state')?.split(',').includes(each.state)) &&
      (!query.get('from') || each.started_at >= (query.get('from') ?? '')),
  )

export const runRoutes: Route[] = [
  [
    'GET',
    /^\/runs$/,
    ({ query, lang }) => {
      const slice = page(matching(query), query)
      return { ...slice, items: slice.items.map((each) => told(each, lang)) }
    },
  ],
  [
    'GET',
    /^\/runs\/counts$/,
    ({ query }) => {
      const some = random(3)
      return Array.from({ length: Number(query.get('hours') ?? 24) }, (_, index) => {
        const hour = new Date(
          Math.floor(Date.now() / 3_600_000) * 3_600_000 -
            (Number(query.get('hours') ?? 24) - 1 - index) * 3_600_000,
        )
        const busy = 0.3 + Math.sin(((hour.getUTCHours() - 3) / 24) * Math.PI) ** 2
        return {
          hour: hour.toISOString(),
          succeeded: Math.round(120 * busy * (0.7 + some() * 0.5)),
          failed: Math.round(8 * some() * some() * busy) + (index === 15 ? 30 : 0),
          filtered: Math.round(14 * some() * busy),
          parked: some() > 0.9 ? 2 : 0,
          cancelled: 0,
          stale: 0,
        }
      })
    },
  ],
  ['GET', /^\/runs\/([^/]+)$/, ({ params, lang }) => full(params[0] ?? '', lang)],
  ['POST', /^\/runs\/([^/]+)\/(replay|cancel|resolve)$/, () => ({ id: 'r-2' })],
  [
    'POST',
    /^\/replays$/,
    ({ body }) =>
      body.dry_run
        ? { count: 214, more: false, unknown: 3, sample: [], replay: null }
        : { id: 'p-1', state: 'running', total: 214, made: 0, created_at: ago(0), filter: {} },
  ],
  [
    'GET',
    /^\/replays$/,
    () => ({
      items: [
        { id: 'p-0', state: 'running', total: 214, made: 87, created_at: ago(90), filter: {} },
      ],
      next: null,
    }),
  ],
  ['POST', /^\/replays\/([^/]+)\/cancel$/, () => ({})],
  [
    'GET',
    /^\/health\/queue$/,
    () => ({
      depth: 128,
      oldest_waiting_secs: 74,
      jobs: 143,
      held: 15,
      parked: 3,
      by_destination: [
        { host: 'romashka.bitrix24.example', ok: 1840, failed: 43, open: false },
        { host: 'hooks.partner.example', ok: 212, failed: 388, open: true },
        { host: 'smtp.romashka.example', ok: 903, failed: 0, open: false },
        { host: 'api.telegram.org', ok: 611, failed: 2, open: false },
      ],
    }),
  ],
]
