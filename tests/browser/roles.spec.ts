import { expect, signIn, test } from './test.ts'

test('a viewer looks at everything and changes nothing', async ({ page, office, faults }) => {
  faults.expect(/status of 403/)
  const viewer = await office.invite('viewer', 'Вера')
  await signIn(page, viewer)
  const { base } = office.stage.info
  const main = page.getByRole('main')
  const open = async (path: string) => {
    await page.goto(base + path)
    await expect(main.getByRole('heading', { level: 1 })).toBeVisible()
  }
  await open('/')
  await expect(main.getByRole('link', { name: office.flow.name }).first()).toBeVisible()
  await expect(main.getByRole('button', { name: 'Новый сценарий' })).toHaveCount(0)
  for (const each of await main.getByRole('switch').all()) await expect(each).toBeDisabled()
  await open(`/flows/${office.flow.id}?step=lead`)
  await expect(page.getByText('Можно смотреть, но не менять')).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Название сценария' })).not.toBeEditable()
  await expect(page.getByRole('button', { name: 'Добавить шаг' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Поставить на паузу' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Проверить шаг' })).toBeDisabled()
  await open('/runs')
  await expect(main.getByRole('checkbox')).toHaveCount(0)
  await open('/connections')
  await expect(main.getByRole('button', { name: 'Подключить аккаунт' })).toHaveCount(0)
  await expect(main.getByRole('button', { name: 'Проверить' })).toHaveCount(0)
  await open('/templates?use=tilda_crm_mail_webhook')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await open('/settings/people')
  await expect(main.getByRole('button', { name: 'Пригласить' })).toHaveCount(0)

  const changes: [string, string, unknown?][] = [
    ['POST', '/flows', { name: 'Чужой' }],
    ['PATCH', `/flows/${office.flow.id}`, { name: 'Чужой' }],
    ['POST', `/flows/${office.flow.id}/pause`],
    ['DELETE', `/flows/${office.flow.id}`],
    ['POST', '/replays', { filter: {}, dry_run: false }],
    ['DELETE', `/connections/${office.connections.crm}`],
    ['PUT', '/settings/retention', {}],
    ['POST', '/invitations', { role: 'owner' }],
  ]
  for (const [method, path, data] of changes) {
    const answer = await viewer.http.fetch(`/api/v1${path}`, { method, data })
    expect(answer.status(), `${method} ${path}`).toBe(403)
  }
})
