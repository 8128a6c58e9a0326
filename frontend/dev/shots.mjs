// Pictures of screens: node dev/shots.mjs NAME=PATH ... [--lang en] [--axe] [--base URL]
// Tells about console errors, sideways scrolling and (with --axe) what axe finds.
import { mkdirSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const args = process.argv.slice(2)
const option = (name, otherwise) => {
  const at = args.indexOf(`--${name}`)
  return at < 0 ? otherwise : args.splice(at, 2)[1]
}
const flag = (name) => {
  const at = args.indexOf(`--${name}`)
  if (at >= 0) args.splice(at, 1)
  return at >= 0
}
const lang = option('lang', 'ru')
const base = option('base', 'http://127.0.0.1:5173')
const widths = option('widths', '1280,360').split(',').map(Number)
const themes = option('themes', 'light,dark').split(',')
const axe = flag('axe')
const folder = new URL('./shots/', import.meta.url).pathname
mkdirSync(folder, { recursive: true })

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
for (const theme of themes) {
  for (const width of widths) {
    const context = await browser.newContext({
      viewport: { width, height: width < 500 ? 760 : 800 },
      colorScheme: theme,
      locale: lang,
    })
    await context.addInitScript((chosen) => localStorage.setItem('zveno.lang', chosen), lang)
    for (const each of args) {
      const [, name, path, acts = ''] = /^([^=]+)=([^ ]*?)(?:=>(.*))?$/.exec(each)
      const page = await context.newPage()
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) console.log(`${name}: ${message.text()}`)
      })
      page.on('pageerror', (error) => console.log(`${name}: ${error}`))
      await page.goto(base + path)
      await page
        .waitForSelector('h1', { timeout: 15000 })
        .catch(() => console.log(`${name}: no h1`))
      await page.waitForTimeout(700)
      // What follows `=>` is pressed, one after the other, by its text.
      for (const act of acts.split(';').filter(Boolean)) {
        await page
          .locator(act)
          .first()
          .click({ timeout: 3000 })
          .catch((e) => console.log(`${name}: ${e.message.split('\n')[0]}`))
        await page.waitForTimeout(500)
      }
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      if (over > 0) console.log(`${name} ${width}: ${over}px wider than the window`)
      if (axe) {
        await page.evaluate(
          readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'),
        )
        const found = await page.evaluate(() =>
          globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
        )
        for (const violation of found.violations)
          console.log(
            `${name} ${theme} ${width}: ${violation.id}: ${violation.nodes
              .slice(0, 3)
              .map(
                (node) => `${node.html.slice(0, 140)} ${node.any[0]?.message.slice(0, 120) ?? ''}`,
              )
              .join(' | ')}`,
          )
      }
      await page.screenshot({ path: `${folder}${name}-${theme}-${width}.png`, fullPage: false })
      await page.close()
    }
    await context.close()
  }
}
await browser.close()
