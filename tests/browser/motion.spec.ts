import type { Page } from '@playwright/test'
import { expect, test } from './test.ts'

/** Remembers the longest movement that the page has begun, in milliseconds; endless ones count too. */
async function watchMovement(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = globalThis as unknown as { longest: number }
    seen.longest = 0
    const look = () => {
      for (const each of document.getAnimations()) {
        const { duration, iterations } = each.effect?.getComputedTiming() ?? {}
        const whole = Number(duration ?? 0) * (iterations ?? 1)
        if (Number.isNaN(whole)) continue
        seen.longest = Math.max(seen.longest, Math.min(whole, 1e6))
      }
    }
    for (const name of ['transitionrun', 'animationstart']) addEventListener(name, look, true)
  })
  return () => page.evaluate(() => (globalThis as unknown as { longest: number }).longest)
}

for (const [reducedMotion, moves] of [
  ['reduce', false],
  ['no-preference', true],
] as const) {
  test.describe(`prefers-reduced-motion: ${reducedMotion}`, () => {
    test.use({ contextOptions: { reducedMotion } })
    test(moves ? 'waiting and switching move a little' : 'nothing moves', async ({
      desk: page,
      office,
    }) => {
      const flow = await office.another(`Движение: ${reducedMotion}`, { on: true })
      const movement = await watchMovement(page)
      const { base } = office.stage.info

      // Bars in the place of a list that takes its time.
      let answer = () => {}
      const held = new Promise<void>((done) => {
        answer = done
      })
      await page.route('**/api/v1/runs?**', async (route) => {
        await held
        await route.continue()
      })
      await page.goto(`${base}/runs`)
      await expect(page.getByRole('status', { name: 'Загружается' }).first()).toBeVisible()
      answer()
      await expect(page.getByRole('status', { name: 'Загружается' })).toHaveCount(0)
      const waiting = await movement()

      // A switch, a dialog, a step that is chosen.
      await page.goto(`${base}/`)
      await page.getByRole('switch', { name: `Выключить «${flow.name}»` }).click()
      await expect(page.getByRole('switch', { name: `Включить «${flow.name}»` })).toBeVisible()
      await page.getByRole('link', { name: flow.name }).first().hover()
      const switching = await movement()
      await page.goto(`${base}/flows/${flow.id}?step=lead`)
      await page.locator('[data-step=lead]').hover()
      const building = await movement()

      if (moves) expect(Math.min(waiting, switching)).toBeGreaterThan(100)
      else expect(Math.max(waiting, switching, building)).toBeLessThanOrEqual(1)
    })
  })
}
