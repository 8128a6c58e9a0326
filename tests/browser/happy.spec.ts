import type { Page } from '@playwright/test'
import { sendForm } from './office.ts'
import type { Stage } from './stage.ts'
import { expect, setUp, test } from './test.ts'
import { type Lang, words } from './words.ts'

// From an empty account to three effects of a Tilda form: a lead, a letter, a signed webhook.

/** The most clicks that it may take; typing is no click. */
const CLICKS = { template: 12, scratch: 25 }
/** The longest that it may take, in milliseconds, without the first account. */
const TIME = 180_000

/** Counts every press of the pointer, wherever it comes from. */
async function countClicks(page: Page): Promise<() => number> {
  let count = 0
  await page.exposeFunction('pressed', () => {
    count += 1
  })
  await page.addInitScript(() => {
    const { pressed } = globalThis as unknown as { pressed: () => void }
    addEventListener('pointerdown', () => pressed(), true)
  })
  return () => count
}

/** How the person presses: with the pointer, or with keys alone. */
interface Hand {
  press: (page: Page, role: 'button' | 'link', name: string | RegExp) => Promise<void>
  /** Puts the cursor into a field of the step. */
  field: (page: Page, label: string) => Promise<void>
}

const pointer: Hand = {
  press: (page, role, name) => page.getByRole(role, { name, exact: true }).last().click(),
  field: async (page, label) => {
    const field = page.getByRole('textbox', { name: label, exact: true })
    await field.click()
    await expect(field).toBeFocused()
  },
}

/** Goes on with Tab until it stands where it wants to be, as somebody without a mouse does. */
const keys: Hand = {
  press: async (page, role, name) => {
    await tabTo(page, role, name)
    await page.keyboard.press('Enter')
  },
  field: (page, label) => tabTo(page, 'textbox', label),
}

/** The most places between one and the next that is wanted: past all fields of the longest form here. */
const PLACES = 80
/** The page may take the focus back while something comes in, so that a place is passed again; more
 *  often than that the keys go in a circle. */
const PASSES = 2

async function tabTo(
  page: Page,
  role: 'button' | 'link' | 'textbox',
  name: string | RegExp,
): Promise<void> {
  const target = page.getByRole(role, { name, exact: true }).last()
  await expect(target).toBeEnabled()
  const passed = await page.evaluateHandle(() => new Map<Element, number>())
  for (let pressed = 0; pressed <= PLACES * PASSES; pressed += 1) {
    const { there, places, times } = await target.evaluate((wanted, passed) => {
      const now = document.activeElement ?? document.body
      const times = (passed.get(now) ?? 0) + 1
      // Nothing has the focus at the end of the page and while something makes way: that is no place.
      if (now !== document.body) passed.set(now, times)
      return { there: wanted === now, places: passed.size, times }
    }, passed)
    if (there) return
    if (places > PLACES || times > PASSES) break
    await page.keyboard.press('Tab')
  }
  const way = await passed.evaluate((all) =>
    [...all.keys()].map((e) => (e.ariaLabel ?? e.textContent ?? '').trim().slice(0, 30) || e.tagName),
  )
  throw new Error(`no way to ${name} with Tab, past ${way.join(' · ')}`)
}

interface Visit {
  page: Page
  stage: Stage
  lang: Lang
  hand: Hand
}

/** Writes into the fields of the dialog that is open, one after the other, and sends it. */
async function fill(page: Page, values: [string, string][]): Promise<void> {
  const dialog = page.getByRole('dialog')
  for (const [label, value] of values) {
    await tabTo(page, 'textbox', new RegExp(`^${label}`))
    await page.keyboard.press('Control+A')
    await page.keyboard.type(value)
  }
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
}

async function connect(v: Visit, values: [string, string][]): Promise<void> {
  const t = words[v.lang].builder
  await v.hand.press(v.page, 'button', t.connect.add)
  await fill(v.page, values)
}

async function check({ page, lang, hand }: Visit): Promise<void> {
  const t = words[lang].builder.steps
  await hand.press(page, 'button', t.panel.checkStep)
  await expect(page.getByText(t.test.ok)).toBeVisible()
}

const next = (v: Visit) => v.hand.press(v.page, 'button', /^(Далее|Next)/)

const portal = ({ stage, lang }: Visit): [string, string][] => [
  [words[lang].portal, stage.info.portal.host],
  [words[lang].code, stage.info.portal.code],
]
const mail = ({ stage, lang }: Visit): [string, string][] => [
  [words[lang].server, stage.info.mail.host],
  [words[lang].port, String(stage.info.mail.port)],
  [words[lang].user, stage.info.mail.user],
  [words[lang].password, stage.info.mail.password],
  [words[lang].from, stage.info.mail.from],
]
const receiver = ({ stage, lang }: Visit): [string, string][] => [
  [words[lang].receiver, stage.info.webhook.url],
  [words[lang].secret, stage.info.webhook.secret],
]

/** Copies the address, as for pasting it into Tilda, and sends a form there. */
async function sample(v: Visit): Promise<string> {
  const t = words[v.lang].builder
  await v.hand.press(v.page, 'button', t.trigger.copy)
  const address = await v.page.evaluate(() => navigator.clipboard.readText())
  expect(await sendForm(address, '1:1')).toBe(200)
  await expect(v.page.getByText(t.steps.state.sample).first()).toBeVisible()
  return address
}

async function turnOn({ page, lang, hand }: Visit): Promise<void> {
  const t = words[lang].builder.publish
  await hand.press(page, 'button', t.enable)
  await expect(page.getByText(t.done)).toBeVisible()
}

