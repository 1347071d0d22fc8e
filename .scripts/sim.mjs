// @ts-check
/**
 * `npm run sim -- ...`: sets itself up and tells sagas, rooms of the shipping code in virtual time; client/src/sim/saga
 * reads the options, too. Vite loads the sources, as in unit tests. The processes among which the work is shared run
 * this as well.
 */
import { join } from 'node:path'
import { giveUp, root } from './processes.mjs'
import { ensureInstalled } from './setup.mjs'

try {
  if (!process.send) await ensureInstalled()
  // Not before the line above: there may be no packages yet.
  const { runnerImport } = await import('vite')
  await runnerImport(join(root, 'client', 'src', 'sim', 'saga', 'main.ts'), {
    root,
    configFile: false,
    logLevel: 'warn',
  })
} catch (error) {
  giveUp(error)
}
