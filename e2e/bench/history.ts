/**
 * A room in which a great deal was said: how soon its newest page is there, how long a newcomer takes to get all of it,
 * how long reading through it takes, what that costs in memory, and how smoothly the app scrolls there. What browsers keep,
 * they keep on a real disk, and each begins cold.
 */
import { randomBytes } from 'node:crypto'
import { loadavg } from 'node:os'
import type { BrowserContext, Page } from 'playwright/test'
import type { Bench, Report } from './bench'
import { profileWhile } from './cpu-profile'
import { DiskBrowser } from './disk-browser'
import { countSince, joinRoom, openNewest, readAll, untilHeard, write } from './history-page'
import { describeMemory, measureMemory } from './memory'
import { preparePage } from './pages'
import { scrollThrough } from './scrolling'
import { rounded } from './statistics'

const AUTHORS = 3
const ENTRY_BYTES = 200
const NEWEST = 50
const PAGE = 1000

/**
 * What has to hold with 100,000 entries, on a machine that does nothing else. What a task computes is held to less than how
 * long it lasts: other machines are slower.
 */
const ALLOWED = { openMs: 2000, syncMs: 60_000, privateMb: 200, longestTaskMs: 100, longestWorkMs: 50 }

class Findings {
  readonly lines: string[] = []
  readonly json: Record<string, unknown> = {}

  /** @param why shown when it is more than is allowed */
  note(
    name: string,
    value: number,
    words: string,
    allowed = Number.POSITIVE_INFINITY,
    why: readonly string[] = [],
  ): void {
    this.json[name] = value
    const isMissed = !(value <= allowed)
    const limit = Number.isFinite(allowed) ? `, allowed ${allowed}${isMissed ? ': MISSED' : ''}` : ''
    this.lines.push(`${words}${limit}`, ...(isMissed ? why : []))
  }

  async noteMemory(name: string, words: string, context: BrowserContext, page: Page, allowed?: number): Promise<void> {
    const memory = await measureMemory(context, page)
    this.note(`${name}Mb`, memory.now.privateMb, `memory of ${words}: ${describeMemory(memory)}`, allowed)
    this.json[`${name}ResidentMb`] = memory.now.residentMb
  }
}

export async function benchHistory(bench: Bench): Promise<Report> {
  const { entries, batch, server } = bench
  const link = `#/r/${randomBytes(16).toString('base64url')}`
  const findings = new Findings()
  const browsers = [await DiskBrowser.make(), await DiskBrowser.make()] as const
  const [home, elsewhere] = browsers
  try {
    const fillMs = await fill(bench, home, link)
    findings.note('fillMs', fillMs, `written by ${AUTHORS} who hear one another, ${batch} at once: ${seconds(fillMs)}`)
    findings.note('diskMb', home.diskMb(), `on the disk of one: ${home.diskMb()} MB`)
    const [resident, newcomer] = [await openPage(bench, home), await openPage(bench, elsewhere)]
    await findings.noteMemory('empty', 'a page before it joins', home.context, resident)
    await open(resident, link, findings)
    await synchronise(newcomer, link, entries, findings)
    await findings.noteMemory('resident', 'who had it', home.context, resident, ALLOWED.privateMb)
    await findings.noteMemory('newcomer', 'the newcomer', elsewhere.context, newcomer, ALLOWED.privateMb)
    await read(newcomer, entries, findings)
    await resident.close()
    const app = await home.context.newPage()
    await scroll(app, `${server.url}/${link}`, { newcomer, entries }, findings)
    await findings.noteMemory('app', 'the app then', home.context, app, ALLOWED.privateMb)
  } finally {
    await Promise.all(browsers.map((browser) => browser.remove()))
  }
  const load = rounded(loadavg()[0] ?? Number.NaN, 1)
  return {
    lines: [`${entries} entries of ${ENTRY_BYTES} bytes; the machine's load is ${load} at the end`, ...findings.lines],
    json: { entries, batch, entryBytes: ENTRY_BYTES, load, ...findings.json },
  }
}

