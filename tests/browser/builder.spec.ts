import { type FlowInfo, sendForm } from './office.ts'
import { expect, test } from './test.ts'
import { words } from './words.ts'

test('a flow that is changed in two tabs at once loses nothing', async ({
  desk: first,
  office,
  context,
  faults,
}) => {
  // The server refuses the draft that was overtaken; that is how the tab knows.
  faults.expect(/status of 412/)
  const flow = await office.another('Две вкладки', { on: false })
  const second = await context.newPage()
  const url = `${office.stage.info.base}/flows/${flow.id}`
  const name = (page: typeof first) => page.getByRole('textbox', { name: 'Название сценария' })
  for (const page of [first, second]) {
    await page.goto(url)
    await expect(name(page)).toHaveValue('Две вкладки')
  }
  await name(first).fill('Из первой')
  await expect(first.getByRole('status').filter({ hasText: 'Сохранено' })).toBeVisible()
  await expect
    .poll(async () => (await office.owner.get<{ name: string }>(`/flows/${flow.id}`)).name)
    .toBe('Из первой')

  await name(second).fill('Из второй')
  const dialog = second.getByRole('dialog', { name: 'Сценарий изменили в другом месте' })
  await dialog.getByRole('button', { name: 'Показать отличия' }).click()
  await expect(dialog.getByText('Из первой')).toBeVisible()
  await expect(dialog.getByText('Из второй')).toBeVisible()
  await dialog.getByRole('button', { name: 'Взять ту версию' }).click()
  await expect(name(second)).toHaveValue('Из первой')
  // What was written here is one step back, not gone.
  await second.getByRole('button', { name: 'Отменить', exact: true }).click()
  await expect(name(second)).toHaveValue('Из второй')
  await expect
    .poll(async () => (await office.owner.get<{ name: string }>(`/flows/${flow.id}`)).name)
    .toBe('Из второй')
})

test('an event that waited is processed when somebody says so', async ({ desk: page, office }) => {
  const flow = await office.another('Ждущее событие', { on: false })
  expect(await sendForm(flow.hook_url, 'held:1', { Name: 'Ждущий' })).toBe(200)
  await page.goto(`${office.stage.info.base}/flows/${flow.id}`)
  await page.getByRole('button', { name: 'Включить', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '1 событие ждало' })
  expect(await office.runs(flow.id)).toEqual([])
  await dialog.getByRole('button', { name: 'Обработать 1' }).click()
  await expect(dialog).toBeHidden()
  await expect.poll(async () => (await office.runs(flow.id))[0]?.state).toBe('succeeded')
  const { leads } = await office.stage.effects()
  expect(leads.map((each) => each.fields.NAME)).toContain('Ждущий')
})

test('a request with a wrong key is found in the inspector with its reason', async ({
  desk: page,
  office,
}) => {
  const flow = await office.another('С ключом', { on: false })
  await page.goto(`${office.stage.info.base}/flows/${flow.id}?step=trigger`)
  await page.getByText('Защита, ответ, повторы').click()
  await page.getByRole('button', { name: 'Задать' }).click()
  await page.getByRole('textbox', { name: 'Ключ API' }).fill('ключ-от-формы')
  await page.getByRole('button', { name: 'Сохранить', exact: true }).click()
  await expect(page.getByText('Задан и хранится зашифрованным')).toBeVisible()
  await page.getByRole('button', { name: 'Включить', exact: true }).click()
  await expect(page.getByText('Включено. Новые события обрабатываются.')).toBeVisible()

  expect(await sendForm(flow.hook_url, 'key:1')).toBe(401)
  await page.goto(`${office.stage.info.base}/events?flow=${flow.id}`)
  await page.getByRole('link', { name: /Отклонено/ }).click()
  const main = page.getByRole('main')
  await expect(main.getByText('Не принят: не подошла подпись или ключ.')).toBeVisible()
  await expect(main.getByText('api_key').first()).toBeVisible()
  await expect(main.getByText('401')).toBeVisible()
  expect(await office.runs(flow.id)).toEqual([])
})

test('a step is checked with Ctrl and Enter from any of its fields', async ({
  desk: page,
  office,
}) => {
  const { steps } = words.ru.builder
  const flow = await office.another('С клавиатуры', { on: false })
  const [first] = flow.draft.doc.steps as { id: string }[]
  await page.goto(`${office.stage.info.base}/flows/${flow.id}?step=${first?.id}`)
  await expect(page.getByRole('button', { name: steps.panel.checkStep })).toHaveAttribute(
    'aria-keyshortcuts',
    'Control+Enter Meta+Enter',
  )
  const before = (await office.stage.effects()).leads.length
  await page.getByRole('textbox', { name: 'Название', exact: true }).focus()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText(steps.test.ok)).toBeVisible()
  expect((await office.stage.effects()).leads).toHaveLength(before + 1)
  // Once more from where the keys are now.
  await page.keyboard.press('Control+Enter')
  await expect.poll(async () => (await office.stage.effects()).leads.length).toBe(before + 2)
  // The keys wrote nothing into the field.
  const { draft } = await office.owner.get<FlowInfo>(`/flows/${flow.id}`)
  expect(draft.doc).toEqual(flow.draft.doc)
})

test('a card tells fields and data by their names', async ({ desk: page, office }) => {
  const flow = await office.another('С именами', { on: false })
  const phone = { path: '$.trigger.body.client_phone' }
  const labels = { '$.trigger.body.client_phone': 'Телефон клиента' }
  await office.change(flow, {
    trigger: { ...(flow.draft.doc.trigger as object), labels },
    steps: [{ id: 'only', filter: { left: phone, op: 'is_not_empty' } }],
  })
  await page.goto(`${office.stage.info.base}/flows/${flow.id}`)
  const card = page.getByRole('button', { name: /^Шаг 1 из 1/ })
  await expect(card).toContainText('Телефон клиента')
  await expect(card).not.toContainText('client_phone')
})
