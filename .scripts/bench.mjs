// @ts-check
/** `npm run bench -- NAME ...`: sets itself up and measures; what can be measured belongs to e2e/bench. */
import { ensureBrowser } from './browser.mjs'
import { giveUp, runPackage } from './processes.mjs'
import { ensureBuilt, ensureInstalled } from './setup.mjs'

try {
  await ensureInstalled()
  await ensureBuilt()
  const args = ['e2e/bench/main.ts', ...process.argv.slice(2)]
  const { code } = await runPackage('tsx', args, { env: { CHROMIUM_PATH: await ensureBrowser() } })
  process.exitCode = code
} catch (error) {
  giveUp(error)
}
