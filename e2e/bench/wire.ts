/**
 * What one message of 100 bytes to one peer costs on the wire: everything that both sides send for it, acknowledgements and
 * the headers of all layers below included, less what an idle link costs in the same time.
 */
import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright/test'
import type { Bench, Report } from './bench'
import { closePages, openPages } from './pages'
import { rounded } from './statistics'

const MESSAGE_BYTES = 100
const MESSAGES = 100
/** Somebody who types fast. */
const EVERY_MS = 100
/** of IPv4 and UDP, which browsers do not count */
const HEADER_BYTES = 28

export async function measureWire(bench: Bench): Promise<Report> {
  const pages = await openPages(bench, 2)
  const [sender, receiver] = pages
  if (!sender || !receiver) throw new Error('The pages did not open.')
  for (const page of pages) await page.evaluate(countConnections)
  const link = `#/r/${randomBytes(16).toString('base64url')}`
  await Promise.all(pages.map((page) => page.evaluate(joinTwo, link)))
  const costs: Record<string, number> = {}
  for (const way of ['broadcast', 'send'] as const) {
    // The first of all tells its author's name, and is not counted.
    await say(sender, way, 1)
    const idle = await cost(sender, () => sender.waitForTimeout(MESSAGES * EVERY_MS))
    const busy = await cost(sender, () => say(sender, way, MESSAGES))
    costs[way] = rounded((busy - idle) / MESSAGES, 0)
  }
  await closePages(pages)
  const { broadcast = 0, send = 0 } = costs
  return {
    lines: [
      `on the wire for ${MESSAGE_BYTES} bytes to one peer: ${broadcast} bytes said to everyone, ${send} sealed for one`,
    ],
    json: { wireBytes: costs },
  }
}

/** @returns bytes sent and received by a page while something happens, and until it is acknowledged */
async function cost(page: Page, happen: () => Promise<unknown>): Promise<number> {
  const before = await page.evaluate(readTraffic, HEADER_BYTES)
  await happen()
  return (await page.evaluate(readTraffic, HEADER_BYTES)) - before
}

function say(page: Page, way: 'broadcast' | 'send', count: number): Promise<void> {
  return page.evaluate(
    async ({ way, count, bytes, every }) => {
      const peer = window.room.members()[0]?.id
      if (!peer) throw new Error('The other tab is gone.')
      const start = performance.now()
      for (let number = 1; number <= count; number++) {
        const text = `${number} `.padEnd(bytes, '.')
        void (way === 'send' ? window.room.send(peer, text) : window.room.broadcast(text))
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + number * every - performance.now())))
      }
    },
    { way, count, bytes: MESSAGE_BYTES, every: EVERY_MS },
  )
}

async function joinTwo(link: string): Promise<void> {
  window.room = await window.starling.joinRoom({ link })
  const isLinked = () => window.room.members().some((member) => member.reach === 'direct')
  if (!isLinked()) await new Promise<void>((done) => window.room.on('members', () => isLinked() && done()))
}

function countConnections(): void {
  const connections: RTCPeerConnection[] = []
  const Original = window.RTCPeerConnection
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      connections.push(this)
    }
  }
  window.connections = connections
}

async function readTraffic(header: number): Promise<number> {
  let bytes = 0
  // The browser's own: links answer with something else.
  for (const connection of window.connections)
    for (const report of (await RTCPeerConnection.prototype.getStats.call(connection)).values())
      if (report.type === 'candidate-pair')
        bytes += report.bytesSent + report.bytesReceived + header * (report.packetsSent + report.packetsReceived)
  return bytes
}

declare global {
  interface Window {
    connections: readonly RTCPeerConnection[]
  }
}
