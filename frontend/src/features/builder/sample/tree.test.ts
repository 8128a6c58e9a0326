import { expect, test } from 'vitest'
import { rowsOf, search, shown, valuesByPath } from './tree'

const groups = rowsOf([
  {
    group: 'trigger',
    title: '1. Форма Tilda',
    fields: [
      { path: '$.trigger.body.Name', label: 'Имя', value: 'Иван Семёнов', type: 'string' },
      { path: "$.trigger.body['Ваш телефон']", value: '+7 900 000-00-00' },
      { path: '$.trigger.body.payment', value: { products: [{ name: 'Чай' }], amount: 5 } },
      { path: '$.trigger.body.payment.amount', label: 'Сумма', value: 5 },
      { path: '$.trigger.body.tranid', value: '1:2', service: true },
    ],
  },
  { group: 'run', title: 'Запуск', fields: [{ path: '$.run.id', value: 'run_1' }] },
])

test('nested values get rows of their own, once', () => {
  const paths = groups[0]?.rows.map((r) => r.path)
  expect(paths).toContain('$.trigger.body.payment.products[0].name')
  expect(paths?.filter((p) => p === '$.trigger.body.payment.amount')).toHaveLength(1)
  expect(valuesByPath(groups).get('$.trigger.body.payment.amount')?.label).toBe('Сумма')
  expect(groups[0]?.rows[1]?.label).toBe('Ваш телефон')
})

test('names and values are searched, any case, phones by their digits', () => {
  const hits = (query: string) => search(groups, query).flatMap((g) => g.rows.map((r) => r.label))
  expect(hits('имя')).toEqual(['Имя'])
  expect(hits('name')).toContain('Имя')
  expect(hits('семенов')).toEqual(['Имя'])
  expect(hits('79000000000')).toEqual(['Ваш телефон'])
  expect(hits('чай')).toEqual(['name'])
  expect(hits('run')).toEqual(['id'])
  expect(hits('нет такого')).toEqual([])
  expect(search(groups, '  ')).toHaveLength(2)
})

test('values are shown as one short line', () => {
  expect(shown('a\n  b')).toBe('a b')
  expect(shown({ a: 1 })).toBe('{"a":1}')
  expect(shown('x'.repeat(99)).length).toBe(61)
  expect(shown(null)).toBe('')
})
