import { ago, type Route } from './route'

const members = [
  {
    user: 'u-1',
    name: 'Анна Петрова',
    email: 'anna@romashka.example',
    role: 'owner',
    joined_at: ago(9e6),
    seen_at: ago(20),
  },
  {
    user: 'u-2',
    name: 'Олег Волков',
    email: 'oleg@romashka.example',
    role: 'editor',
    joined_at: ago(6e6),
    seen_at: ago(86400),
  },
  {
    user: 'u-3',
    name: 'Мария Ким',
    email: 'maria@sever.example',
    role: 'viewer',
    joined_at: ago(1e6),
    seen_at: null,
  },
]
let invitations = [
  {
    id: 'i-1',
    email: 'lena@romashka.example',
    role: 'editor',
    by: 'Анна Петрова',
    expires_at: ago(-400000),
  },
]
let keys = [
  {
    id: 'k-1',
    name: 'Скрипт сверки',
    scope: 'read',
    prefix: 'zv_8fK2',
    created_at: ago(4e6),
    used_at: ago(3000),
    expires_at: null as string | null,
  },
  {
    id: 'k-2',
    name: 'CI',
    scope: 'edit',
    prefix: 'zv_1aQz',
    created_at: ago(2e6),
    used_at: null,
    expires_at: ago(-3e6),
  },
]
let alerts = {
  emails: ['anna@romashka.example'],
  telegram: null,
  webhook: null,
  rules: {
    failures: { on: true, count: 5, minutes: 10 },
    recovery: true,
    silence: { on: true, hours: 24 },
    connection_broken: true,
    parked: true,
    waiting: { on: true, minutes: 15 },
    disk: true,
  },
  digest: 'daily',
  muted_until: null as string | null,
  flows: [{ flow: 'f-1', muted_until: ago(-7200), silence_hours: 3 }],
}
const receivers = [
  { channel: 'email', receiver: 'anna@romashka.example' },
  { channel: 'telegram', receiver: '-100200300' },
]
const notifications = [
  {
    id: 'al_1',
    at: ago(900),
    kind: 'failure',
    how: 'sent',
    title: 'Сценарий «Tilda → Битрикс24» стал падать',
    text: '5 ошибок за 10 минут, последняя: ключ отозван (401)',
    href: '/runs?flow=f-1',
    notices: [
      { ...receivers[0], state: 'sent', tries: 1, error: null },
      { ...receivers[1], state: 'failed', tries: 5, error: 'chat not found' },
    ],
  },
  {
    id: 'al_2',
    at: ago(9000),
    kind: 'silence',
    how: 'muted',
    title: 'У сценария «Заказы» нет событий 24 часа',
    text: '',
    href: '/flows/f-5',
    notices: [],
  },
]
let retention = {
  retention_days: 30,
  payload_days: 7,
  failed_days: 90,
  budget_bytes: 20e9,
  disk: { database_bytes: 6.2e9, payload_bytes: 3.9e9, free_bytes: 41e9 },
}
let mail = {
  host: 'smtp.romashka.example',
  port: 465,
  security: 'tls',
  user: 'robot@romashka.example',
  password_set: true,
  from: 'Ромашка <robot@romashka.example>',
}

