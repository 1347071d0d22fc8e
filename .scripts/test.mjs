// @ts-check
/** `npm test`: sets itself up, the browser included, checks, and then tries everything in real tabs. */
import { ensureBrowser } from './browser.mjs'
import { check } from './check.mjs'
import { giveUp, heading, runPackage, Stop } from './processes.mjs'
import { ensureBuilt, ensureInstalled } from './setup.mjs'

try {
  heading('Set-up')
  await ensureInstalled()
  await ensureBuilt()
  const browser = await ensureBrowser()
  console.log(`Ready. The browser is ${browser}`)
  await check()
  heading('Real tabs')
  const args = ['test', ...process.argv.slice(2)]
  const { code } = await runPackage('playwright', args, { env: { CHROMIUM_PATH: browser } })
  if (code !== 0) throw new Stop('The tests in real tabs did not pass.')
} catch (error) {
  giveUp(error)
}
