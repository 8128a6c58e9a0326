// What the built UI may cost, measured in Chromium over made-up answers: time of the main thread (not
// of the clock, which other work on the machine stretches), medians, and how much is in the page.
// node scripts/budgets.mjs [--only NAME]
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { preview } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const at = process.argv.indexOf('--only')
const only = at < 0 ? undefined : process.argv[at + 1]
const times = 7

const chrome = process.env.CHROMIUM ?? '/usr/bin/chromium'
if (!existsSync(chrome)) {
  console.log(`budgets: left out, there is no ${chrome} (CHROMIUM names another)`)
  process.exit(0)
}
const server = await preview({
  root,
  configFile: `${root}dev/vite.config.ts`,
  logLevel: 'error',
  preview: { port: 0, host: '127.0.0.1' },
})
const { port } = server.httpServer.address()
const base = `http://127.0.0.1:${port}`
const browser = await chromium.launch({
  executablePath: chrome,
  args: ['--no-sandbox', '--disable-gpu'],
})

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN

async function open(path, init) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'ru',
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  if (init) await page.addInitScript(init)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable')
  /** Milliseconds that the main thread has worked so far. */
  const worked = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN) * 1000
  }
  await page.goto(base + path)
  await page.waitForSelector('h1')
  return { page, worked, close: () => context.close() }
}

/** Another screen without loading the page anew. */
const go = (page, path) =>
  page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)

/** Until it is there and painted. Looked for in the page itself: asking from outside costs it time. */
const painted = (page, selector) =>
  page.evaluate(
    (wanted) =>
      new Promise((done) => {
        const look = () =>
          document.querySelector(wanted)
            ? requestAnimationFrame(() => requestAnimationFrame(done))
            : requestAnimationFrame(look)
        look()
      }),
    selector,
  )

async function hundredSteps() {
  const { page, worked, close } = await open('/flows/b-logic')
  await page.waitForSelector('[data-step]')
  await page.waitForTimeout(1500)
  const took = []
  const whole = []
  let last = ''
  for (let n = 0; n < times; n += 1) {
    await go(page, '/flows/b-logic')
    await page.waitForSelector('[data-step="only"]')
    await page.waitForTimeout(600)
    const before = await worked()
    await go(page, '/flows/b-100')
    await painted(page, '[data-step="lead_1"]')
    took.push((await worked()) - before)
    await painted(page, '[data-step="lead_100"]')
    whole.push((await worked()) - before)
    await page.locator('[data-step="lead_100"]').scrollIntoViewIfNeeded()
    last = await page.locator('[data-step="lead_100"]').innerText()
  }
  await close()
  return [
    ['a flow of 100 steps is drawn, ms', median(took), 200],
    ['  and the last of them, ms', median(whole), 400],
    ['  which can be reached', last === '' ? 1 : 0, 0],
  ]
}

const megabyte = 1 << 20

/** A payload of a whole megabyte, such as a large order, with the bytes that it has. */
function payload() {
  const items = []
  for (let bytes = 0; bytes < megabyte; bytes += Buffer.byteLength(JSON.stringify(items.at(-1)))) {
    const n = items.length
    const tags = ['new', 'sale']
    items.push({ id: n, name: `Товар ${n}`, price: n * 10, tags, note: 'x'.repeat(60) })
  }
  const body = { items, total: items.length }
  return { body, bytes: Buffer.byteLength(JSON.stringify(body)) }
}

async function bigPayload() {
  const { page, worked, close } = await open('/runs')
  const { body, bytes } = payload()
  await page.route('**/api/v1/deliveries/big-*', (route) =>
    route.fulfill({
      json: {
        id: route.request().url().split('/').at(-1),
        flow: null,
        flow_name: null,
        at: new Date().toISOString(),
        method: 'POST',
        path: '/in/x',
        ip: '127.0.0.1',
        size: bytes,
        verdict: 'run',
        status: 200,
        summary: 'id=0, name=Товар 0, price=0',
        events: [],
        headers: [],
        query: {},
        body: { kind: 'json', text: null, truncated: false, parsed: body },
        answer: { status: 200, headers: [], body: 'ok' },
        curl: null,
      },
    }),
  )
  await go(page, '/events')
  await page.waitForTimeout(1500)
  const took = []
  let nodes = 0
  for (let n = 0; n < times; n += 1) {
    await go(page, '/events')
    await page.waitForTimeout(300)
    const before = await worked()
    // Another one each time: what was read is kept.
    await go(page, `/events?id=big-${n}`)
    await painted(page, '[role=tree] [role=treeitem]')
    took.push((await worked()) - before)
    nodes = Math.max(
      nodes,
      await page.evaluate(() => document.querySelectorAll('[role=tree] *').length),
    )
  }
  await close()
  return [
    [`a payload of ${(bytes / megabyte).toFixed(2)} MB is opened, ms`, median(took), 100],
    ['  nodes of its tree', nodes, 300],
  ]
}

