import { type BrowserContext, expect, type Page, test as base } from '@playwright/test'
import { type Furnished, furnish } from './furnish.ts'
import { Office, OWNER, PASSWORD, type Person } from './office.ts'
import { Stage } from './stage.ts'
import { type Lang, words } from './words.ts'

/** What pages complain of. Only what a test has named beforehand is let pass. */
export class Faults {
  private readonly found: string[] = []
  private readonly expected: RegExp[] = []
  private resting = false

  /** A complaint that belongs to what the test does. */
  expect(...complaints: RegExp[]): void {
    this.expected.push(...complaints)
  }

  /** Listens to every page of a context, those to come too. */
  watch(context: BrowserContext): void {
    context.on('weberror', (e) => this.found.push(String(e.error())))
    context.on('console', (m) => {
      if (m.type() !== 'error' || this.resting) return
      const { url } = m.location()
      this.found.push(`${m.text()} ${url}`)
    })
  }

  /** Listens no more. */
  rest(): void {
    this.resting = true
  }

  get all(): string[] {
    return this.found.filter((text) => !this.expected.some((each) => each.test(text)))
  }
}

interface ForTest {
  /** A server that nobody has set up yet. */
  stage: Stage
  /** A workspace of the test's own: whatever it breaks, no other test sees it. */
  own: Office
  /** The page, signed in as the owner of `office`. */
  desk: Page
  faults: Faults
}

interface ForWorker {
  /** A workspace that tests share; each makes the flows that it changes. */
  office: Office
  /** One of which every screen has something to show; nobody changes it. */
  furnished: Furnished
}

export const test = base.extend<ForTest, ForWorker>({
  stage: async ({ faults }, use) => {
    const stage = await Stage.start()
    await use(stage)
    // Pages may outlive the server; what they say of that is no fault.
    faults.rest()
    await stage.end()
  },
  own: async ({ stage }, use) => {
    const office = await Office.open(stage)
    await use(office)
    await office.close()
  },
  office: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads it.
    async ({}, use) => {
      const stage = await Stage.start()
      const office = await Office.open(stage)
      await use(office)
      await office.close()
      await stage.end()
    },
    { scope: 'worker' },
  ],
  furnished: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads it.
    async ({}, use) => {
      const stage = await Stage.start()
      const office = await Office.open(stage)
      await use(await furnish(office))
      await office.close()
      await stage.end()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  desk: async ({ page, office }, use) => {
    await signIn(page, office.owner)
    await use(page)
  },
  /** A test that ends with a complaint of a page has failed. */
  faults: [
    async ({ context }, use) => {
      const faults = new Faults()
      faults.watch(context)
      await use(faults)
      expect(faults.all).toEqual([])
    },
    { auto: true },
  ],
})

/** Gives the browser the session of a person. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.context().addCookies(await person.cookies())
}

/** The first account, made by the link that the server prints. */
export async function setUp(page: Page, stage: Stage, lang: Lang = 'ru'): Promise<void> {
  const t = words[lang].access
  await page.goto(stage.info.setup)
  const fields: [string, string][] = [
    [t.name, 'Анна'],
    [t.email, OWNER],
    [t.password, PASSWORD],
  ]
  for (const [label, value] of fields) {
    const field = page.getByRole('textbox', { name: label, exact: true })
    await field.focus()
    await page.keyboard.type(value)
  }
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: words[lang].flows.title })).toBeVisible()
}

export { expect }
