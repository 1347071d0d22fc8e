// @ts-check
/**
 * Brings a fresh clone, or a pulled one, to the point where it can run: a Node new enough, the packages that the lock
 * file names, a build of the sources as they are. Compares contents rather than times, since a checkout makes
 * every file new. Needs nothing that is not in Node. How a build is made belongs to build.mjs.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { root, run, runNpm, Stop } from './processes.mjs'

/** What Vite and the tests need; engines in package.json says the same. */
const NODE = { major: 20, minor: 19 }

/** All that a build depends on. */
const SOURCES = [
  'client',
  'signaling-server',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  '.scripts/build.mjs',
  '.scripts/types.mjs',
  '.scripts/tsconfig.types.json',
]
/** Tests lie among the sources, and files of editors and desktops: no build changes with them. */
const NOT_BUILT = /\.test\.tsx?$|^\./

export const stampFile = join(root, 'dist', 'stamp')

export function ensureNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < NODE.major || (major === NODE.major && minor < NODE.minor))
    throw new Stop(`Starling needs Node ${NODE.major}.${NODE.minor} or newer. This is ${process.version}.`)
}

/** Installs what package-lock.json names, unless it is all there. */
export async function ensureInstalled() {
  ensureNode()
  if (isInstalled()) return
  await withLock('installing packages', async () => {
    if (isInstalled()) return
    console.log('Installing packages ...')
    // The tools of the build are dev dependencies, which npm leaves out where NODE_ENV says production.
    const { code } = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund'])
    if (code !== 0)
      throw new Stop('The packages could not be installed (npm says why above). Is the npm registry within reach?')
  })
}

/** Builds dist, unless it was built from these very sources. */
export async function ensureBuilt() {
  if (isBuilt()) return
  const { code } = await run(process.execPath, [join(root, '.scripts', 'build.mjs'), '--if-stale'])
  if (code !== 0) throw new Stop('The build failed (the reason is above).')
}

export function isBuilt() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hashSources()
}

/** Names the sources as they are now, in a few milliseconds. */
export function hashSources() {
  const hash = createHash('sha256')
  for (const file of SOURCES.flatMap(listFiles))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/**
 * @param {string} path a file or folder, relative to the root
 * @returns {string[]} sorted, so that every machine hashes in the same order
 */
function listFiles(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path))
    .filter((name) => !NOT_BUILT.test(name))
    .sort()
    .flatMap((name) => listFiles(`${path}/${name}`))
}

/** npm notes in node_modules what it put there, once it is done; that has to say what the lock file says. */
function isInstalled() {
  const noted = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(noted)) return false
  const there = readPackages(noted)
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true
    const found = there[path]
    if (found !== undefined)
      return found.version === wanted.version && (wanted.integrity ?? found.integrity) === found.integrity
    // Programs for other platforms are in the lock file and rightly not here.
    return wanted.optional === true || wanted.devOptional === true
  })
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}