export const settingsRoutes: Route[] = [
  ['GET', /^\/members$/, () => ({ items: members, next: null })],
  [
    'PATCH',
    /^\/members\/(.+)$/,
    ({ params, body }) =>
      Object.assign(members.find((each) => each.user === params[0]) ?? {}, body),
  ],
  ['DELETE', /^\/members\/(.+)$/, () => undefined],
  ['GET', /^\/invitations$/, () => ({ items: invitations, next: null })],
  [
    'POST',
    /^\/invitations$/,
    ({ body }) => {
      const made = {
        id: `i-${invitations.length + 1}`,
        by: 'Анна Петрова',
        expires_at: ago(-600000),
        ...body,
      }
      invitations = [...invitations, made]
      return { ...made, link: 'https://flows.romashka.example/invite/Zx81kQpL0' }
    },
  ],
  [
    'DELETE',
    /^\/invitations\/(.+)$/,
    ({ params }) => {
      invitations = invitations.filter((each) => each.id !== params[0])
    },
  ],
  ['GET', /^\/api-keys$/, () => ({ items: keys, next: null })],
  [
    'POST',
    /^\/api-keys$/,
    ({ body }) => {
      const made = {
        id: `k-${keys.length + 1}`,
        prefix: 'zv_77aa',
        created_at: ago(0),
        used_at: null,
        expires_at: null,
        ...body,
      }
      keys = [...keys, made]
      return { ...made, key: 'zv_77aaQk2Lm90fhsKq1PzXv6tRbN3cYwE8' }
    },
  ],
  [
    'DELETE',
    /^\/api-keys\/(.+)$/,
    ({ params }) => {
      keys = keys.filter((each) => each.id !== params[0])
    },
  ],
  [
    'GET',
    /^\/audit$/,
    () => ({
      items: [
        ['u-1', 'flow.published', 'f-1', { version: 7 }],
        ['u-2', 'connection.changed', 'con-1', {}],
        ['u-1', 'delivery.downloaded', 'dlv_01K00000000000000000000000', { bytes: 812 }],
        ['u-1', 'run.replayed', 'run_01K00000000000000000000000', {}],
        ['u-1', 'flow.deleted', 'flw_01K00000000000000000000000', { name: 'Старые заявки' }],
        ['u-2', 'flow.started', 'f-2', { rows: 214 }],
        ['console', 'member.password_set', 'anna@romashka.example', {}],
        ['key_1', 'event_type.created', 'order.paid', {}],
        ['key_01K00000000000000000000000', 'flow.teleported', 'f-2', {}],
      ].map(([actor, action, object, detail], place) => ({
        id: `a-${place}`,
        at: ago(60 + place * 7000),
        actor,
        action,
        object,
        detail,
        remote: actor === 'console' ? null : '10.0.0.7',
      })),
      next: null,
    }),
  ],
  ['GET', /^\/settings\/alerts$/, () => ({ ...alerts, mail: true, receivers })],
  ['GET', /^\/notifications$/, () => ({ items: notifications, next: null })],
  [
    'PUT',
    /^\/settings\/alerts$/,
    ({ body }) => {
      alerts = body
      return { ...alerts, mail: true, receivers }
    },
  ],
  [
    'POST',
    /^\/settings\/alerts\/test$/,
    () => ({
      items: [
        { ...receivers[0], ok: true, error: null },
        { ...receivers[1], ok: false, error: 'chat not found' },
      ],
    }),
  ],
  ['GET', /^\/settings\/retention$/, () => retention],
  [
    'PUT',
    /^\/settings\/retention$/,
    ({ body }) => {
      retention = { ...retention, ...body }
      return retention
    },
  ],
  ['GET', /^\/settings\/mail$/, () => mail],
  [
    'PUT',
    /^\/settings\/mail$/,
    ({ body }) => {
      mail = { ...mail, ...body }
      return mail
    },
  ],
  ['POST', /^\/settings\/mail\/test$/, () => ({ ok: true })],
  [
    'GET',
    /^\/settings\/address$/,
    () => ({ public_url: 'https://flows.romashka.example', locked: false, after_restart: null }),
  ],
  ['PUT', /^\/settings\/address$/, ({ body }) => ({ ...body, locked: false })],
  ['POST', /^\/settings\/address\/check$/, () => ({ ok: true, reason: null })],
  [
    'GET',
    /^\/settings$/,
    () => ({
      items: [
        { key: 'listen', value: '0.0.0.0:8080', source: 'flag', locked: true },
        { key: 'database_url', value: 'sqlite', source: 'default', locked: true },
        {
          key: 'public_url',
          value: 'https://flows.romashka.example',
          source: 'database',
          locked: false,
        },
        { key: 'retention_days', value: 30, source: 'file', locked: true },
      ],
      next: null,
    }),
  ],
]
