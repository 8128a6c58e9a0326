import { defineConfig } from '@playwright/test'

/** One server with its services per test; Debian's Chromium. */
export default defineConfig({
  testDir: '.',
  timeout: 90_000,
  expect: { timeout: 10_000 },
  workers: 1,
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  outputDir: '../../target/browser',
  use: {
    launchOptions: {
      executablePath: process.env.ZVENO_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
    locale: 'ru-RU',
    trace: 'retain-on-failure',
  },
})