/** A form that is sent now becomes a lead, a letter and a webhook. */
async function worksFor(stage: Stage, address: string): Promise<void> {
  const before = await stage.effects()
  expect(await sendForm(address, '2:2', { Name: 'Пётр', Email: 'petr@firma.test' })).toBe(200)
  await expect
    .poll(async () => {
      const now = await stage.effects()
      return [now.leads, now.letters, now.webhooks].map(
        (all, i) => all.length - [before.leads, before.letters, before.webhooks][i]!.length,
      )
    })
    .toEqual([1, 1, 1])
  const { leads, letters, webhooks } = await stage.effects()
  expect(leads.at(-1)?.fields.NAME).toBe('Пётр')
  expect(leads.at(-1)?.contacts).toContain('petr@firma.test')
  expect(letters.at(-1)?.to).toEqual(['petr@firma.test'])
  expect(letters.at(-1)?.text).toContain('Пётр')
  expect(webhooks.at(-1)).toMatchObject({ signed: true, taken: true })
  expect(JSON.stringify(webhooks.at(-1)?.body)).toContain('Пётр')
}

async function byTemplate(v: Visit): Promise<string> {
  const { page, lang, hand } = v
  await hand.press(page, 'link', words[lang].template)
  await fill(page, [[words[lang].company, 'Ромашка']])
  const address = await sample(v)
  for (const account of [portal, mail, receiver]) {
    await next(v)
    await connect(v, account(v))
    await check(v)
  }
  await turnOn(v)
  return address
}

/** Adds the step that is found by what is typed. */
async function add({ page, lang, hand }: Visit, found: string, first = false): Promise<void> {
  const t = words[lang].builder.steps
  if (first) await hand.press(page, 'button', t.addFirst)
  else await hand.press(page, 'button', t.add)
  const search = page.getByRole('combobox', { name: t.pick.search })
  await expect(search).toBeFocused()
  await page.keyboard.type(found)
  const list = page.getByRole('listbox', { name: t.pick.search })
  await expect(list.getByRole('option', { selected: true })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(search).toBeHidden()
}

async function write({ page, hand }: Visit, label: string, text: string): Promise<void> {
  await hand.field(page, label)
  await page.keyboard.type(text)
}

async function fromScratch(v: Visit): Promise<string> {
  const { page, lang, hand } = v
  const w = words[lang]
  await hand.press(page, 'button', w.flows.fromScratch)
  await hand.press(page, 'button', w.builder.trigger.change)
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('tilda')
  const list = page.getByRole('listbox', { name: w.builder.steps.pick.triggerSearch })
  await expect(list.getByRole('option', { selected: true, name: /Tilda/ })).toBeVisible()
  await page.keyboard.press('Enter')
  const address = await sample(v)
  const auto = /^(Заполнить автоматически|Fill in automatically)/

  await add(v, w.lead, true)
  await connect(v, portal(v))
  await hand.press(page, 'button', auto)
  await check(v)

  await add(v, w.letter)
  await connect(v, mail(v))
  await hand.press(page, 'button', auto)
  await check(v)

  await add(v, w.webhook)
  await connect(v, receiver(v))
  await hand.press(page, 'button', auto)
  await write(v, w.type, 'form.submitted')
  await check(v)
  await turnOn(v)
  return address
}

const ways = { template: byTemplate, scratch: fromScratch }
// Each value of each kind at least once for both ways.
const MATRIX = [
  { way: 'template', lang: 'ru', colorScheme: 'light', width: 1280 },
  { way: 'template', lang: 'en', colorScheme: 'dark', width: 360 },
  { way: 'scratch', lang: 'ru', colorScheme: 'dark', width: 360 },
  { way: 'scratch', lang: 'en', colorScheme: 'light', width: 1280 },
] as const

for (const { way, lang, colorScheme, width } of MATRIX) {
  test.describe(`${way}, ${lang}, ${colorScheme}, ${width} px`, () => {
    test.use({
      locale: lang === 'ru' ? 'ru-RU' : 'en-GB',
      colorScheme,
      viewport: { width, height: width < 500 ? 740 : 800 },
      hasTouch: width < 500,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    test('a form becomes a lead, a letter and a webhook @happy', async ({ page, stage }) => {
      test.setTimeout(TIME + 30_000)
      const clicks = await countClicks(page)
      await setUp(page, stage, lang)
      const begun = Date.now()
      const before = clicks()
      const address = await ways[way]({ page, stage, lang, hand: pointer })
      expect(clicks() - before, 'clicks').toBeLessThanOrEqual(CLICKS[way])
      await worksFor(stage, address)
      expect(Date.now() - begun, 'milliseconds').toBeLessThan(TIME)
    })
  })
}

for (const way of ['template', 'scratch'] as const) {
  test.describe(`${way}, keys alone`, () => {
    test.use({ permissions: ['clipboard-read', 'clipboard-write'] })
    test('a form becomes a lead, a letter and a webhook @happy', async ({ page, stage }) => {
      test.setTimeout(TIME + 30_000)
      const clicks = await countClicks(page)
      await setUp(page, stage, 'ru')
      const begun = Date.now()
      const address = await ways[way]({ page, stage, lang: 'ru', hand: keys })
      expect(clicks(), 'presses of the pointer').toBe(0)
      await worksFor(stage, address)
      expect(Date.now() - begun, 'milliseconds').toBeLessThan(TIME)
    })
  })
}
