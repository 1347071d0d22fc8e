/**
 * The contract of a link, held by the real one: two WebRtcLinks in one page, signals handed over by hand. The simulated
 * link runs the same cases in virtual time.
 */
import { test as base, expect, type Page } from 'playwright/test'
import type * as Gatherings from '../client/src/mesh/link/gathering'
import type * as LinkContract from '../client/src/mesh/link/link-contract'
import { linkContract } from '../client/src/mesh/link/link-contract'
import type * as WebRtcLinks from '../client/src/mesh/link/webrtc-link'
import type { LinkSignal } from '../client/src/mesh/protocol/introductions'
import type * as Clocks from '../client/src/mesh/runtime/clock'
import { SourceServer } from './fixtures/source-server'

const test = base.extend<object, { sources: SourceServer }>({
  sources: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const sources = await SourceServer.start()
      await use(sources)
      await sources.close()
    },
    { scope: 'worker' },
  ],
})

for (const { name } of linkContract) {
  test(`a WebRTC link: ${name}`, async ({ page, sources }) => {
    const uncaught: Error[] = []
    page.on('pageerror', (error) => uncaught.push(error))
    await page.goto(sources.blankPage)

    await runCase(page, name)

    expect(uncaught, 'errors that nobody caught').toEqual([])
  })
}

test('[DI14] WebRTC links open by what was gathered for them, and tell nobody of candidates that only call', async ({
  page,
  sources,
}) => {
  await page.goto(sources.blankPage)

  const told = await page.evaluate(async () => {
    const load = <Module>(path: string): Promise<Module> => import(path)
    const { WebRtcLink } = await load<typeof WebRtcLinks>('/src/mesh/link/webrtc-link.ts')
    const { Gathering } = await load<typeof Gatherings>('/src/mesh/link/gathering.ts')
    const { systemClock } = await load<typeof Clocks>('/src/mesh/runtime/clock.ts')
    const told: string[] = []
    const caller = new WebRtcLink({ initiator: true, iceServers: [] })
    const callee = new WebRtcLink({ initiator: false, iceServers: [] })
    const sides = [caller, callee].map((link) => new Promise<void>((resolve) => link.on('open', resolve)))
    for (const [from, to] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      const tell = (signals: readonly LinkSignal[]) => {
        for (const signal of signals) {
          told.push(signal.kind === 'candidate' ? signal.candidate : signal.sdp)
          to.signal(signal)
        }
      }
      const gathering = new Gathering({ clock: systemClock, tell })
      from.on('signal', (signal) => gathering.add(signal))
      from.on('gathered', () => gathering.complete())
    }
    await Promise.all(sides)
    for (const link of [caller, callee]) link.close()
    return told
  })

  expect(told[0]).toMatch(/^v=0[\s\S]*\r\na=candidate:/)
  for (const signal of told) expect(signal).not.toMatch(/tcptype active/)
})

/** Runs one case inside the page; rejects with what it complains about. */
async function runCase(page: Page, name: string): Promise<void> {
  await page.evaluate(async (name) => {
    const load = <Module>(path: string): Promise<Module> => import(path)
    const { WebRtcLink } = await load<typeof WebRtcLinks>('/src/mesh/link/webrtc-link.ts')
    const { linkContract } = await load<typeof LinkContract>('/src/mesh/link/link-contract.ts')

    const pair = () => {
      const caller = new WebRtcLink({ initiator: true, iceServers: [] })
      const callee = new WebRtcLink({ initiator: false, iceServers: [] })
      caller.on('signal', (signal) => callee.signal(signal))
      callee.on('signal', (signal) => caller.signal(signal))
      return { caller, callee }
    }
    const until = async (condition: () => boolean) => {
      const giveUpAt = performance.now() + 10_000
      while (!condition()) {
        if (performance.now() > giveUpAt) throw new Error('what the case waits for did not come')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }

    const contractCase = linkContract.find((candidate) => candidate.name === name)
    if (contractCase === undefined) throw new Error(`the contract has no case called ${name}`)
    await contractCase.run({ pair, until })
  }, name)
}
