/** How long until every pair of tabs is linked, when all join at once: Starling's rooms against bare simple-peer. */
import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright/test'
import type { Bench, Report } from './bench'
import { closePages, openPages } from './pages'
import { median, rounded } from './statistics'

export async function benchMesh(bench: Bench): Promise<Report> {
  const { tabs, rounds } = bench
  const starling: number[] = []
  const bare: number[] = []
  for (let round = 0; round < rounds; round++) {
    // In turn, and the other one first in every other round: whoever is second finds a warmer machine.
    const measures = [
      async () => starling.push(await timed(bench, joinStarling)),
      async () => bare.push(await timed(bench, joinBare)),
    ]
    for (const measure of round % 2 === 0 ? measures : measures.reverse()) await measure()
  }
  const ratio = rounded(median(starling) / median(bare))
  const describe = (name: string, samples: readonly number[]) =>
    `${name.padEnd(10)} ${samples.map((ms) => rounded(ms, 0)).join(', ')} ms; median ${rounded(median(samples), 0)} ms`
  return {
    lines: [
      `${tabs} tabs, ${(tabs * (tabs - 1)) / 2} links, from joining at once to the last pair linked; ${rounds} rounds`,
      describe('Starling', starling),
      describe('bare', bare),
      `ratio      ${ratio}`,
    ],
    json: { tabs, rounds, starlingMs: starling.map((ms) => rounded(ms)), bareMs: bare.map((ms) => rounded(ms)), ratio },
  }
}

async function timed(bench: Bench, join: (pages: readonly Page[]) => Promise<unknown>): Promise<number> {
  const pages = await openPages(bench, bench.tabs)
  const start = performance.now()
  await join(pages)
  const duration = performance.now() - start
  await closePages(pages)
  return duration
}

const newId = (): string => randomBytes(16).toString('base64url')

function joinStarling(pages: readonly Page[]): Promise<unknown> {
  const link = `#/r/${newId()}`
  return Promise.all(
    pages.map((page) =>
      page.evaluate(
        async ({ link, others }) => {
          const room = await window.starling.joinRoom({ link })
          const isMeshed = () => room.members().filter((member) => member.reach === 'direct').length === others
          if (!isMeshed()) await new Promise<void>((done) => room.on('members', () => isMeshed() && done()))
        },
        { link, others: pages.length - 1 },
      ),
    ),
  )
}

function joinBare(pages: readonly Page[]): Promise<unknown> {
  const room = newId()
  return Promise.all(
    pages.map((page) =>
      page.evaluate(async ({ room, peer, others }) => void (await window.bare.joinBare(room, peer, others)), {
        room,
        peer: newId(),
        others: pages.length - 1,
      }),
    ),
  )
}