/** One of the authors is at home; all of them have all of it in the end. @returns how long it took, in ms */
async function fill(bench: Bench, home: DiskBrowser, link: string): Promise<number> {
  const { browser, server, entries, batch } = bench
  const context = await browser.newContext()
  const guests = Array.from({ length: AUTHORS - 1 }, () => preparePage(context, server))
  const pages = await Promise.all([openPage(bench, home), ...guests])
  for (const page of pages) await page.evaluate(joinRoom, link)
  const start = performance.now()
  const shares = pages.map((_, index) => Math.floor((entries + index) / AUTHORS))
  await Promise.all(
    pages.map((page, index) => page.evaluate(write, { count: shares[index] ?? 0, batch, bytes: ENTRY_BYTES })),
  )
  await Promise.all(pages.map((page) => page.evaluate(untilHeard, entries)))
  const took = performance.now() - start
  await context.close()
  await home.close()
  return took
}

const openPage = async ({ server }: Bench, browser: DiskBrowser): Promise<Page> =>
  preparePage(await browser.open(), server)

async function open(page: Page, link: string, findings: Findings): Promise<void> {
  const [opened, profile] = await profileWhile(page, () => page.evaluate(openNewest, { link, newest: NEWEST }))
  const { count, joinMs, historyMs } = opened
  const [all, join, history] = [joinMs + historyMs, joinMs, historyMs].map((ms) => rounded(ms, 0))
  const words = `opened to the newest ${count}: ${all} ms (${join} ms to join, ${history} ms to read)`
  findings.note('openMs', joinMs + historyMs, words, ALLOWED.openMs, profile)
}

async function synchronise(page: Page, link: string, entries: number, findings: Findings): Promise<void> {
  const [ms, profile] = await profileWhile(page, async () => {
    const start = performance.now()
    await page.evaluate(joinRoom, link)
    await page.evaluate(untilHeard, entries)
    return performance.now() - start
  })
  const words = `all of it got by a newcomer: ${seconds(ms)}, ${rounded(entries / (ms / 1000), 0)} a second`
  findings.note('syncMs', ms, words, (ALLOWED.syncMs * entries) / 100_000, profile)
}

async function read(page: Page, entries: number, findings: Findings): Promise<void> {
  const { count, isOrdered, ms, slowestMs } = await page.evaluate(readAll, PAGE)
  if (count !== entries || !isOrdered) throw new Error(`${count} entries were read, in order: ${isOrdered}`)
  findings.note(
    'readMs',
    ms,
    `read page by page, ${PAGE} each: ${seconds(ms)}, the slowest page ${rounded(slowestMs, 0)} ms`,
  )
}

/** @param known who has all of it as well, and so can tell how far back the app came */
async function scroll(
  page: Page,
  address: string,
  known: { readonly newcomer: Page; readonly entries: number },
  findings: Findings,
): Promise<void> {
  const { newcomer, entries } = known
  const { oldest, ms, longestTaskMs, longestWorkMs, longTasks, blame } = await scrollThrough(page, address)
  const back = (await newcomer.evaluate(countSince, oldest)) ?? 0
  const way = `${back} messages back and again to the end in ${seconds(ms)}`
  const words = `the app scrolled ${way}: longest task ${longestTaskMs} ms, ${longTasks} of 50 ms and more`
  // What did not move did not stutter either.
  const hasMoved = back >= Math.min(1000, entries)
  findings.note('longestTaskMs', hasMoved ? longestTaskMs : Number.NaN, words, ALLOWED.longestTaskMs, blame)
  const computed = `no task of it computed more than ${rounded(longestWorkMs, 0)} ms; beyond that it waited for the processor`
  findings.note('longestWorkMs', hasMoved ? longestWorkMs : Number.NaN, computed, ALLOWED.longestWorkMs)
}

const seconds = (ms: number): string => `${rounded(ms / 1000, 1)} s`
