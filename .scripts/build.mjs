// @ts-check
/**
 * Makes dist: the app with the library beside it (dist/app), and the server (dist/server). Everything is made in
 * dist/next first and moved when complete, so that an interrupted build leaves the last good one, and the stamp that
 * vouches for it is written last. What goes into the bundles is vite.config.ts's to say.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { withLock } from './lock.mjs'
import { giveUp, root, runPackage, Stop } from './processes.mjs'
import { ensureInstalled, hashSources, isBuilt, stampFile } from './setup.mjs'
import { writeTypes } from './types.mjs'

const dist = join(root, 'dist')
const next = join(dist, 'next')
const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|txt)$/
/** Below this a compressed file saves no packet. */
const MIN_COMPRESSED_BYTES = 1024

async function build() {
  const stamp = hashSources()
  rmSync(next, { recursive: true, force: true })
  mkdirSync(next, { recursive: true })
  const { code } = await runPackage('vite', ['build', '--app', '--logLevel', 'warn'], { env: { STARLING_OUT: next } })
  if (code !== 0) throw new Stop('The bundles could not be made (see above).')
  await writeTypes(join(next, 'app'), join(next, 'types'))
  await compress(join(next, 'app'))
  rmSync(stampFile, { force: true })
  for (const part of ['app', 'server']) {
    const old = join(dist, `${part}.old`)
    rmSync(old, { recursive: true, force: true })
    if (existsSync(join(dist, part))) renameSync(join(dist, part), old)
    renameSync(join(next, part), join(dist, part))
    rmSync(old, { recursive: true, force: true })
  }
  rmSync(next, { recursive: true, force: true })
  writeFileSync(stampFile, stamp)
}

/**
 * Puts a .gz and a .br beside every text that is worth it, so that the server never compresses.
 * @param {string} folder
 */
async function compress(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => COMPRESSIBLE.test(file))
  for (const file of files) {
    const path = join(folder, file)
    const bytes = readFileSync(path)
    if (bytes.byteLength < MIN_COMPRESSED_BYTES) continue
    const hint = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength }
    writeFileSync(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }))
    writeFileSync(`${path}.br`, await promisify(brotliCompress)(bytes, { params: hint }))
  }
}

try {
  await ensureInstalled()
  const onlyIfStale = process.argv.includes('--if-stale')
  await withLock('building', async () => {
    if (onlyIfStale && isBuilt()) return
    const from = performance.now()
    console.log('Building ...')
    await build()
    console.log(`Built in ${((performance.now() - from) / 1000).toFixed(1)} s.`)
  })
} catch (error) {
  giveUp(error)
}
