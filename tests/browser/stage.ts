import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { expect, type Page, test as base } from '@playwright/test'

/** Where the product and its services are. */
export interface Info {
  base: string
  setup: string
  portal: { host: string; user: number; code: string }
  mail: { host: string; port: number; user: string; password: string; from: string }
  webhook: { url: string; secret: string }
}

/** What the services got. */
export interface Effects {
  leads: { id: number; fields: Record<string, unknown>; contacts: string[] }[]
  letters: { to: string[]; subject: string; text: string }[]
  webhooks: { signed: boolean; taken: boolean; body: unknown }[]
}

/** The product with the services around it, in processes of its own. */
export class Stage {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    readonly info: Info,
  ) {}

  static async start(): Promise<Stage> {
    const program = process.env.ZVENO_STAGE
    if (!program) throw new Error('run `cargo xtask browser`')
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
    const reader: Interface = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const lines = reader[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) throw new Error('the stage did not start')
    return new Stage(child, lines, JSON.parse(first.value))
  }

  /** Says something to the stage, and takes what it says. */
  async ask<T>(command: object): Promise<T> {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`)
    const line = await this.lines.next()
    return JSON.parse(line.value)
  }

  effects(): Promise<Effects> {
    return this.ask<Effects>({ do: 'effects' })
  }

  async end(): Promise<void> {
    const ended = new Promise((done) => this.child.once('exit', done))
    this.child.stdin?.end()
    await ended
  }
}

/** Sends what a Tilda form sends. */
export async function sendForm(address: string, fields: Record<string, string>): Promise<number> {
  const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(fields) })
  return answer.status
}

/** The first account, made by the link that the server prints. */
export async function setUp(page: Page, stage: Stage): Promise<void> {
  await page.goto(stage.info.setup)
  await page.fill('input[name=name]', 'Анна')
  await page.fill('input[type=email]', 'anna@firma.test')
  await page.fill('input[type=password]', 'длинный-пароль-1')
  await page.click('button[type=submit]')
  await expect(page.locator('main h1').first()).toBeVisible()
}

export const test = base.extend<{ stage: Stage; faults: string[] }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads it.
  stage: async ({}, use) => {
    const stage = await Stage.start()
    await use(stage)
    await stage.end()
  },
  /** What the page complains of; a test that ends with some has failed. */
  faults: [
    async ({ page }, use) => {
      const faults: string[] = []
      page.on('pageerror', (e) => faults.push(String(e)))
      page.on('console', (m) => {
        const refused = m.text().startsWith('Failed to load resource')
        if (m.type() === 'error' && !refused) faults.push(m.text())
      })
      await use(faults)
      expect(faults).toEqual([])
    },
    { auto: true },
  ],
})
export { expect }
