import { defineConfig } from '@playwright/test'

/** Servers with their services in processes of their own; Debian's Chromium. */
export default defineConfig({
  testDir: '.',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  outputDir: '../../target/browser',
  projects: [
    { name: 'tests', testIgnore: /pictures/ },
    { name: 'pictures', testMatch: /pictures/ },
  ],
  use: {
    launchOptions: {
      executablePath: process.env.ZVENO_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
    locale: 'ru-RU',
    actionTimeout: 15_000,
    // Snapshots of every step double the time: `npx playwright test --trace on` where one is needed.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
