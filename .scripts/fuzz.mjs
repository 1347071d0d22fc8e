// @ts-check
/**
 * `npm run fuzz -- ...`: sets itself up and hands hostile input to every door; which ones belongs to e2e/fuzz, which
 * reads the options, too. Vite loads the sources, as in unit tests: it knows what their imports of workers mean.
 */
import { join } from 'node:path'
import { giveUp, root } from './processes.mjs'
import { ensureInstalled } from './setup.mjs'

try {
  await ensureInstalled()
  // Not before the line above: there may be no packages yet.
  const { runnerImport } = await import('vite')
  await runnerImport(join(root, 'e2e', 'fuzz', 'main.ts'), { root, configFile: false, logLevel: 'warn' })
} catch (error) {
  giveUp(error)
}
