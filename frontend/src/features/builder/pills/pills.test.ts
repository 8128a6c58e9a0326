import { expect, test } from 'vitest'
import type { Source, Transform } from '../model/doc'
import { readPath, readReference, valueAt, writePath, writeReference } from './path'
import type { FunctionTable, Part, Pill } from './pill'
import { parts, readPill } from './read'
import { isEmpty, readValue, writeText } from './value'
import { join, writePill } from './write'

const table: FunctionTable = new Map([
  ['trim', { params: [] }],
  ['upper', { params: [] }],
  ['truncate', { params: [{ name: 'length' }] }],
  ['phone_e164', { params: [{ name: 'country' }, { name: 'invalid' }] }],
  ['concat', { params: [{ name: 'values', rest: true }] }],
  ['hmac', { params: [{ name: 'alg' }, { name: 'key' }, { name: 'encoding' }], input_at: 2 }],
  ['map', { params: [{ name: 'table' }] }],
  ['now', { params: [], input_at: null }],
])

test('a nested call is a pill and back', () => {
  const text = '{{default (upper (trim trigger.body.Name)) "-"}}'
  const pill: Pill = {
    path: '$.trigger.body.Name',
    transforms: [{ fn: 'trim' }, { fn: 'upper' }],
    default: '-',
  }
  expect(readPill(text, table)).toEqual(pill)
  expect(writePill(pill, table)).toBe(text)
})

test('arguments are read by place and by name', () => {
  const want = '{{phone_e164 trigger.body.[Ваш телефон] country="RU"}}'
  for (const text of [want, '{{phone_e164 trigger.body.[Ваш телефон] "RU"}}']) {
    const pill = readPill(text, table)
    expect(pill?.path).toBe("$.trigger.body['Ваш телефон']")
    expect(pill?.transforms).toEqual([{ fn: 'phone_e164', country: 'RU' }])
    expect(pill && writePill(pill, table)).toBe(want)
  }
  const signed = readPill('{{hmac "sha256" "key" trigger.raw}}', table)
  expect(signed?.path).toBe('$.trigger.raw')
  expect(signed && writePill(signed, table)).toBe('{{hmac "sha256" "key" trigger.raw}}')
  expect(readPill('{{concat vars.a "x" 1}}', table)?.transforms).toEqual([
    { fn: 'concat', values: ['x', 1] },
  ])
})

test('everything else opens as code', () => {
  for (const text of [
    '{{#if a}}b{{/if}}',
    'a {{{b}}}',
    '{{concat a.b c.d}}',
    'a {{~b}}',
    'a{{! c }}b',
    '{{',
    '{{tri',
    '{{now}} {{upper "x"}}',
    '{{../a}}',
    '{{nobody a.b}}',
    '{{a b}}',
    '{{default a.b c.d}}',
  ]) {
    expect(parts(text, table), text).toBeNull()
    expect(readValue({ template: text }, table).kind, text).toBe('code')
  }
})

test('text with pills is read in pieces', () => {
  const text = 'Заявка: {{trigger.body.form}}, {{upper vars.x}}!'
  const want: Part[] = [
    { text: 'Заявка: ' },
    { pill: { path: '$.trigger.body.form', transforms: [] } },
    { text: ', ' },
    { pill: { path: '$.vars.x', transforms: [{ fn: 'upper' }] } },
    { text: '!' },
  ]
  expect(parts(text, table)).toEqual(want)
  expect(join(want, table)).toBe(text)
})

const PATHS: [string, string][] = [
  ['trigger.body.Name', '$.trigger.body.Name'],
  ['trigger.body.[Ваше имя]', "$.trigger.body['Ваше имя']"],
  ['trigger.body.[a.b]', "$.trigger.body['a.b']"],
  ['trigger.body.[it\'s "x"]', "$.trigger.body['it\\'s \"x\"']"],
  ['trigger.body.items.0.sku', '$.trigger.body.items[0].sku'],
  ['trigger.body.fields.[12]', "$.trigger.body.fields['12']"],
  ['trigger.form.[a[0\\][b\\]]', "$.trigger.form['a[0][b]']"],
  ['trigger.body.[a\\\\b]', "$.trigger.body['a\\\\b']"],
  ['trigger.body.Имя', '$.trigger.body.Имя'],
  ['trigger.headers.x-request-id', "$.trigger.headers['x-request-id']"],
]

