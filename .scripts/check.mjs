// @ts-check
/**
 * `npm run check`: types, style and layers, unused code, unit tests and simulations, a short round of fuzzing. Stops at
 * the first that fails.
 * `npm test` runs the same before it opens a browser.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkLayers } from './layers.mjs'
import { giveUp, heading, root, run, runPackage, Stop } from './processes.mjs'
import { ensureInstalled } from './setup.mjs'

export async function check() {
  heading('Types')
  await pass('The types', runPackage('typescript', [], {}, 'tsc'))
  heading('Style and layers')
  // In CI Biome colours what goes into a file, too.
  const how = process.env.CI ? ['ci', '--colors=off'] : ['check']
  await pass('The style', runPackage('@biomejs/biome', [...how, '--error-on-warnings'], {}, 'biome'))
  checkLayers()
  heading('Unused code')
  await pass('The search for unused code', runPackage('knip', []))
  heading('Units and simulations')
  await pass('The unit tests', runPackage('vitest', ['run']))
  heading('Hostile input')
  // The same inputs each time: a check says whether a change broke something. `npm run fuzz` looks for what is new.
  const fuzzing = [join(root, '.scripts', 'fuzz.mjs'), '--inputs', '2000', '--seed', '1']
  await pass('The fuzzing', run(process.execPath, fuzzing))
}

/**
 * @param {string} what
 * @param {Promise<import('./processes.mjs').RunResult>} running
 */
async function pass(what, running) {
  const { code } = await running
  if (code !== 0) throw new Stop(`${what} did not pass.`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await ensureInstalled()
    await check()
  } catch (error) {
    giveUp(error)
  }
}
