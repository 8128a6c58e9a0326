import { OWNER, PASSWORD, sendForm } from './office.ts'
import { Proxy } from './proxy.ts'
import { Stage } from './stage.ts'
import { expect, setUp, test } from './test.ts'
import { words } from './words.ts'

const t = words.ru

test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

test('behind a proxy that serves it below a path, nothing is asked for beside that path', async ({
  page,
  faults,
}) => {
  const proxy = await new Proxy('/tools/zveno').listen()
  const stage = await Stage.start(proxy.url)
  proxy.target = stage.info.base
  const beside: string[] = []
  page.on('request', (asked) => {
    const own = asked.url().startsWith(`${proxy.url}/`) || /^(data|blob):/.test(asked.url())
    if (!own) beside.push(asked.url())
  })
  try {
    // The link that the server prints has the path already.
    expect(stage.info.setup).toContain(`${proxy.url}/setup#`)
    await setUp(page, stage)

    // A flow: its address has the path, and what comes there appears through the live stream.
    await page.getByRole('button', { name: t.flows.fromScratch }).click()
    await expect(page).toHaveURL(new RegExp(`^${proxy.url}/flows/flw_`))
    await page.getByRole('button', { name: t.builder.trigger.copy, exact: true }).last().click()
    const address = await page.evaluate(() => navigator.clipboard.readText())
    expect(address).toContain(`${proxy.url}/in/`)
    expect(await sendForm(address, '1:1')).toBe(200)
    await expect(page.getByText(t.builder.steps.state.sample).first()).toBeVisible()

    // Every screen by its link, and once more as a page of its own.
    const nav = page.getByRole('navigation', { name: 'Разделы' })
    for (const [name, path] of [
      ['Обзор', 'overview'],
      ['Запуски', 'runs'],
      ['События', 'events'],
      ['Подключения', 'connections'],
      ['Подписчики', 'subscribers'],
      ['Каталог', 'catalogue'],
      ['Шаблоны', 'templates'],
    ]) {
      await nav.getByRole('link', { name, exact: true }).click()
      await expect(page).toHaveURL(`${proxy.url}/${path}`)
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    }
    await page.goto(`${proxy.url}/events`)
    await page.getByRole('link', { name: /Ждёт/ }).click()
    await expect(page.getByRole('treeitem', { name: /^Name/ })).toBeVisible()

    // Out, and in again: the sign-in pages are outside of the router.
    await page.getByRole('button', { name: /Анна/ }).click()
    await page.getByRole('menuitem', { name: 'Выйти' }).click()
    await expect(page).toHaveURL(new RegExp(`^${proxy.url}/login`))
    await page.getByRole('textbox', { name: t.access.email, exact: true }).fill(OWNER)
    await page.getByRole('textbox', { name: t.access.password, exact: true }).fill(PASSWORD)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page).toHaveURL(new RegExp(`^${proxy.url}/`))

    expect(beside).toEqual([])
    expect(proxy.strays).toEqual([])
  } finally {
    faults.rest()
    await proxy.close()
    await stage.end()
  }
})
