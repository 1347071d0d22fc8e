/**
 * How many entries a second one tab says to all the others, each stored, signed and delivered everywhere, against a plain
 * loop of simple-peer's `send` with as many bytes in the same run; how late they come at a steady pace; and what one of
 * them costs on the wire.
 */
import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright/test'
import type { Bench, Report } from './bench'
import { closePages, openPages } from './pages'
import { median, quantile, rounded } from './statistics'
import { measureWire } from './wire'

const ENTRY_BYTES = 200
/** said as fast as it goes */
const BURST = 5000
/** said at a steady pace */
const PACE = { perSecond: 1000, seconds: 5 }

interface Round {
  readonly perSecond: number
  readonly latencies: readonly number[]
}

export async function benchBroadcast(bench: Bench): Promise<Report> {
  const starling: Round[] = []
  const bare: Round[] = []
  for (let round = 0; round < bench.rounds; round++) {
    const measures = [
      async () => starling.push(await measure(bench, joinStarling)),
      async () => bare.push(await measure(bench, joinBare)),
    ]
    for (const take of round % 2 === 0 ? measures : measures.reverse()) await take()
  }
  const rate = (rounds: readonly Round[]) => rounded(median(rounds.map(({ perSecond }) => perSecond)), 0)
  const p99 = (rounds: readonly Round[]) =>
    rounded(
      quantile(
        rounds.flatMap(({ latencies }) => latencies),
        0.99,
      ),
    )
  const ratio = rounded(rate(starling) / rate(bare))
  const describe = (name: string, rounds: readonly Round[]) =>
    `${name.padEnd(9)} ${rounds.map(({ perSecond }) => rounded(perSecond, 0)).join(', ')} entries/s, median ${rate(rounds)}; ` +
    `p99 ${p99(rounds)} ms at ${PACE.perSecond} a second`
  const wire = await measureWire(bench)
  return {
    lines: [
      `${bench.tabs} tabs, ${BURST} entries of ${ENTRY_BYTES} bytes from one until all others have delivered them; ${bench.rounds} rounds`,
      describe('Starling', starling),
      describe('bare', bare),
      `ratio     ${ratio}`,
      ...wire.lines,
    ],
    json: {
      tabs: bench.tabs,
      entryBytes: ENTRY_BYTES,
      starling: { perSecond: rate(starling), p99Ms: p99(starling) },
      bare: { perSecond: rate(bare), p99Ms: p99(bare) },
      ratio,
      ...wire.json,
    },
  }
}

/** What both can do: say numbered messages as told, and tell when those of others came. */
interface Talk {
  readonly burst: () => Promise<readonly number[]>
  readonly pace: () => Promise<readonly number[]>
  readonly arrivals: (page: Page, count: number) => Promise<readonly number[]>
}

async function measure(bench: Bench, join: (pages: readonly Page[]) => Promise<Talk>): Promise<Round> {
  const pages = await openPages(bench, bench.tabs)
  const talk = await join(pages)
  const arriveAt = async (from: number, count: number) => {
    const all = await Promise.all(pages.slice(1).map((page) => talk.arrivals(page, from + count)))
    return Array.from({ length: count }, (_, index) =>
      Math.max(...all.map((times) => times[from + index] ?? Number.NaN)),
    )
  }
  const [start = 0] = await talk.burst()
  const ends = await arriveAt(0, BURST)
  const said = await talk.pace()
  const heard = await arriveAt(BURST, said.length)
  await closePages(pages)
  return {
    perSecond: BURST / ((Math.max(...ends) - start) / 1000),
    latencies: heard.map((time, index) => time - (said[index] ?? 0)),
  }
}

const newId = (): string => randomBytes(16).toString('base64url')

async function joinStarling(pages: readonly Page[]): Promise<Talk> {
  const link = `#/r/${newId()}`
  await Promise.all(
    pages.map((page) =>
      page.evaluate(
        async ({ link, others }) => {
          const room = await window.starling.joinRoom({ link })
          const arrivals: number[] = []
          room.on('entry', ({ content, author }) => {
            if (content.kind !== 'text' || author === room.self.id) return
            arrivals[Number.parseInt(content.text, 10)] = performance.timeOrigin + performance.now()
          })
          window.arrivals = arrivals
          window.room = room
          const isMeshed = () => room.members().filter((member) => member.reach === 'direct').length === others
          if (!isMeshed()) await new Promise<void>((done) => room.on('members', () => isMeshed() && done()))
          const waiting: Promise<unknown>[] = []
          window.say = (number, bytes) => {
            waiting.push(room.broadcast(`${number} `.padEnd(bytes, '.')))
          }
          window.said = () => Promise.all(waiting.splice(0))
        },
        { link, others: pages.length - 1 },
      ),
    ),
  )
  return talkOf(pages)
}

async function joinBare(pages: readonly Page[]): Promise<Talk> {
  const room = newId()
  await Promise.all(
    pages.map((page) =>
      page.evaluate(
        async ({ room, peer, others }) => {
          const bare = await window.bare.joinBare(room, peer, others)
          window.arrivals = bare.arrivals
          window.say = (number, bytes) => {
            const message = new Uint8Array(bytes)
            new DataView(message.buffer).setUint32(0, number)
            bare.send(message)
          }
          window.said = async () => {}
        },
        { room, peer: newId(), others: pages.length - 1 },
      ),
    ),
  )
  return talkOf(pages)
}

function talkOf([speaker]: readonly Page[]): Talk {
  if (!speaker) throw new Error('No page was opened.')
  return {
    burst: () =>
      speaker.evaluate(
        async ({ count, bytes }) => {
          const start = performance.timeOrigin + performance.now()
          for (let number = 0; number < count; number++) window.say(number, bytes)
          await window.said()
          return [start]
        },
        { count: BURST, bytes: ENTRY_BYTES },
      ),
    pace: () =>
      speaker.evaluate(
        async ({ first, perSecond, seconds, bytes }) => {
          const times: number[] = []
          const start = performance.now()
          while (times.length < perSecond * seconds) {
            const due = Math.floor(((performance.now() - start) / 1000) * perSecond)
            while (times.length < Math.min(due, perSecond * seconds)) {
              times.push(performance.timeOrigin + performance.now())
              window.say(first + times.length - 1, bytes)
            }
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
          await window.said()
          return times
        },
        { first: BURST, ...PACE, bytes: ENTRY_BYTES },
      ),
    arrivals: (page, count) =>
      page.evaluate(async (count) => {
        const isThere = () => {
          for (let number = count - 1; number >= 0; number--) if (window.arrivals[number] === undefined) return false
          return true
        }
        while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 20))
        return [...window.arrivals]
      }, count),
  }
}

declare global {
  interface Window {
    arrivals: readonly number[]
    say: (number: number, bytes: number) => void
    said: () => Promise<unknown>
  }
}
