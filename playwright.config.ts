/**
 * How the tests in real tabs are run. The browser is the one that CHROMIUM_PATH names (`npm test` finds one and sets
 * it); servers are started by the fixtures, since tests kill and restart them.
 */
import { defineConfig } from 'playwright/test'
import { CHROMIUM_FLAGS, findChromium } from './e2e/fixtures/chromium'

const executablePath = findChromium()
const launchOptions = { args: [...CHROMIUM_FLAGS], ...(executablePath === undefined ? {} : { executablePath }) }

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/tabs',
  // Eight tabs of one test fill two cores; more tests at once would measure the machine.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env.CI !== undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env.CI ? [['list'], ['json', { outputFile: 'test-results/tabs.json' }]] : [['list']],
  use: {
    launchOptions,
    screenshot: 'only-on-failure',
    // Without pictures: those of eight tabs would cost more than the tests themselves.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false, sources: false },
  },
})
