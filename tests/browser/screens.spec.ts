import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { SCREENS, type Screen, settled, visit } from './screens.ts'
import { expect, setUp, signIn, test } from './test.ts'
import type { Lang } from './words.ts'

// Every screen, empty and filled: axe finds nothing, the console is silent, nothing scrolls
// sideways at 360 px, and no text is left in the other language.

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const WAYS = [
  { colorScheme: 'light', lang: 'ru', width: 1280 },
  { colorScheme: 'dark', lang: 'en', width: 360 },
] as const
const softly = expect.configure({ soft: true, timeout: 2_000 })
/** Screens that have something to say where there is nothing yet. */
const EMPTY = [
  '',
  'overview',
  'runs',
  'events',
  'events?tab=temporary',
  'connections',
  'subscribers',
  'subscribers?tab=types',
]
/** How many tests share the screens, so that they run side by side. */
const PARTS = 4

for (const { colorScheme, lang, width } of WAYS) {
  const use = {
    locale: lang === 'ru' ? 'ru-RU' : 'en-GB',
    colorScheme,
    viewport: { width, height: 800 },
    contextOptions: { reducedMotion: 'reduce' },
  } as const
  test.describe(`${colorScheme}, ${lang}, ${width} px`, () => {
    test.use(use)
    for (let part = 0; part < PARTS; part += 1) {
      const mine = SCREENS.filter((_, at) => at % PARTS === part)
      test(`filled screens, part ${part + 1}`, async ({ page, furnished }) => {
        await signIn(page, furnished.office.owner)
        await speak(page, lang)
        for (const screen of mine) {
          await test.step(screen.name, async () => {
            await visit(page, screen, furnished, lang)
            await inspect(page, screen, lang, furnished.data)
          })
        }
      })
    }
    test('empty screens', async ({ page, stage }) => {
      await page.goto(`${stage.info.base}/login`)
      await inspect(page, { name: 'login' }, lang, [])
      await page.goto(stage.info.setup)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await inspect(page, { name: 'setup' }, lang, [])
      await setUp(page, stage, lang)
      for (const path of EMPTY)
        await test.step(path || 'flows', async () => {
          await page.goto(`${stage.info.base}/${path}`)
          await settled(page)
          await inspect(page, { name: path || 'flows' }, lang, ['Анна', 'А'])
        })
    })
  })
}

/** The language that this browser has chosen; the account may have another. */
async function speak(page: Page, lang: Lang): Promise<void> {
  await page.addInitScript((chosen) => localStorage.setItem('zveno.lang', chosen), lang)
}

async function inspect(
  page: Page,
  screen: Pick<Screen, 'name'>,
  lang: Lang,
  data: string[],
): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(RULES)
    // There are no frames to bring together, for which it would open a page each time.
    .setLegacyMode()
    .analyze()
  const faults = violations.map((v) => ({
    rule: v.id,
    where: v.nodes.map((n) => `${n.html.slice(0, 200)} ${n.failureSummary ?? ''}`).slice(0, 3),
  }))
  expect.soft(faults, `${screen.name}: axe`).toEqual([])
  expect.soft(foreign(await shownTexts(page), lang, data), `${screen.name}: texts`).toEqual([])
  const before = page.viewportSize()
  await page.setViewportSize({ width: 360, height: 800 })
  // What is open finds its new place first.
  const over = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
  await softly.poll(over, `${screen.name}: pixels beyond 360`).toBeLessThanOrEqual(0)
  if (before) await page.setViewportSize(before)
}

/** The texts that are read and heard, but for what stands in the letters of a typewriter: data. */
function shownTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const data = 'code, pre, [role=tree], .font-mono, .num, script, style, [aria-hidden=true]'
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim()
      if (text && !node.parentElement?.closest(data)) found.push(text)
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
      if (element.closest(data)) continue
      for (const name of ['aria-label', 'title', 'placeholder'])
        found.push(element.getAttribute(name) ?? '')
    }
    return [...new Set(found)].filter((text) => text !== '')
  })
}

/** Words of services, formats and protocols, the same in every language. */
const NAMES = new Set(
  `Zveno Tilda Bitrix24 Telegram WordPress Elementor Contact Form WPForms Webhook Webhooks URL Ctrl
  Alt Enter Delete Shift Esc CRM API JSON YAML XML CSV HTML HTTP HTTPS GET POST PUT PATCH DELETE SMTP
  TLS STARTTLS IP ID UTM UTF Email SQLite PostgreSQL English Standard Message-ID HeadlessChrome
  Chrome Linux cron curl webhook webhooks id utm Elementor email Bloxy Chatra Enquiz Landingi Nethouse
  Battery Pack Key`
    .split(/\s+/)
    .map((each) => each.toLowerCase()),
)

/** Addresses of mail and of pages, paths, time zones, programs and ids. */
const ADDRESS =
  /\S+@\S+|https?:\/\/\S+|(^|\s)\/\S+|\b[\w-]+(\.[\w-]+)+\S*|\b[a-z]{3}_[0-9A-Z]{26}\b|[A-Z]\w+\/\S+|\bUTC\b/g

/** What is left in the other language, or is a key or a slip of the program. */
function foreign(all: string[], lang: Lang, data: string[]): string[] {
  const known = [...data].filter((each) => each !== '').sort((a, b) => b.length - a.length)
  return all.flatMap((text) => {
    const rest = known.reduce((left, each) => left.replaceAll(each, ' '), text).replace(ADDRESS, ' ')
    if (/\bundefined\b|\bNaN\b|\[object |\{\w+\}/.test(rest)) return [text]
    if (lang === 'en') return /[а-яё]/i.test(rest) && rest !== 'Русский' ? [text] : []
    if (/[а-яё]/i.test(text)) return []
    const words = rest.match(/[a-z][a-z-]{2,}/gi) ?? []
    return words.some((word) => !NAMES.has(word.toLowerCase())) ? [text] : []
  })
}
