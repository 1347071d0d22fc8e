// @ts-check
/**
 * Lets one process at a time install or build in this folder: two `npm start` at once take turns, and the second finds
 * the work done. The lock lies in the system's temporary folder, since installing empties node_modules and building
 * empties dist. It names its holder, so that a lock left by a killed process is taken over.
 */
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root, Stop } from './processes.mjs'

const file = join(tmpdir(), `starling-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`)

/** Longer than an installation on a slow line. */
const PATIENCE_MS = 10 * 60 * 1000
const POLL_MS = 200

/**
 * @template Result
 * @param {string} what said while waiting
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withLock(what, work) {
  const giveUpAt = Date.now() + PATIENCE_MS
  for (let told = false; !take(); told = true) {
    if (Date.now() > giveUpAt) throw new Stop(`Another process is still ${what}. If there is none, delete ${file}`)
    if (!told) console.log(`Another process is ${what} here: waiting for it.`)
    await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  }
  const holder = readHolder()
  if (holder !== undefined && !isAlive(holder)) takeAway(holder)
  return false
}

function readHolder() {
  try {
    const holder = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(holder) && holder > 0 ? holder : undefined
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Renaming lets just one of several waiters remove the lock of a dead holder.
 * @param {number} holder
 */
function takeAway(holder) {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  // Somebody else was quicker, and what we moved aside is the lock of a living process.
  if (readFileSync(aside, 'utf8') !== String(holder)) renameSync(aside, file)
  else rmSync(aside)
}

/**
 * @param {number} pid
 */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isCode(error, 'ESRCH')
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
