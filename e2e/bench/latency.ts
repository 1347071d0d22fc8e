/**
 * How long from sending a small message, which is stored before it goes, until its acknowledgement is here, against the round trip of a bare data
 * channel between the same two tabs, in turns.
 */
import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright/test'
import type { Bench, Report } from './bench'
import { closePages, openPages } from './pages'
import { quantile, rounded } from './statistics'

const MESSAGE_BYTES = 100
const SAMPLES_A_ROUND = 200

export async function benchLatency(bench: Bench): Promise<Report> {
  const pages = await openPages(bench, 2)
  const [sender, receiver] = pages
  if (!sender || !receiver) throw new Error('The pages did not open.')
  await joinStarling(sender, receiver)
  await connectBare(sender, receiver)
  const starling: number[] = []
  const bare: number[] = []
  // The first round warms both up and is not counted.
  for (let round = 0; round <= bench.rounds; round++) {
    const ours = await sendMessages(sender)
    const theirs = await sendBare(sender)
    if (round === 0) continue
    starling.push(...ours)
    bare.push(...theirs)
  }
  await closePages(pages)
  const at = (share: number) => ({
    starlingMs: rounded(quantile(starling, share), 3),
    bareMs: rounded(quantile(bare, share), 3),
    ratio: rounded(quantile(starling, share) / quantile(bare, share)),
  })
  const report = { median: at(0.5), p99: at(0.99) }
  const line = (name: string, { starlingMs, bareMs, ratio }: (typeof report)['median']) =>
    `${name.padEnd(7)} Starling ${starlingMs} ms, data channel ${bareMs} ms, ratio ${ratio}`
  return {
    lines: [
      `${MESSAGE_BYTES} bytes, send to acknowledgement against a round trip; ${starling.length} samples each`,
      line('median', report.median),
      line('p99', report.p99),
    ],
    json: { bytes: MESSAGE_BYTES, samples: starling.length, ...report },
  }
}

async function joinStarling(...pages: readonly Page[]): Promise<void> {
  const link = `#/r/${randomBytes(16).toString('base64url')}`
  await Promise.all(
    pages.map((page) =>
      page.evaluate(async (link) => {
        window.room = await window.starling.joinRoom({ link })
        const isLinked = () => window.room.members().some((member) => member.reach === 'direct')
        if (!isLinked()) await new Promise<void>((done) => window.room.on('members', () => isLinked() && done()))
      }, link),
    ),
  )
}

async function connectBare(caller: Page, callee: Page): Promise<void> {
  for (const page of [caller, callee]) {
    await page.evaluate(() => {
      window.channel = new window.bare.BareChannel()
    })
  }
  const offer = await caller.evaluate(() => window.channel.offer())
  const answer = await callee.evaluate((offer) => window.channel.answer(offer), offer)
  await caller.evaluate((answer) => window.channel.accept(answer), answer)
  await Promise.all([caller, callee].map((page) => page.evaluate(() => window.channel.opened())))
  await callee.evaluate(() => window.channel.echo())
}

function sendMessages(page: Page): Promise<number[]> {
  return page.evaluate(
    async ({ bytes, samples }) => {
      const peer = window.room.members()[0]?.id
      if (!peer) throw new Error('The other tab is gone.')
      const content = { kind: 'data', data: new Uint8Array(bytes) } as const
      const times: number[] = []
      for (let sample = 0; sample < samples; sample++) {
        const start = performance.now()
        await window.room.send(peer, content)
        times.push(performance.now() - start)
      }
      return times
    },
    { bytes: MESSAGE_BYTES, samples: SAMPLES_A_ROUND },
  )
}

function sendBare(page: Page): Promise<number[]> {
  return page.evaluate(
    async ({ bytes, samples }) => {
      const times: number[] = []
      for (let sample = 0; sample < samples; sample++) times.push(await window.channel.roundTrip(bytes))
      return times
    },
    { bytes: MESSAGE_BYTES, samples: SAMPLES_A_ROUND },
  )
}

declare global {
  interface Window {
    channel: InstanceType<Window['bare']['BareChannel']>
  }
}
