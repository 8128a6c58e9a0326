import type { FlowInfo, Office } from './office.ts'
import { expect, signIn, test } from './test.ts'
import { words } from './words.ts'

// A trigger that registers itself at its service: no address to paste, a real event all the same.

const { listen } = words.ru.builder.trigger
const BOT = 'Telegram'

/** What the bot was told by the product. */
interface Told {
  webhook: { url: string; secret_token: string } | null
}

/** A draft that starts with a message to a bot; it has no account yet. */
const draft = (office: Office) =>
  office.owner.post<FlowInfo>('/flows', {
    name: 'Сообщения боту',
    doc: {
      zveno: 1,
      name: 'Сообщения боту',
      trigger: { connector: 'telegram@1.0.0', event: 'message' },
      steps: [],
    },
  })

/** Somebody writes to the bot; Telegram passes it on to where it was told. */
async function write({ webhook }: Told, text: string): Promise<number> {
  const message = {
    message_id: 7,
    date: 1_766_000_000,
    from: { id: 42, is_bot: false, first_name: 'Иван' },
    chat: { id: 42, type: 'private', first_name: 'Иван' },
    text,
  }
  const answer = await fetch(webhook?.url ?? '', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': webhook?.secret_token ?? '',
    },
    body: JSON.stringify({ update_id: 1001, message }),
  })
  return answer.status
}

test('a draft waits for a real event, and what comes becomes the sample', async ({
  page,
  own,
}) => {
  await signIn(page, own.owner)
  const { stage } = own
  const flow = await draft(own)
  await page.goto(`${stage.info.base}/flows/${flow.id}?step=trigger`)
  const wait = page.getByRole('button', { name: listen.start })
  // Nobody can be told before it is known through whom.
  await wait.click()
  await expect(page.getByText(listen.noAccount(BOT))).toBeVisible()
  await page.getByRole('button', { name: words.ru.builder.connect.add }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Токен бота' }).fill(stage.info.bot.token)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  expect(await stage.ask<Told>({ do: 'bot' })).toEqual({ webhook: null })

  await wait.click()
  await expect(page.getByText(listen.states.listening, { exact: true })).toBeVisible()
  const until = page.getByText(listen.until(BOT, '').split(' до ')[0] ?? '')
  await expect(until).toBeVisible()
  const said = await until.textContent()
  // The end of the hour is known to the server, not only to this page.
  await page.reload()
  await expect(until).toHaveText(said ?? '')
  await expect(page.getByRole('button', { name: listen.again })).toBeVisible()

  const told = await stage.ask<Told>({ do: 'bot' })
  expect(await write(told, 'Здравствуйте, сколько стоит доставка?')).toBe(200)
  const arrived = page.getByRole('list', { name: words.ru.builder.trigger.arrived })
  await expect(arrived.getByRole('radio')).toBeChecked()
  await expect(page.getByText(/сколько стоит доставка/).first()).toBeVisible()
  // Nothing runs before the flow is on; then the address stays for good.
  expect(await own.runs(flow.id)).toEqual([])
})

test('a service that does not take the address says why', async ({
  page,
  own,
}) => {
  await signIn(page, own.owner)
  const { stage } = own
  const { token } = stage.info.bot
  const bot = { connector: 'telegram', method: 'bot', fields: { token } }
  const { id: connection } = await own.owner.post<{ id: string }>('/connections', bot)
  const flow = await draft(own)
  const { trigger } = flow.draft.doc as { trigger: object }
  await own.change(flow, { trigger: { ...trigger, connection } })
  await page.goto(`${stage.info.base}/flows/${flow.id}?step=trigger`)
  await stage.ask({ do: 'bot', refuse: 'bad webhook: HTTPS url must be provided for webhook' })
  await page.getByRole('button', { name: listen.start }).click()
  await expect(page.getByText(/адрес не принят: .*HTTPS url must be provided/)).toBeVisible()
  // One call was refused; nobody waits for the server's own next try.
  await page.getByRole('button', { name: listen.retry }).click()
  await expect(page.getByText(listen.states.listening, { exact: true })).toBeVisible()
})
