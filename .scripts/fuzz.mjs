// @ts-check
/** `npm run fuzz -- ...`: sets itself up and hands hostile input to every door; which ones belongs to e2e/fuzz. */
import { giveUp, runPackage } from './processes.mjs'
import { ensureInstalled } from './setup.mjs'

try {
  await ensureInstalled()
  const { code } = await runPackage('tsx', ['e2e/fuzz/main.ts', ...process.argv.slice(2)])
  process.exitCode = code
} catch (error) {
  giveUp(error)
}
