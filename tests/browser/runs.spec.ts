import { type Office, sendForm } from './office.ts'
import { expect, signIn, test } from './test.ts'

/** Sends forms that the portal refuses, and waits until their runs have failed. */
async function fail(office: Office, flow: { id: string; hook_url: string }, times: number) {
  for (let sent = 0; sent < times; sent += 1) {
    await office.stage.ask({ do: 'portal', times: 1, error: 'access' })
    expect(await sendForm(flow.hook_url, `${flow.id}:${sent}`)).toBe(200)
    await expect
      .poll(async () => (await office.runs(flow.id)).filter((r) => r.state === 'failed').length)
      .toBe(sent + 1)
  }
}

test('a broken connection is explained, connected again from there, and the run goes on', async ({
  page,
  own,
}) => {
  await signIn(page, own.owner)
  await own.stage.ask({ do: 'code', valid: false })
  expect(await sendForm(own.flow.hook_url, '1:1')).toBe(200)

  await page.goto(`${own.stage.info.base}/runs`)
  await page.getByRole('link', { name: own.flow.name }).click()
  await expect(page.getByText('Подключение больше не работает; подключите заново.')).toBeVisible()
  await expect(page.getByText('доступ к сервису')).toBeVisible()
  const run = page.url()
  // The editor says it too, and connects it right there.
  await page.goto(`${own.stage.info.base}/flows/${own.flow.id}?step=lead`)
  await page.getByRole('button', { name: 'Переподключить' }).click()
  await expect(page.getByRole('dialog')).toContainText('firma.bitrix24.ru')
  await page.goto(run)
  await page.getByRole('link', { name: 'Проверить подключение и повторить' }).click()

  // It leads to that very connection, not to the list of all.
  await own.stage.ask({ do: 'code', valid: true })
  await expect(page.getByRole('dialog')).toContainText('firma.bitrix24.ru')
  await page.getByLabel('Код вебхука').fill(own.stage.info.portal.code)
  await page.getByRole('button', { name: 'Проверить и сохранить' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByText('Работает', { exact: true }).first()).toBeVisible()

  await page.goto(run)
  await expect(page.getByRole('main').getByText('Успешно')).toBeVisible()
  const { leads, letters, webhooks } = await own.stage.effects()
  expect([leads.length, letters.length, webhooks.length]).toEqual([1, 1, 1])
})

test('a failed run is replayed to success, and each of the two leads to the other', async ({
  desk: page,
  office,
}) => {
  const flow = await office.another('Повтор', { on: true })
  await fail(office, flow, 1)
  await page.goto(`${office.stage.info.base}/runs?flow=${flow.id}`)
  // The step is called as people call it.
  await expect(page.getByText('Лид в Битрикс24: Сервис отклонил запрос.')).toBeVisible()
  await page.getByRole('link', { name: 'Повтор' }).click()
  await expect(page.getByText('Сервис отклонил запрос.')).toBeVisible()
  await expect(page.getByText('другой сервис')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Исправить шаг и повторить' })).toBeVisible()
  const failed = page.url()
  await page.getByRole('button', { name: 'Повторить с шага с ошибкой' }).click()
  await page.getByRole('button', { name: 'Открыть', exact: true }).click()
  await expect(page.getByRole('link', { name: /Повтор запуска/ })).toBeVisible()
  expect(page.url()).not.toBe(failed)
  await expect(page.getByRole('main').getByText('Успешно')).toBeVisible()
  const replay = page.url()
  await page.getByRole('link', { name: /Повтор запуска/ }).click()
  await expect(page).toHaveURL(failed)
  await page.getByText('Повторы этого запуска').locator('..').getByRole('link').click()
  await expect(page).toHaveURL(replay)
})

test('all failed runs are replayed at once, counted beforehand', async ({ desk: page, office }) => {
  const flow = await office.another('Много ошибок', { on: true })
  await fail(office, flow, 3)
  await page.goto(`${office.stage.info.base}/runs?flow=${flow.id}&state=failed`)
  await page.getByRole('button', { name: 'Повторить все найденные' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Будут повторены 3 запуска')).toBeVisible()
  expect((await office.runs(flow.id)).length).toBe(3)
  await dialog.getByRole('button', { name: 'Повторить 3 запуска' }).click()
  await expect(dialog).toBeHidden()
  await expect
    .poll(async () => (await office.runs(flow.id)).filter((r) => r.state === 'succeeded').length)
    .toBe(3)
  await page.goto(`${office.stage.info.base}/runs?flow=${flow.id}&state=succeeded`)
  await expect(page.getByRole('link', { name: 'Много ошибок' })).toHaveCount(3)
})

test('markup in an event is shown as text', async ({ desk: page, office }) => {
  const flow = await office.another('Разметка', { on: true })
  const markup = '<img src=x onerror="document.title=1"><b>жирный</b>'
  expect(await sendForm(flow.hook_url, 'm:1', { Name: markup })).toBe(200)
  await expect.poll(async () => (await office.runs(flow.id))[0]?.state).toBe('succeeded')

  await page.goto(`${office.stage.info.base}/events?flow=${flow.id}`)
  await page.getByRole('link', { name: /Разметка/ }).click()
  await expect(page.getByRole('treeitem', { name: /^Name/ })).toContainText(markup)
  await expect(page.locator('main img, main b')).toHaveCount(0)
  await page.getByRole('link', { name: 'Открыть запуск' }).click()
  await page.getByRole('tab', { name: 'Отправлено' }).click()
  await expect(page.getByRole('treeitem', { name: /^name/ })).toContainText(markup)
  await expect(page.locator('main img, main b')).toHaveCount(0)
  await expect(page).not.toHaveTitle('1')
})