const row = (n) => ({
  id: `r-${n}`,
  flow: 'f-1',
  flow_name: `Сценарий ${n}`,
  version: 1,
  state: n % 7 === 0 ? 'failed' : 'succeeded',
  started_at: new Date(Date.now() - n * 1000).toISOString(),
  ended_at: new Date().toISOString(),
  took_ms: 300,
  step: null,
  step_name: null,
  error: null,
  attempt: 1,
  next_at: null,
  next_why: null,
  replay_of: null,
})

async function manyRuns() {
  const { page, worked, close } = await open('/')
  const most = 100_000
  // All of them in one page of the list: more than the server ever gives at once.
  await page.route('**/api/v1/runs?**', (route) =>
    route.fulfill({ json: { items: Array.from({ length: most }, (_, n) => row(n)), next: null } }),
  )
  await go(page, '/runs')
  await page.waitForSelector('main li[data-index]')
  const scrolls = 60
  const before = await worked()
  await page.evaluate(async (times) => {
    for (let n = 0; n < times; n += 1) {
      scrollBy(0, 700)
      await new Promise(requestAnimationFrame)
    }
  }, scrolls)
  const each = ((await worked()) - before) / scrolls
  let rows = await page.locator('main li[data-index]').count()
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await page.waitForTimeout(500)
  rows = Math.max(rows, await page.locator('main li[data-index]').count())
  const end = await page.locator('main li[data-index]').last().getAttribute('data-index')
  await close()
  return [
    ['rows in the page of 100,000 runs', rows, 60],
    ['  and the last can be reached', end === String(most - 1) ? 0 : 1, 0],
    ['  work for a screenful scrolled, ms', each, 33],
  ]
}

/** A stream that tells of 200 runs a second, for five seconds. */
function storm() {
  const kinds = new Map()
  window.storm = { sent: 0, longest: 0 }
  window.EventSource = class {
    static CLOSED = 2
    readyState = 1
    constructor() {
      setTimeout(() => this.onopen?.())
    }
    addEventListener(kind, listener) {
      kinds.set(kind, listener)
    }
    close() {}
  }
  window.startStorm = async (make, seconds) => {
    const began = performance.now()
    let seen = began
    while (performance.now() - began < seconds * 1000) {
      await new Promise((done) => setTimeout(done, 4))
      const now = performance.now()
      window.storm.longest = Math.max(window.storm.longest, now - seen)
      seen = now
      const due = Math.floor(((now - began) / 1000) * 200)
      while (window.storm.sent < due) {
        window.storm.sent += 1
        const id = window.storm.sent
        kinds.get('run')?.({ lastEventId: String(id), data: JSON.stringify(make(id)) })
      }
    }
    return window.storm
  }
}

async function liveStorm() {
  const { page, worked, close } = await open('/runs', storm)
  await page.waitForSelector('main li[data-index]')
  const before = await worked()
  const seconds = 5
  const { sent } = await page.evaluate(
    ({ secs }) =>
      window.startStorm(
        (id) => ({
          id: `storm-${id}`,
          flow: 'f-1',
          flow_name: 'Буря',
          version: 1,
          state: 'succeeded',
          started_at: new Date().toISOString(),
          ended_at: null,
          took_ms: 5,
          step: null,
          error: null,
          attempt: 1,
          next_at: null,
          next_why: null,
          replay_of: null,
        }),
        secs,
      ),
    { secs: seconds },
  )
  await page.waitForTimeout(1000)
  const busy = (await worked()) - before
  const said = await page.locator('[aria-live=polite] button.rounded-full').innerText()
  const told = Number(said.replace(/\D/g, ''))
  await close()
  return [
    [`of ${sent} live events, lost`, sent - told, 0],
    ['  share of the main thread, %', (busy / ((seconds + 1) * 1000)) * 100, 50],
  ]
}

const checks = { hundredSteps, bigPayload, manyRuns, liveStorm }
let over = false
try {
  for (const [name, check] of Object.entries(checks)) {
    if (only && only !== name) continue
    for (const [what, now, most] of await check()) {
      const bad = !(now <= most)
      over ||= bad
      console.log(
        `${bad ? 'OVER' : 'ok  '} ${what.padEnd(44)} ${now.toFixed(now % 1 ? 1 : 0).padStart(7)} of ${most}`,
      )
    }
  }
} finally {
  await browser.close()
  await server.close()
}
process.exit(over ? 1 : 0)
