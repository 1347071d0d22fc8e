// @ts-check
/** `npm start`: installs what is missing, builds what is stale, and becomes the server. */
import { giveUp } from './processes.mjs'
import { ensureBuilt, ensureInstalled } from './setup.mjs'

try {
  await ensureInstalled()
  await ensureBuilt()
} catch (error) {
  giveUp(error)
}
const server = new URL('../dist/server/main.js', import.meta.url)
await import(server.href)
