import { expect, sendForm, setUp, test } from './stage.ts'

test('from nothing a person comes to a flow whose address takes a form at once @happy', async ({
  page,
  stage,
}) => {
  await setUp(page, stage)
  await page.goto(`${stage.info.base}/templates`)
  await page.getByText('Tilda').first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  await dialog.locator('button[type=submit]').click()
  await expect(page).toHaveURL(/\/flows\/flw_/)

  const address = await page.getByText(/\/in\/[A-Za-z0-9_-]{22,}/).first().innerText()
  const url = address.match(/https?:\/\/\S+\/in\/[A-Za-z0-9_-]+/)?.[0]
  expect(url).toBeTruthy()
  const status = await sendForm(url as string, {
    Name: 'Иван Петров',
    Phone: '+7 900 000-00-00',
    Email: 'ivan@firma.test',
    formname: 'Заявка',
    tranid: '1:2:3',
  })
  expect(status).toBe(200)
  await expect(page.getByText('Иван Петров').first()).toBeVisible()
})

test('a person signs in, and a wrong password is refused in words', async ({ page, stage }) => {
  await setUp(page, stage)
  await page.context().clearCookies()
  await page.goto(stage.info.base)
  await page.fill('input[type=email]', 'anna@firma.test')
  await page.fill('input[type=password]', 'не-тот-пароль')
  await page.click('button[type=submit]')
  await expect(page.getByRole('alert')).toContainText('не подходят')
  await page.fill('input[type=password]', 'длинный-пароль-1')
  await page.click('button[type=submit]')
  await expect(page.locator('main h1').first()).toBeVisible()
})
