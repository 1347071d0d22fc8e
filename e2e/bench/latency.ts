/**
 * How long from asking another tab until its answer is here, and from saying something to it until it is known to be on
 * both disks, against the round trip of a bare data channel between the same two tabs, in turns.
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
  const asked: number[] = []
  const said: number[] = []
  const bare: number[] = []
  // The first round warms both up and is not counted.
  for (let round = 0; round <= bench.rounds; round++) {
    const ours = await ask(sender)
    const theirs = await sendBare(sender)
    const kept = await say(sender)
    if (round === 0) continue
    asked.push(...ours)
    said.push(...kept)
    bare.push(...theirs)
  }
  await closePages(pages)
  const at = (samples: readonly number[], share: number) => ({
    starlingMs: rounded(quantile(samples, share), 3),
    bareMs: rounded(quantile(bare, share), 3),
    ratio: rounded(quantile(samples, share) / quantile(bare, share)),
  })
  const report = { median: at(asked, 0.5), p99: at(asked, 0.99), sendMedian: at(said, 0.5), sendP99: at(said, 0.99) }
  const line = (name: string, { starlingMs, bareMs, ratio }: (typeof report)['median']) =>
    `${name.padEnd(16)} Starling ${starlingMs} ms, data channel ${bareMs} ms, ratio ${ratio}`
  return {
    lines: [
      `${MESSAGE_BYTES} bytes against a round trip of a data channel; ${asked.length} samples each`,
      line('request, median', report.median),
      line('request, p99', report.p99),
      line('send, median', report.sendMedian),
      line('send, p99', report.sendP99),
    ],
    json: { bytes: MESSAGE_BYTES, samples: asked.length, ...report },
  }
}

async function joinStarling(...pages: readonly Page[]): Promise<void> {
  const link = `#/r/${randomBytes(16).toString('base64url')}`
  await Promise.all(
    pages.map((page) =>
      page.evaluate(async (link) => {
        window.room = await window.starling.joinRoom({ link })
        window.room.handle('echo', (body) => body)
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

function ask(page: Page): Promise<number[]> {
  return page.evaluate(
    async ({ bytes, samples }) => {
      const peer = window.room.members()[0]?.id
      if (!peer) throw new Error('The other tab is gone.')
      const body = new Uint8Array(bytes)
      const times: number[] = []
      for (let sample = 0; sample < samples; sample++) {
        const start = performance.now()
        await window.room.request(peer, 'echo', body)
        times.push(performance.now() - start)
      }
      return times
    },
    { bytes: MESSAGE_BYTES, samples: SAMPLES_A_ROUND },
  )
}

/** Each is on the speaker's disk before it is sent, and on the other's before it is acknowledged. */
function say(page: Page): Promise<number[]> {
  return page.evaluate(
    async ({ bytes, samples }) => {
      const peer = window.room.members()[0]?.id
      if (!peer) throw new Error('The other tab is gone.')
      const text = '.'.repeat(bytes)
      const times: number[] = []
      for (let sample = 0; sample < samples; sample++) {
        const start = performance.now()
        await window.room.send(peer, text)
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
