/** The command that runs the server: environment in, addresses out, and an end at the first signal. */
import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { listAddresses } from './addresses'
import { startServer } from './server'
import { readSettings } from './settings'

/** Beside the bundled server (dist/server, dist/app); when it runs from its source, at the root of the repository. */
function findPages(): string {
  const beside = join(import.meta.dirname, '../app')
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../dist/app')
}

async function main(): Promise<void> {
  const { pages = findPages(), ...settings } = readSettings(process.env)
  const server = await startServer({ ...settings, pages, log: (line) => console.log(line) })

  console.log('Starling is ready:')
  for (const address of listAddresses(server.port, settings.host, networkInterfaces())) console.log(`  ${address}`)
  console.log('Browsers keep some features, such as copying to the clipboard, for https and for localhost.')

  const stop = () => {
    // Without a listener of ours the second signal ends the process by itself.
    process.off('SIGINT', stop).off('SIGTERM', stop)
    server.close().then(() => process.exit(0), fail)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

main().catch(fail)