test('names with spaces, quotes, dots and brackets go both ways', () => {
  for (const [hbs, path] of PATHS) {
    const walk = readPath(path)
    expect(walk && writeReference(walk), path).toBe(hbs)
    expect(walk && writePath(walk), path).toBe(path)
    expect(readReference(hbs, 0)?.path, hbs).toEqual(walk)
    expect(readPill(`{{upper ${hbs}}}`, table)?.path, hbs).toBe(path)
  }
  for (const path of ['$.a[-1]', '$']) {
    expect(writeReference(readPath(path) ?? []), path).toBeNull()
  }
  for (const path of ['$.a[*]', '$..a', '$.a[?@.b]', 'a.b']) {
    expect(readPath(path), path).toBeNull()
  }
})

/** A small generator of random numbers, the same each time. */
function dice(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return Math.floor((state / 4294967296) * below)
  }
}

test('text and pills of any kind read back as they were', () => {
  const roll = dice(7)
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T
  const names = [
    'Name',
    'Ваше имя',
    'a.b',
    "it's",
    '"q"',
    '12',
    'this',
    '[x]',
    '\\',
    '}}',
    '{{',
    '',
  ]
  const texts = ['{', '{{', '\\', '\\\\', '}', 'Да', ' ', '"', '{{{', 'a\n']
  const scalars = ['-', '{{x}}', '"', "'", '\\', 'я', 1, -2.5, true, '']
  const calls = (): Transform =>
    pick<Transform>([
      { fn: 'trim' },
      { fn: 'upper' },
      { fn: 'truncate', length: 5 },
      { fn: 'concat', values: [pick(scalars), 1] },
      { fn: 'hmac', alg: 'sha256', key: pick(scalars) },
      { fn: 'map', table: { '{{': pick(scalars), 'я}': '}' } },
    ])
  for (let round = 0; round < 3000; round += 1) {
    const list: Part[] = []
    for (let i = roll(5); i >= 0; i -= 1) {
      const last = list.at(-1)
      if (roll(2) === 0 && !(last && 'text' in last)) {
        list.push({ text: `${pick(texts)}${pick(texts)}${pick(texts)}` })
      } else {
        const walk = ['rootx', ...Array.from({ length: roll(3) }, () => pick([...names, 0, 7]))]
        const pill: Pill = {
          path: writePath(walk),
          transforms: Array.from({ length: roll(3) }, calls),
        }
        if (roll(2) === 0) {
          pill.default = pick(scalars)
        }
        list.push({ pill })
      }
    }
    const text = join(list, table)
    expect(text).not.toBeNull()
    expect(parts(text ?? '', table), text ?? '').toEqual(list)
  }
})

test('a lone pill is a path, text is a literal, both together a template', () => {
  const cases: [string, Source | undefined][] = [
    ['', undefined],
    ['Заявка', { literal: 'Заявка' }],
    [
      '{{default (trim trigger.body.Name) "Без имени"}}',
      { path: '$.trigger.body.Name', transforms: [{ fn: 'trim' }], default: 'Без имени' },
    ],
    ['К: {{trigger.body.Name}}', { template: 'К: {{trigger.body.Name}}' }],
    ['{{#if a}}x{{/if}}', { template: '{{#if a}}x{{/if}}' }],
  ]
  for (const [text, source] of cases) {
    expect(writeText(text, table), text).toEqual(source)
    const value = readValue(source, table)
    expect('text' in value && value.text).toBe(text)
  }
})

test('sources keep what the editor does not show', () => {
  const query: Source = { path: '$.trigger.body.items[*].sku', transforms: [{ fn: 'trim' }] }
  expect(readValue(query, table)).toMatchObject({ kind: 'query', path: query.path })
  const tail: Source = { template: 'a {{b.c}}', transforms: [{ fn: 'upper' }] }
  const value = readValue(tail, table)
  expect(value.kind === 'parts' && writeText(value.text, table, value.tail)).toEqual(tail)
  expect(readValue({ literal: 5 }, table)).toEqual({ kind: 'fixed', value: 5 })
  expect(readValue({ secret: 'apikey' }, table).kind).toBe('secret')
  expect(isEmpty({ object: { a: { literal: '' } } })).toBe(true)
})

test('a value is found by its path', () => {
  const data = { trigger: { body: { 'Ваше имя': 'Анна', items: [{ sku: 1 }] } } }
  expect(valueAt(data, readPath("$.trigger.body['Ваше имя']") ?? [])).toBe('Анна')
  expect(valueAt(data, readPath('$.trigger.body.items[0].sku') ?? [])).toBe(1)
  expect(valueAt(data, readPath('$.trigger.body.toString') ?? [])).toBeUndefined()
})
