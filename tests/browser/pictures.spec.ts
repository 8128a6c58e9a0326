import { mkdirSync, writeFileSync } from 'node:fs'
import { furnish } from './furnish.ts'
import { Office } from './office.ts'
import { shrink } from './png.ts'
import { SCREENS, visit } from './screens.ts'
import { signIn, test } from './test.ts'

// Pictures of the screens for the READMEs: `cargo xtask browser --pictures`.

const folder = new URL('../../frontend/pictures/', import.meta.url).pathname
/** In which themes and widths each screen is shown. */
const SHOWN: Record<string, ('light' | 'dark' | 'phone')[]> = {
  flows: ['light', 'dark', 'phone'],
  overview: ['light', 'dark'],
  templates: ['light'],
  template: ['light'],
  catalogue: ['light'],
  app: ['light'],
  connections: ['light'],
  connect: ['light'],
  runs: ['light', 'dark', 'phone'],
  bulk: ['light'],
  run: ['light', 'dark'],
  'run-failed': ['light', 'phone'],
  replay: ['light'],
  event: ['light', 'dark'],
  subscribers: ['light'],
  subscriber: ['light'],
  'event-type': ['light'],
  temporary: ['light'],
  builder: ['light', 'phone'],
  trigger: ['light', 'dark'],
  schedule: ['light'],
  mapping: ['light', 'dark', 'phone'],
  condition: ['light'],
  'add-step': ['light'],
  missing: ['light'],
  versions: ['light'],
  'flow-settings': ['light'],
  'settings-people': ['light'],
  'settings-health': ['light'],
}
const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
} as const

for (const look of ['light', 'dark', 'phone'] as const) {
  test.describe(look, () => {
    test.use({ ...LOOKS[look], locale: 'en-GB', contextOptions: { reducedMotion: 'reduce' } })
    test('pictures', async ({ page, stage }) => {
      test.setTimeout(180_000)
      mkdirSync(folder, { recursive: true })
      const furnished = await furnish(await Office.open(stage, 'en'))
      await signIn(page, furnished.office.owner)
      await page.addInitScript(() => localStorage.setItem('zveno.lang', 'en'))
      for (const screen of SCREENS.filter((each) => SHOWN[each.name]?.includes(look))) {
        await visit(page, screen, furnished, 'en')
        const name = look === 'light' ? screen.name : `${screen.name}-${look}`
        writeFileSync(`${folder}${name}.png`, shrink(await page.screenshot()))
      }
    })
  })
}
