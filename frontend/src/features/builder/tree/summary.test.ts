import { expect, test } from 'vitest'
import en from '@/i18n/en/builder-steps'
import ru from '@/i18n/ru/builder-steps'
import { findAction } from '../data/catalogue'
import type { ActionInfo, ConnectorInfo, FieldSpec } from '../data/types'
import type { Condition, Doc, Fields, Source, Step } from '../model/doc'
import { dataNames, namesShape, pathLabel } from './data-names'
import { conditionText, sourceText, stepSummary } from './summary'

const app = (id: string, more: Partial<ConnectorInfo>): ConnectorInfo => ({
  id,
  version: '1.0.0',
  title: id,
  color: '#000000',
  mark: id,
  triggers: [],
  actions: [],
  ...more,
})
const deal: ActionInfo = {
  key: 'create_deal',
  title: 'Создать сделку',
  fields: [
    { key: 'stage_id', label: 'Стадия', options: [{ value: 'NEW', label: 'Новая' }] },
    { key: 'title', label: 'Название сделки', required: true },
  ],
  output: [
    { key: 'id', label: 'Номер сделки' },
    { key: 'goods', label: 'Товары', fields: [{ key: 'unit_price', label: 'Цена' }] },
  ],
}
const output: FieldSpec[] = [
  { key: 'phone', label: 'Телефон' },
  { key: 'payment', label: 'Оплата', fields: [{ key: 'products', label: 'Корзина' }] },
]
const catalogue = [
  app('tilda', { triggers: [{ key: 'form_submitted', title: 'Форма', fields: [], output }] }),
  app('bitrix24', { actions: [deal] }),
]
const act = (id: string, input?: Fields): Step => ({
  id,
  action: 'bitrix24.create_deal@1.0.0',
  input,
})
const doc: Doc = {
  zveno: 1,
  name: '',
  trigger: {
    connector: 'tilda@1.0.0',
    event: 'form_submitted',
    labels: { '$.trigger.body.utm_source': 'Откуда пришёл' },
  },
  steps: [
    act('lead'),
    {
      id: 'each',
      for_each: { path: '$.steps.lead.output.goods' },
      as: 'good',
      steps: [{ id: 'inner', for_each: { path: '$.trigger.body.rows[*]' }, steps: [] }],
    },
  ],
}
const table = new Map()
const words = { table, name: dataNames(doc, catalogue, ru.data), t: ru }
const say = (step: Step) => stepSummary(step, findAction(catalogue, step), words)
const read = (source: Source) => sourceText(source, words)

test('a field of the event is told by its own name, else by that of the connector', () => {
  expect(read({ path: '$.trigger.body.utm_source' })).toBe('Откуда пришёл')
  expect(read({ path: '$.trigger.body.phone' })).toBe('Телефон')
  expect(read({ path: '$.trigger.data.phone' })).toBe('Телефон')
  expect(read({ path: '$.trigger.body.payment.products[1]' })).toBe('Корзина 2')
})

test('what nobody named is told by the last part of its path, readably', () => {
  expect(read({ path: "$.trigger.body['Ваше имя']" })).toBe('Ваше имя')
  expect(read({ path: '$.trigger.query.promo_code' })).toBe('promo code')
  expect(pathLabel('$.trigger.body.items[0]')).toBe('items 1')
  expect(pathLabel('$.trigger.body.rows[*].order_id')).toBe('order_id')
  expect(words.name('$.trigger.body.rows[*].order_id')).toBe('order id')
  expect(words.name('$..total_sum')).toBe('total sum')
})

test('the results of steps, the items of loops and the values of every run have names', () => {
  expect(read({ path: '$.steps.lead.output.id' })).toBe('Номер сделки')
  expect(read({ path: '$.good.unit_price' })).toBe('Цена')
  expect(read({ path: '$.item' })).toBe('Элемент списка')
  expect(read({ path: '$.trigger.received_at' })).toBe('Время события')
})

test('text with pills, and code, show names and no paths', () => {
  expect(read({ template: 'Заявка: {{trigger.body.phone}}' })).toBe('Заявка: Телефон')
  const code = 'Звонок {{#if trigger.body.vip}}важный {{/if}}{{shout trigger.body.phone}}'
  expect(read({ template: code })).toBe('Звонок важный Телефон')
})

test('an action is told by the label of its field and of what is in it', () => {
  const title = { template: 'Заявка {{trigger.body.phone}}' }
  expect(say(act('a', { title, stage_id: { literal: 'NEW' } }))).toBe(
    'Название сделки: Заявка Телефон',
  )
  expect(say(act('a', { stage_id: { literal: 'NEW' } }))).toBe('Стадия: Новая')
  expect(say(act('a'))).toBe('0 из 2 полей заполнено')
})

test('a condition of a filter or of a branch is told by names', () => {
  const phone: Condition = { left: { path: '$.trigger.body.phone' }, op: 'is_not_empty' }
  const vip: Condition = {
    left: { path: '$.trigger.body.utm_source' },
    op: 'in',
    right: { literal: ['vk', 'ya'] },
  }
  expect(say({ id: 'f', filter: { all: [phone, vip] } })).toBe(
    `Телефон ${ru.condition.ops.is_not_empty} и Откуда пришёл ${ru.condition.ops.in} vk, ya`,
  )
  const arms = [{ when: phone, steps: [] }, { steps: [] }]
  expect(say({ id: 'b', branch: arms })).toBe(`Телефон ${ru.condition.ops.is_not_empty}`)
  const english = { table, name: dataNames(doc, catalogue, en.data), t: en }
  expect(conditionText({ not: phone }, english)).toBe('not: Телефон is filled')
})

test('a loop is told by the name of its list', () => {
  expect(say(doc.steps[1] as Step)).toBe('Для каждого из «Товары»')
  expect(say({ id: 'l', for_each: { path: '$.trigger.body.rows[*]' }, steps: [] })).toBe(
    'Для каждого из «rows»',
  )
})

test('names change with what steps there are, not with what is typed into them', () => {
  const typed = { ...doc, steps: [act('lead', { title: { literal: 'x' } }), ...doc.steps.slice(1)] }
  expect(namesShape(typed)).toBe(namesShape(doc))
  const renamed = { ...doc, steps: [act('deal'), ...doc.steps.slice(1)] }
  expect(namesShape(renamed)).not.toBe(namesShape(doc))
})
