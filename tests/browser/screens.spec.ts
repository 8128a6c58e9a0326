import AxeBuilder from '@axe-core/playwright'
import { expect, setUp, test } from './stage.ts'

const SCREENS = [
  '/',
  '/overview',
  '/runs',
  '/events',
  '/connections',
  '/catalogue',
  '/templates',
  '/settings',
]
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every screen opens without a fault, ${colorScheme}`, async ({ page, stage }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await setUp(page, stage)
    for (const path of SCREENS) {
      await test.step(path, async () => {
        await page.goto(stage.info.base + path)
        await expect(page.locator('main h1').first()).toBeVisible()
        await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined)
        const found = await new AxeBuilder({ page }).withTags(RULES).analyze()
        const faults = found.violations.map((v) => `${path} ${v.id}: ${v.nodes[0]?.html}`)
        expect(faults).toEqual([])
      })
    }
  })
}

test('no screen scrolls sideways on a phone', async ({ page, stage }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await setUp(page, stage)
  for (const path of SCREENS) {
    await page.goto(stage.info.base + path)
    await expect(page.locator('main h1').first()).toBeVisible()
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(over, path).toBeLessThanOrEqual(0)
  }
})
