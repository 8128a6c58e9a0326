import { sendForm } from './office.ts'
import { expect, signIn, test } from './test.ts'

test('a cut stream is told, the list goes on by asking, and the stream comes back', async ({
  page,
  own,
  faults,
}) => {
  // The browser complains of each try; the page says it in words.
  faults.expect(/ERR_FAILED|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|net::/)
  await signIn(page, own.owner)
  await page.goto(`${own.stage.info.base}/runs`)
  await expect(page.getByText('Запусков ещё не было')).toBeVisible()
  const told = page.getByText('Живая лента прервалась')
  await expect(told).toBeHidden()

  await page.route('**/api/v1/stream**', (route) => route.abort())
  await own.stage.ask({ do: 'restart' })
  await expect(told).toBeVisible()
  expect(await sendForm(own.flow.hook_url, 'cut:1')).toBe(200)
  await expect(page.getByRole('link', { name: own.flow.name })).toBeVisible()
  await expect(told).toBeVisible()

  await page.unroute('**/api/v1/stream**')
  await expect(told).toBeHidden()
  expect(await sendForm(own.flow.hook_url, 'cut:2')).toBe(200)
  const fresh = page.getByRole('button', { name: /1 новый/ })
  const rows = page.getByRole('link', { name: own.flow.name })
  await expect(fresh.or(rows.nth(1)).first()).toBeVisible()
})
