import { expect, test } from './test.ts'
import { words } from './words.ts'

const t = words.ru.flows

test('a flow is switched off and on by undo, copied, and deleted only by its name', async ({
  desk: page,
  office,
}) => {
  const flow = await office.another('Под нож', { on: true })
  const { owner } = office
  const state = async () => (await owner.get<{ state: string }>(`/flows/${flow.id}`)).state
  const named = async () =>
    (await owner.get<{ items: { name: string }[] }>('/flows')).items
      .map((each) => each.name)
      .filter((name) => name.startsWith(flow.name))
  await page.goto(`${office.stage.info.base}/`)

  await page.getByRole('switch', { name: t.turnOff(flow.name) }).click()
  await expect(page.getByText(t.turnedOff)).toBeVisible()
  await expect.poll(state).toBe('paused')
  await page.getByRole('button', { name: 'Отменить', exact: true }).click()
  await expect(page.getByRole('switch', { name: t.turnOff(flow.name) })).toBeVisible()
  await expect.poll(state).toBe('on')

  const act = async (what: string) => {
    await page.getByRole('button', { name: t.more(flow.name), exact: true }).click()
    await page.getByRole('menuitem', { name: what }).click()
  }
  await act(t.duplicate)
  await expect.poll(async () => (await named()).length).toBe(2)

  await page.goto(`${office.stage.info.base}/`)
  await act(t.delete)
  const dialog = page.getByRole('dialog', { name: t.deleteTitle(flow.name) })
  const sure = dialog.getByRole('button', { name: t.deleteButton })
  await expect(sure).toBeDisabled()
  await dialog.getByRole('textbox').fill('Под но')
  await expect(sure).toBeDisabled()
  await dialog.getByRole('textbox').fill(flow.name)
  await sure.click()
  await expect(dialog).toBeHidden()
  expect(await named()).toHaveLength(1)
  expect((await owner.http.get(`/api/v1/flows/${flow.id}`)).status()).toBe(404)
})
