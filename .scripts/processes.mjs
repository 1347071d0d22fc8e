// @ts-check
/**
 * Runs other programs for the scripts beside this file: by path, without a shell, with the exit code as the result.
 * Knows where things are (the root, the programs of installed packages); decides nothing.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Says why nothing more can be done, in words for the person who typed the command. */
export class Stop extends Error {}

/**
 * @param {string} title
 */
export function heading(title) {
  console.log(`\n== ${title}`)
}

/**
 * Ends the script: a Stop with its words, anything else (a mistake of ours) with its stack.
 * @param {unknown} error
 */
export function giveUp(error) {
  console.error(error instanceof Stop ? `\n${error.message}` : error)
  process.exit(1)
}

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string>} [env] added to our own
 * @property {boolean} [quiet] keep what it prints; only the result carries it
 * @property {boolean} [shell]
 * @property {number} [silence] milliseconds without a word after which it is ended (only with `quiet`)
 * @property {number} [limit] milliseconds after which it is ended in any case
 *
 * @typedef {object} RunResult
 * @property {number} code the exit code; 128 when a signal or a limit ended it, 127 when it could not be started
 * @property {string} output what it printed, when `quiet`
 */

/**
 * Runs a program to its end. Never throws: a program that cannot be started is a result too.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  const { quiet = false, shell = false, silence, limit } = options
  return new Promise((done) => {
    let output = ''
    const child = spawn(command, [...args], {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell,
    })
    /** @param {string} why */
    const end = (why) => {
      output += `\n(ended: ${why})`
      child.kill('SIGKILL')
    }
    let quietFor = silence === undefined ? undefined : setTimeout(end, silence, 'it went silent')
    const runsFor = limit === undefined ? undefined : setTimeout(end, limit, 'it took too long')
    /** @param {Buffer} text */
    const keep = (text) => {
      output += text
      quietFor = quietFor?.refresh()
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    /** @param {number} code */
    const finish = (code) => {
      clearTimeout(quietFor)
      clearTimeout(runsFor)
      done({ code, output: output.trim() })
    }
    child.once('error', (error) => {
      output += error.message
      finish(127)
    })
    child.once('close', (code) => finish(code ?? 128))
  })
}

/**
 * @param {readonly string[]} args
 */
export function runNpm(args) {
  // Inside an npm script npm says where it is itself; elsewhere Windows needs a shell to find npm.cmd.
  const self = process.env.npm_execpath
  return self === undefined
    ? run('npm', args, { shell: process.platform === 'win32' })
    : run(process.execPath, [self, ...args])
}

/**
 * Runs the program of an installed package, whatever the platform wraps it in.
 * @param {string} packageName
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @param {string} [program] when the package has several
 */
export function runPackage(packageName, args, options, program = packageName) {
  const folder = join(root, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = typeof bin === 'string' ? bin : bin[program]
  return run(process.execPath, [join(folder, file), ...args], options)
}
