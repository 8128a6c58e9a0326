import { createHmac } from 'node:crypto'
import type { FlowInfo, Office } from './office.ts'
import { expect, test } from './test.ts'

const KEY = 'ключ-подписи-партнёра'

/** A flow that is on and takes only what its partner has signed. */
async function signedFlow(office: Office, name: string): Promise<FlowInfo> {
  const flow = await office.owner.post<FlowInfo>('/flows', {
    name,
    doc: {
      zveno: 1,
      name,
      trigger: {
        connector: 'webhook@1.0.0',
        event: 'request',
        input: {
          check: { literal: 'signature' },
          name: { literal: 'X-Signature' },
          secret: { secret: 'key' },
        },
      },
      steps: [{ id: 'note', set: { client: { path: '$.trigger.body.client' } } }],
    },
  })
  await office.owner.ask('PUT', `/flows/${flow.id}/secrets/key`, { value: KEY })
  await office.owner.post(`/flows/${flow.id}/publish`)
  return flow
}

/** Sends what a partner sends, signed with a key; the status of the answer. */
async function sendSigned(address: string, key: string, client: string): Promise<number> {
  const body = JSON.stringify({ client, note: "it's" })
  const signature = createHmac('sha256', key).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-signature': signature }
  return (await fetch(address, { method: 'POST', headers, body })).status
}

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

test('a wrong signature is rejected, explained in words, copied as curl and kept as the sample', async ({
  desk: page,
  office,
}) => {
  const flow = await signedFlow(office, 'Заказы партнёра')
  const { base } = office.stage.info
  expect(await sendSigned(flow.hook_url, 'чужой ключ', 'Ольга')).toBe(401)

  await page.goto(`${base}/events?flow=${flow.id}`)
  const main = page.getByRole('main')
  await page.getByRole('combobox', { name: 'Итог' }).selectOption('rejected')
  await expect(page).toHaveURL(/verdict=rejected/)
  const row = main.getByRole('link', { name: /Отклонено/ })
  await expect(row).toHaveCount(1)
  await expect(row).toContainText('x-signature не соответствует секрету')
  await row.click()
  await expect(main.getByText('Не принят: не подошла подпись или ключ.')).toBeVisible()
  await expect(main.getByText('401', { exact: true })).toBeVisible()
  await expect(main.getByRole('treeitem', { name: /^client/ })).toContainText('Ольга')
  expect(await office.runs(flow.id)).toEqual([])

  await main.getByRole('button', { name: 'Скопировать как curl' }).click()
  await expect(main.getByRole('button', { name: 'Скопировано' })).toBeVisible()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toContain(`curl -X 'POST' '${flow.hook_url}'`)
  expect(command).toContain("-H 'content-type: application/json'")
  // A quote in the data ends no word of the shell.
  expect(command).toContain(String.raw`--data-binary '{"client":"Ольга","note":"it'\''s"}'`)

  await main.getByRole('button', { name: 'Взять как образец' }).click()
  await page.getByRole('button', { name: 'Открыть сценарий' }).click()
  await expect(page).toHaveURL(new RegExp(`/flows/${flow.id}`))
  await page.goto(`${base}/flows/${flow.id}?step=trigger`)
  await expect(page.getByText('Поля образца')).toBeVisible()
  await expect(page.getByRole('definition').filter({ hasText: 'Ольга' })).toBeVisible()

  expect(await sendSigned(flow.hook_url, KEY, 'Ирина')).toBe(200)
  await expect.poll(async () => (await office.runs(flow.id))[0]?.state).toBe('succeeded')
})
