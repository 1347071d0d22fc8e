/**
 * What honest clients notice of an abusive one: how long a signal takes from the sender to the addressee, first among
 * themselves, then beside each kind of abuse, on the same server and in the same run.
 *
 * Measured is the way through the server, and with it what the abuse costs the server. Three processes share the
 * machine: the server, the honest ones, and the abuser, which gives way to the other two. So its own work is not
 * measured where there are two processors and more; on one, a part of it is. Nor is the network: on loopback nothing
 * is lost or queued. When other programs keep the machine busy, the abuser gets little done: the counts of connections
 * and messages say how hard it tried. What it sends to real peers arrives in the one process that all the honest ones
 * share, where it weighs on each of them, more than it would on people who have a browser each.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Crowd, type Times } from './abuse-crowd'
import { KINDS, type Kind, type Outcome } from './abuse-kinds'
import type { Bench, Report } from './bench'
import { median, quantile, rounded } from './statistics'

const PROGRAM = fileURLToPath(new URL('./abuse-process.ts', import.meta.url))
const WARM_UP_SECONDS = 3
/** Livelier than what is measured, so that all of the code has run often before: cold, it is slow by itself. */
const WARM_UP_PAUSE_MS = 25
const QUIET_SECONDS = 4
const ABUSE_SECONDS = 8
/** In which the moment is looked for from which on the honest ones notice nothing more. */
const WINDOW_MS = 250
/** How many times the quiet median still counts as nothing. */
const TOLERANCE = 2

interface Result {
  readonly kind: Kind
  readonly quiet: Times
  readonly abused: Times
  readonly outcome: Outcome
}

export async function benchAbuse({ browser, server, tabs, rounds }: Bench): Promise<Report> {
  // No tab takes part, and an idle browser wakes up now and then.
  await browser.close()
  const results: Result[] = []
  for (const kind of KINDS) {
    const turns: Result[] = []
    for (let round = 0; round < rounds; round++) {
      // The server remembers who was cut off: every turn begins without a past.
      await server.restart()
      turns.push(await measure(kind, server.url, tabs))
    }
    results.push(...turns)
  }
  const rows = results.map(summarise)
  return {
    lines: [
      `${tabs} honest clients, signal to delivery in ms; then beside one abusive client`,
      ...rows.map(describe),
      `worst ratio of medians ${Math.max(...rows.map(({ ratio }) => ratio))}`,
    ],
    json: { clients: tabs, rows },
  }
}

async function measure(kind: Kind, url: string, size: number): Promise<Result> {
  const crowd = await Crowd.connect(url, size)
  const abuser = await startAbuser()
  try {
    await crowd.introduce(WARM_UP_SECONDS, WARM_UP_PAUSE_MS)
    const quiet = await crowd.introduce(QUIET_SECONDS)
    const told = answerOf(abuser)
    abuser.send({ kind, url, room: crowd.room, seconds: ABUSE_SECONDS })
    const abused = await crowd.introduce(ABUSE_SECONDS)
    return { kind, quiet, abused, outcome: await told }
  } finally {
    crowd.close()
    abuser.kill()
  }
}

/** @returns when it is loaded and waits for its order */
async function startAbuser(): Promise<ChildProcess> {
  const abuser = fork(PROGRAM, { execArgv: ['--import', 'tsx'] })
  await new Promise<void>((resolve, reject) => {
    abuser.once('message', () => resolve())
    abuser.once('exit', () => reject(new Error('the abuser did not start')))
  })
  return abuser
}

function answerOf(abuser: ChildProcess): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    abuser.once('message', (answer: { outcome?: Outcome; trouble?: string }) => {
      if (answer.outcome) resolve(answer.outcome)
      else reject(new Error(`the abuser failed: ${answer.trouble}`))
    })
    abuser.once('exit', () => reject(new Error('the abuser ended without an answer')))
  })
}

function summarise({ kind, quiet, abused, outcome }: Result) {
  const of = ({ sent, arrivals }: Times) => {
    const times = arrivals.map(({ took }) => took)
    return {
      medianMs: rounded(median(times), 3),
      p99Ms: rounded(quantile(times, 0.99), 3),
      lost: sent - times.length,
    }
  }
  const [before, beside] = [of(quiet), of(abused)]
  const calmAfterMs = findCalm(abused, before.medianMs * TOLERANCE)
  return {
    kind,
    quiet: before,
    abused: beside,
    ratio: rounded(beside.medianMs / before.medianMs),
    calmAfterMs,
    ...outcome,
  }
}

/** @returns milliseconds from the start of the abuse to the end of the last window in which the median was above that */
function findCalm({ arrivals }: Times, limit: number): number {
  const count = Math.ceil((ABUSE_SECONDS * 1000) / WINDOW_MS)
  const windows = Array.from({ length: count }, (): number[] => [])
  for (const { sentAt, took } of arrivals) windows[Math.floor(sentAt / WINDOW_MS)]?.push(took)
  return (windows.findLastIndex((window) => median(window) > limit) + 1) * WINDOW_MS
}

function describe({ kind, quiet, abused, ratio, calmAfterMs, ...outcome }: ReturnType<typeof summarise>): string {
  const { cutOffMs, shutOutMs, tries, messages, met } = outcome
  const cutOff = cutOffMs === undefined ? '' : `cut off ${rounded(cutOffMs, 1)} ms after its first word; `
  const shutOut = shutOutMs === undefined ? '' : `shut out after ${rounded(shutOutMs, 0)} ms; `
  const ends = Object.entries(met).map(([what, count]) => `${count} ${what}`)
  return [
    `${kind.padEnd(9)} median ${quiet.medianMs}, beside it ${abused.medianMs}, ratio ${ratio}`,
    `calm again ${calmAfterMs} ms after its start; p99 ${quiet.p99Ms} and ${abused.p99Ms}, lost ${quiet.lost} and ${abused.lost}`,
    `${cutOff}${shutOut}${tries} connections tried, ${messages} messages sent: ${ends.join(', ') || 'nothing happened'}`,
  ].join('\n          ')
}
