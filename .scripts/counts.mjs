// @ts-check
/** Adds up the reports that the unit tests and the tests in real tabs left behind, and prints one plain line. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './processes.mjs'

/**
 * @param {string} name
 */
function readReport(name) {
  const file = join(root, 'test-results', name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

const units = readReport('units.json')
const tabs = readReport('tabs.json')?.stats
if (units === undefined && tabs === undefined) console.log('No test was run.')
else {
  const passed = (units?.numPassedTests ?? 0) + (tabs?.expected ?? 0)
  const failed = (units?.numFailedTests ?? 0) + (tabs?.unexpected ?? 0) + (tabs?.flaky ?? 0)
  const skipped = (units?.numPendingTests ?? 0) + (units?.numTodoTests ?? 0) + (tabs?.skipped ?? 0)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}
