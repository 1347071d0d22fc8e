// @ts-check
/**
 * Finds a Chromium to test with: the one that CHROMIUM_PATH names, an installed Chromium or Chrome, Playwright's own
 * (downloaded if need be), Debian's package. One counts as found when it starts. Says all that was tried when none does.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { run, runPackage, Stop } from './processes.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const MAC = ['Google Chrome', 'Chromium'].map((name) => `Applications/${name}.app/Contents/MacOS/${name}`)
const WINDOWS = ['Google\\Chrome', 'Chromium'].map((name) => `${name}\\Application\\chrome.exe`)

/** A download that says nothing for so long will not end; one that goes on may, within reason. */
const DOWNLOAD_SILENCE_MS = 60_000
const DOWNLOAD_LIMIT_MS = 10 * 60_000
const VERSION_LIMIT_MS = 20_000

/**
 * @returns {Promise<string>} the path of a browser that starts
 */
export async function ensureBrowser() {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    const fault = await findFault(named)
    if (fault !== undefined) throw new Stop(`CHROMIUM_PATH names a browser that does not start: ${fault}`)
    return named
  }
  /** @type {string[]} */
  const tried = []
  for (const find of [findInstalled, findPlaywrights, installPlaywrights, installDebians]) {
    const path = await find(tried)
    if (path !== undefined) return path
  }
  throw new Stop(
    `No Chromium or Chrome could be found or installed.\n${tried.map((line) => `- ${line}`).join('\n')}\n` +
      'Install one, or say where it is: CHROMIUM_PATH=/path/to/chrome npm test',
  )
}

/**
 * @param {string[]} tried
 */
async function findInstalled(tried) {
  for (const path of listPlaces().filter((place) => existsSync(place))) {
    const fault = await findFault(path)
    if (fault === undefined) return path
    tried.push(fault)
  }
  tried.push(`Installed: no ${NAMES.join(', ')} that starts, in PATH or the usual places.`)
  return undefined
}

/**
 * @param {string[]} tried
 */
async function findPlaywrights(tried) {
  const { chromium } = await import('playwright')
  const path = chromium.executablePath()
  if (!existsSync(path)) return undefined
  const fault = await findFault(path)
  if (fault === undefined) return path
  tried.push(fault)
  return undefined
}

/**
 * @param {string[]} tried
 */
async function installPlaywrights(tried) {
  console.log("No browser is installed: fetching Playwright's Chromium ...")
  const { code, output } = await runPackage('playwright', ['install', '--no-shell', 'chromium'], {
    quiet: true,
    silence: DOWNLOAD_SILENCE_MS,
    limit: DOWNLOAD_LIMIT_MS,
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
  })
  if (code !== 0) {
    tried.push(`Playwright's own: the download failed: ${lastLine(output)}`)
    return undefined
  }
  const path = await findPlaywrights([])
  if (path !== undefined) return path
  // Downloaded, but it lacks libraries of the system. Only root can add them.
  if (await mayInstall()) await runPackage('playwright', ['install-deps', 'chromium'])
  return findPlaywrights(tried)
}

/**
 * @param {string[]} tried
 */
async function installDebians(tried) {
  if (!existsSync('/usr/bin/apt-get')) {
    tried.push("Debian's package: this system has no apt-get.")
    return undefined
  }
  if (!(await mayInstall())) {
    tried.push("Debian's package: installing it needs root. As root: apt-get install chromium")
    return undefined
  }
  console.log("Installing Debian's Chromium ...")
  const sudo = isRoot() ? [] : ['sudo', '-n']
  const apt = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  const [command = '', ...before] = apt
  const update = await run(command, [...before, 'update'], { quiet: true })
  const install = await run(command, [...before, 'install', '-y', '--no-install-recommends', 'chromium'], {
    quiet: true,
  })
  if (install.code === 0) return findInstalled(tried)
  const why = update.code === 0 ? install.output : `${update.output}\n${install.output}`
  tried.push(`Debian's package: apt-get failed: ${lastLine(why)}`)
  return undefined
}

function listPlaces() {
  const { PATH = '', PROGRAMFILES, LOCALAPPDATA } = process.env
  switch (process.platform) {
    case 'win32': {
      const bases = [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA].filter((base) => base !== undefined)
      return bases.flatMap((base) => WINDOWS.map((place) => join(base, place)))
    }
    case 'darwin':
      return ['/', homedir()].flatMap((base) => MAC.map((place) => join(base, place)))
    default:
      return NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
  }
}

/**
 * A file of the right name may be a stub that only says where to get the real one.
 * @param {string} path
 * @returns {Promise<string | undefined>} why it cannot be used
 */
async function findFault(path) {
  if (!existsSync(path)) return `${path}: there is no such file`
  // On Windows asking for the version opens a window.
  if (process.platform === 'win32') return undefined
  const { code, output } = await run(path, ['--version'], { quiet: true, limit: VERSION_LIMIT_MS })
  return code === 0 ? undefined : `${path}: ${lastLine(output)}`
}

const isRoot = () => process.getuid?.() === 0

async function mayInstall() {
  if (process.platform !== 'linux') return false
  return isRoot() || (await run('sudo', ['-n', 'true'], { quiet: true })).code === 0
}

/**
 * @param {string} output
 * @returns what it said last, stack traces apart
 */
function lastLine(output) {
  const lines = output.split('\n').map((line) => line.trim())
  return lines.findLast((line) => line !== '' && !line.startsWith('at ')) ?? 'it said nothing'
}
