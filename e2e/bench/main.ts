/**
 * `npm run bench -- NAME [--tabs N] [--rounds N] [--entries N] [--batch N] [--json]`: measures Starling against the bare thing, in the same run
 * and on the same server, and prints ratios: absolute times mean little on a machine that is not yours.
 */
import { parseArgs } from 'node:util'
import { chromium } from 'playwright/test'
import { CHROMIUM_FLAGS, findChromium } from '../fixtures/chromium'
import { ServerProcess } from '../fixtures/server-process'
import { benchAbuse } from './abuse'
import { bundleBare } from './bare-bundle'
import type { Bench, Report } from './bench'
import { benchBroadcast } from './broadcast'
import { benchHistory } from './history'
import { benchLatency } from './latency'
import { benchMesh } from './mesh'

const BENCHES: Readonly<Record<string, { run: (bench: Bench) => Promise<Report>; tabs: number; rounds: number }>> = {
  mesh: { run: benchMesh, tabs: 8, rounds: 5 },
  latency: { run: benchLatency, tabs: 2, rounds: 10 },
  broadcast: { run: benchBroadcast, tabs: 8, rounds: 3 },
  history: { run: benchHistory, tabs: 3, rounds: 1 },
  abuse: { run: benchAbuse, tabs: 50, rounds: 1 },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tabs: { type: 'string' },
    rounds: { type: 'string' },
    entries: { type: 'string' },
    batch: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [name = ''] = positionals
const chosen = BENCHES[name]
if (!chosen) {
  console.error(
    `Usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--tabs N] [--rounds N] [--entries N] [--batch N] [--json]`,
  )
  process.exit(2)
}
const tabs = count('--tabs', values.tabs, chosen.tabs)
const rounds = count('--rounds', values.rounds, chosen.rounds)
const entries = count('--entries', values.entries, 100_000)
const batch = count('--batch', values.batch, 50)
const executablePath = findChromium()
const browser = await chromium.launch({ args: [...CHROMIUM_FLAGS], ...(executablePath && { executablePath }) })
const server = await ServerProcess.start()
try {
  const { lines, json } = await chosen.run({ browser, server, bare: await bundleBare(), tabs, rounds, entries, batch })
  if (values.json) console.log(JSON.stringify({ bench: name, ...json }))
  else for (const line of lines) console.log(line)
} finally {
  await browser.close()
  await server.stop()
}

function count(option: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text)
  if (Number.isInteger(number) && number >= 1) return number
  console.error(`${option} takes a whole number from 1 on, not '${text}'.`)
  process.exit(2)
}
