import { flowNames } from './flows'
import { ago, Fault, page, type Route, random } from './route'

const next = random(11)
const pick = <T>(list: T[]): T => list[Math.floor(next() * list.length)] as T
const verdicts = [
  'run',
  'run',
  'run',
  'run',
  'held',
  'duplicate',
  'probe',
  'rejected',
  'filtered',
  'test',
]
const names = ['Иван Сидоров', 'Мария Ким', 'Олег Волков', 'Елена Орлова', 'Артём Ли']

const deliveries = Array.from({ length: 400 }, (_, index) => {
  const flow = pick(flowNames)
  const verdict = pick(verdicts)
  const name = pick(names)
  return {
    id: `d-${index + 1}`,
    flow: flow.id,
    flow_name: flow.name,
    at: ago(index * 130 + 4),
    method: verdict === 'probe' ? pick(['GET', 'POST']) : 'POST',
    path: '',
    temporary: null,
    copy_of: null,
    events:
      verdict === 'run'
        ? [{ id: `e-${index}`, state: 'accepted', reason: null, run: 'r-1' }]
        : verdict === 'held'
          ? [{ id: `e-${index}`, state: 'held', reason: 'draft', run: null }]
          : [],
    ip: `203.0.113.${Math.floor(next() * 250)}`,
    size: Math.round(200 + next() * 4000),
    verdict,
    status: verdict === 'rejected' ? 401 : 200,
    summary:
      verdict === 'probe'
        ? 'test=test'
        : `Name=${name}, Phone=+7 900 ${Math.floor(100 + next() * 900)}-00-00`,
  }
})

const full = (id: string, lang: 'ru' | 'en') => {
  const row = deliveries.find((each) => each.id === id)
  if (!row) throw new Fault(404, { code: 'not_found' })
  const text =
    'Name=%D0%98%D0%B2%D0%B0%D0%BD&Phone=%2B7+900+000-00-00&Email=ivan%40example.com&formid=form123456789&tranid=1234567%3A89012345'
  return {
    ...row,
    summary:
      row.verdict === 'rejected'
        ? lang === 'ru'
          ? 'Подпись не совпала: ключ в Tilda и в сценарии разный.'
          : 'The signature does not match: the key in Tilda and in the flow differ.'
        : null,
    headers: [
      ['content-type', 'application/x-www-form-urlencoded'],
      ['user-agent', 'TildaWebhook/1.0'],
      ['content-length', String(row.size)],
      ['x-forwarded-for', row.ip],
      ['authorization', '••••'],
    ],
    query: { source: 'main' },
    body: {
      kind: 'form',
      text,
      truncated: false,
      parsed: {
        Name: 'Иван',
        Phone: '+7 900 000-00-00',
        Email: 'ivan@example.com',
        formid: 'form123456789',
        tranid: '1234567:89012345',
        payment: { orderid: '1842', products: [{ name: 'Букет', price: '12500' }] },
      },
      fault: null,
    },
    answer: {
      status: row.status,
      headers: [['content-type', 'text/plain']],
      body: row.status === 200 ? 'ok' : 'unauthorized',
    },
    curl: `curl -X POST 'https://flows.romashka.example/in/7fQ2c1xNdk93hs0aZpLq41' \\\n  --data '${text}'`,
  }
}

let temporary = [
  {
    id: 't-1',
    name: 'Проверка партнёра',
    url: 'https://flows.romashka.example/in/tmp3kd93',
    status: 200,
    headers: [['content-type', 'application/json']],
    body: '{"ok":true}',
    delay_ms: 0,
    created_at: ago(5000),
  },
]

export const eventRoutes: Route[] = [
  [
    'GET',
    /^\/deliveries$/,
    ({ query }) =>
      page(
        deliveries.filter(
          (each) =>
            (!query.get('verdict') || each.verdict === query.get('verdict')) &&
            (!query.get('flow') || each.flow === query.get('flow')) &&
            (!query.get('q') || each.summary.includes(query.get('q') ?? '')),
        ),
        query,
      ),
  ],
  ['GET', /^\/deliveries\/([^/]+)$/, ({ params, lang }) => full(params[0] ?? '', lang)],
  [
    'POST',
    /^\/deliveries\/([^/]+)\/(replay|sample)$/,
    () => ({ delivery: 'd-9', events: [{ id: 'e-9', state: 'accepted', run: 'r-3' }] }),
  ],
  ['GET', /^\/temporary-addresses$/, () => ({ items: temporary, next: null })],
  [
    'POST',
    /^\/temporary-addresses$/,
    ({ body }) => {
      const made = {
        ...body,
        id: `t-${temporary.length + 1}`,
        url: `https://flows.romashka.example/in/tmp${temporary.length}x`,
        created_at: ago(0),
      }
      temporary = [...temporary, made]
      return made
    },
  ],
  [
    'PATCH',
    /^\/temporary-addresses\/(.+)$/,
    ({ params, body }) =>
      Object.assign(temporary.find((each) => each.id === params[0]) ?? {}, body),
  ],
  [
    'DELETE',
    /^\/temporary-addresses\/(.+)$/,
    ({ params }) => {
      temporary = temporary.filter((each) => each.id !== params[0])
    },
  ],
]
