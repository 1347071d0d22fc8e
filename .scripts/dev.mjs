// @ts-check
/** `npm run dev`: the app with hot reload and the signaling, on one port. */
import { giveUp, runPackage } from './processes.mjs'
import { ensureInstalled } from './setup.mjs'

try {
  await ensureInstalled()
  const { code } = await runPackage('vite', process.argv.slice(2))
  process.exitCode = code
} catch (error) {
  giveUp(error)
}
