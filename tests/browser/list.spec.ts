import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { type FlowInfo, type Office, sendForm } from './office.ts'
import { expect, setUp, test } from './test.ts'
import { words } from './words.ts'

const t = words.ru.flows
const b = words.ru.builder

/** The list of flows on its screen. */
const rows = (page: Page) => page.getByRole('list', { name: t.title }).getByRole('listitem')

/** Chooses what is done to a flow from the menu of its row. */
async function act(page: Page, flow: string, what: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: t.more(flow), exact: true }).click()
  await page.getByRole('menuitem', { name: what }).click()
}

/** Waits until so many runs of a flow are in a state. */
const ran = (office: Office, flow: FlowInfo, state: string, count: number) =>
  expect
    .poll(async () => (await office.runs(flow.id)).filter((r) => r.state === state).length)
    .toBe(count)

test('a flow is found by a part of its name, renamed, and put into a folder and out of it', async ({
  desk: page,
  office,
}) => {
  const flow = await office.another('Ярмарка мастеров', { on: false })
  await office.another('Ярлыки на склад', { on: false })
  await page.goto(`${office.stage.info.base}/`)
  const search = page.getByRole('searchbox', { name: t.search })
  await search.fill('ярмАРК')
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText('Ярмарка мастеров')
  await expect(page).toHaveURL(/q=/)
  await search.fill('такого нет')
  await expect(rows(page)).toHaveCount(0)
  await page.getByRole('button', { name: 'Сбросить', exact: true }).click()
  await expect(search).toHaveValue('')
  await expect(page.getByRole('link', { name: 'Ярлыки на склад' })).toBeVisible()

  await act(page, flow.name, new RegExp(t.rename))
  const dialog = page.getByRole('dialog', { name: t.rename })
  await dialog.getByRole('textbox', { name: t.name, exact: true }).fill('Ярмарка весной')
  await dialog.getByRole('combobox', { name: t.folder }).fill('Ярмарки')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()

  const folder = page.getByRole('combobox', { name: t.folder })
  await folder.selectOption('Ярмарки')
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText('Ярмарка весной')
  // The address of the page keeps the filter.
  await page.reload()
  await expect(folder).toHaveValue('Ярмарки')
  await expect(rows(page)).toHaveCount(1)

  await act(page, 'Ярмарка весной', new RegExp(t.rename))
  await dialog.getByRole('combobox', { name: t.folder }).fill('')
  await dialog.getByRole('button', { name: 'Сохранить', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(rows(page)).toHaveCount(0)
  await page.getByRole('button', { name: 'Сбросить', exact: true }).click()
  await expect(page.getByRole('link', { name: 'Ярмарка весной' })).toBeVisible()
  // A folder is there as long as something is in it.
  await expect(page.getByRole('option', { name: 'Ярмарки' })).toHaveCount(0)
  expect(await office.owner.get(`/flows/${flow.id}`)).toMatchObject({
    name: 'Ярмарка весной',
    folder: null,
  })
})

/** Gives a flow a step that needs no account, and turns it on. */
async function turnOnNote(page: Page, base: string, id: string): Promise<FlowInfo> {
  const ask = async <T>(method: string, path: string, more: object = {}): Promise<T> => {
    const headers = { origin: base, ...('headers' in more ? (more.headers as object) : {}) }
    const answer = await page.request.fetch(`${base}/api/v1${path}`, { method, ...more, headers })
    const text = await answer.text()
    expect(answer.ok(), text).toBe(true)
    return (text ? JSON.parse(text) : undefined) as T
  }
  const flow = await ask<FlowInfo>('GET', `/flows/${id}`)
  const steps = [{ id: 'note', set: { client: { path: '$.trigger.body.Name' } } }]
  await ask('PATCH', `/flows/${id}/draft`, {
    headers: { 'if-match': flow.draft.etag },
    data: { doc: { ...flow.draft.doc, steps } },
  })
  await ask('POST', `/flows/${id}/publish`)
  return flow
}

test('an exported flow is imported elsewhere as a draft that asks for its accounts', async ({
  desk: page,
  office,
  stage: elsewhere,
}) => {
  const flow = await office.another('Уходит файлом', { on: true })
  await page.goto(`${office.stage.info.base}/`)
  const download = page.waitForEvent('download')
  await act(page, flow.name, t.export)
  const file = await download
  expect(file.suggestedFilename()).toBe('Уходит файлом.yaml')
  const text = await readFile(await file.path(), 'utf8')
  // Accounts are named in it, their keys and numbers stay here.
  expect(text).toContain(office.stage.info.portal.host)
  for (const own of [...Object.values(office.connections), office.stage.info.portal.code])
    expect(text).not.toContain(own)

  await setUp(page, elsewhere)
  await page.getByRole('button', { name: t.importFile }).click()
  const dialog = page.getByRole('dialog', { name: t.importTitle })
  const go = dialog.getByRole('button', { name: t.importButton })
  await expect(go).toBeDisabled()
  await dialog.getByLabel(t.importFileLabel, { exact: true }).setInputFiles({
    name: file.suggestedFilename(),
    mimeType: 'application/yaml',
    buffer: Buffer.from(text),
  })
  await expect(dialog.getByRole('textbox', { name: t.importPaste })).toHaveValue(text)
  await go.click()
  await expect(page.getByRole('textbox', { name: b.name })).toHaveValue(flow.name)

  const turnOn = page.getByRole('button', { name: b.publish.enable })
  const missing = page.getByRole('dialog', { name: b.publish.missingTitle })
  const asked = (app: string) =>
    missing.getByRole('button', { name: b.steps.missing.connection(app) })
  await turnOn.click()
  for (const app of ['Битрикс24', 'Электронная почта', 'Исходящий вебхук'])
    await expect(asked(app)).toBeVisible()
  // The first of them, connected from there.
  await asked('Битрикс24').click()
  await expect(page.getByRole('button', { name: b.connect.add })).toBeFocused()
  await page.keyboard.press('Enter')
  const connect = page.getByRole('dialog', { name: /Битрикс24/ })
  const { portal } = elsewhere.info
  await connect.getByLabel(/^Портал/).fill(portal.host)
  await connect.getByLabel(/^Код вебхука/).fill(portal.code)
  await page.keyboard.press('Enter')
  await expect(connect).toBeHidden()
  await turnOn.click()
  await expect(asked('Исходящий вебхук')).toBeVisible()
  await expect(asked('Битрикс24')).toHaveCount(0)
})

test('a file that is no flow is imported to nothing, one of another shape says what is wrong', async ({
  desk: page,
  office,
  faults,
}) => {
  faults.expect(/status of 422/)
  await page.goto(`${office.stage.info.base}/`)
  await page.getByRole('button', { name: t.newFlow }).click()
  await page.getByRole('menuitem', { name: t.importFile }).click()
  const dialog = page.getByRole('dialog', { name: t.importTitle })
  const pasted = dialog.getByRole('textbox', { name: t.importPaste })
  await pasted.fill('zveno: [')
  await dialog.getByRole('button', { name: t.importButton }).click()
  await expect(pasted).toHaveAttribute('aria-invalid', 'true')
  await expect(pasted).toHaveAccessibleDescription(/не читается как YAML или JSON/)

  await pasted.fill('zveno: 1\nname: Битый файл\nstepz: []\n')
  await dialog.getByRole('button', { name: t.importButton }).click()
  await expect(page.getByText(b.unreadable.title('Битый файл'))).toBeVisible()
  await expect(page.getByRole('list', { name: b.unreadable.problems })).toContainText('stepz')
  await page.getByRole('link', { name: b.unreadable.back }).click()
  await act(page, 'Битый файл', t.delete)
  const sure = page.getByRole('dialog', { name: t.deleteTitle('Битый файл') })
  await sure.getByRole('textbox').fill('Битый файл')
  await page.keyboard.press('Enter')
  await expect(sure).toBeHidden()
  await expect(page.getByRole('link', { name: 'Битый файл' })).toHaveCount(0)
})

test('the day of a flow is told by its number, and its errors lead to those runs', async ({
  desk: page,
  office,
}) => {
  const flow = await office.another('День с ошибкой', { on: true })
  const quiet = await office.another('Тихий день', { on: true })
  for (const n of [1, 2]) expect(await sendForm(flow.hook_url, `${flow.id}:${n}`)).toBe(200)
  await ran(office, flow, 'succeeded', 2)
  await office.stage.ask({ do: 'portal', times: 1, error: 'access' })
  expect(await sendForm(flow.hook_url, `${flow.id}:3`)).toBe(200)
  await ran(office, flow, 'failed', 1)

  await page.goto(`${office.stage.info.base}/?q=${encodeURIComponent('день')}`)
  const row = rows(page).filter({ hasText: flow.name })
  await expect(row.getByRole('img', { name: t.chart(3), exact: true })).toBeVisible()
  // A day on which nothing came is not drawn.
  await expect(rows(page).filter({ hasText: quiet.name })).toContainText(t.noEvents)
  await expect(
    rows(page).filter({ hasText: quiet.name }).getByRole('img', { name: /24 часа/ }),
  ).toHaveCount(0)

  await row.getByRole('link', { name: t.failed(1), exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Запуски' })).toBeVisible()
  const run = page.getByRole('main').getByRole('link', { name: flow.name })
  await expect(run).toHaveCount(1)
  await run.click()
  const [failed] = (await office.runs(flow.id)).filter((r) => r.state === 'failed')
  await expect(page).toHaveURL(new RegExp(`/runs/${failed?.id}`))
})

test('the first steps of an empty account are ticked as each of them is done', async ({
  page,
  stage,
  faults,
}) => {
  await setUp(page, stage)
  const list = page.getByRole('region', { name: t.checklist })
  const item = (text: string) => list.getByRole('listitem').filter({ hasText: text })
  const done = (text: string) => item(text).getByRole('img', { name: t.checkDone })
  const home = () => page.getByRole('link', { name: t.title, exact: true }).first().click()
  await expect(list).toContainText(t.checklistDone(0, 4))

  await item(t.checkMail).getByRole('link').click()
  const { mail } = stage.info
  const fields: [string, string][] = [
    ['Сервер', mail.host],
    ['Порт', String(mail.port)],
    ['Пользователь', mail.user],
    ['Пароль', mail.password],
    ['Отправитель', mail.from],
  ]
  const main = page.getByRole('main')
  for (const [label, value] of fields) await main.getByLabel(label, { exact: true }).fill(value)
  await main.getByRole('combobox', { name: 'Шифрование' }).selectOption(mail.security)
  await main.getByRole('button', { name: 'Сохранить', exact: true }).click()
  await expect(page.getByText('Сохранено')).toBeVisible()
  await home()
  await expect(done(t.checkMail)).toBeVisible()
  await expect(list).toContainText(t.checklistDone(1, 4))

  await main.getByRole('button', { name: t.fromScratch }).click()
  await expect(page.getByRole('textbox', { name: b.name })).toHaveValue(t.untitled)
  const id = /flw_\w+/.exec(page.url())?.[0]
  await page.getByRole('link', { name: b.back }).click()
  await expect(done(t.checkFlow)).toBeVisible()
  await expect(list).toContainText(t.checklistDone(2, 4))
  // What is not found is not gone.
  await page.getByRole('searchbox', { name: t.search }).fill('такого нет')
  await expect(rows(page)).toHaveCount(0)
  await expect(done(t.checkFlow)).toBeVisible()
  await expect(list).toContainText(t.checklistDone(2, 4))

  // The first run comes from outside, and nobody presses anything here.
  const flow = await turnOnNote(page, stage.info.base, String(id))
  expect(await sendForm(flow.hook_url, '1:1')).toBe(200)
  await expect(done(t.checkRun)).toBeVisible()
  await expect(list).toContainText(t.checklistDone(3, 4))

  await item(t.checkAddress).getByRole('link').click()
  await main.getByLabel('Публичный адрес').fill('http://zveno.firma.test')
  await main.getByRole('button', { name: 'Сохранить', exact: true }).click()
  await expect(main.getByText(/http:\/\/zveno\.firma\.test.*перезапустят/)).toBeVisible()
  await home()
  await expect(list).toContainText(t.checklistDone(3, 4))
  // The stream is cut while the server is away.
  faults.rest()
  await stage.ask({ do: 'restart' })
  await page.goto(`${stage.info.base}/`)
  await expect(page.getByRole('link', { name: t.untitled })).toBeVisible()
  await expect(list).toHaveCount(0)
})
