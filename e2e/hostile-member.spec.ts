/** Mallory is in the room, in a real tab, and writes whatever she likes at full speed: alice and bob notice little of it. */

import { expectMesh, joinTogether, upTo, within } from './fixtures/gathering'
import { arm, type Flood, flood } from './fixtures/hostile-tab'
import type { LibraryTab } from './fixtures/library-tab'
import { expect, test } from './fixtures/test'

/** Milliseconds. */
const TALK_EVERY = 50
const FLOOD_FOR = 4000

/** Bytes. Far less than any flood brings, and more than a page's own doings. */
const MAX_GROWTH = 32 * 1024 * 1024

/** Where it depends on the machine how much of a flood arrives, nobody asks what became of mallory. */
const FLOODS: readonly { readonly what: Flood; readonly breaksRules: boolean }[] = [
  { what: 'garbage', breaksRules: true },
  { what: 'truncated frames', breaksRules: true },
  { what: 'tiny frames', breaksRules: false },
  { what: 'small requests', breaksRules: false },
  { what: 'small entries', breaksRules: false },
  { what: 'the largest entries', breaksRules: false },
  { what: 'forged entries', breaksRules: true },
  { what: 'empty promises', breaksRules: false },
  { what: 'signals', breaksRules: false },
  { what: 'bombs', breaksRules: true },
  { what: 'the largest requests', breaksRules: false },
  { what: 'endless frames', breaksRules: false },
]

for (const { what, breaksRules } of FLOODS) {
  test(`[CO2] mallory floods the room with ${what}: alice and bob go on talking`, async ({ openLibraryTab }) => {
    const [alice, bob, mallory] = [await openLibraryTab(), await openLibraryTab(), await openLibraryTab()]
    await arm(mallory)
    await joinTogether([alice, bob, mallory], ['Alice', 'Bob', 'Mallory'])
    await expectMesh([alice, bob, mallory])
    const heapBefore = await heapOf(alice)
    await Promise.all([alice, bob].map((tab) => tab.startTalking(TALK_EVERY)))

    const flooded = flood(mallory, what, { milliseconds: FLOOD_FOR, untilCutOff: breaksRules })
    const slowest = await talkThrough(alice, bob, flooded)
    expect(await flooded, 'bytes').toBeGreaterThan(0)
    test.info().annotations.push({ type: 'slowest word', description: `${Math.round(slowest)} ms` })

    if (breaksRules) {
      for (const tab of [alice, bob]) {
        await expect
          .poll(() => tab.errors(), within(10))
          .toMatchObject([{ reason: 'misbehaving', details: { peer: mallory.id } }])
        expect((await tab.memberOf(mallory))?.status).toBe('gone')
        await expect(tab.request(mallory.id, 'why?', null)).rejects.toMatchObject({ reason: 'unreachable' })
      }
    }
    for (const [tab, other] of [[alice, bob] as const, [bob, alice] as const]) {
      expect(await tab.memberOf(other)).toMatchObject({ status: 'here', reach: 'direct' })
    }
    const [byAlice, byBob] = [await alice.stopTalking(), await bob.stopTalking()]
    await expect.poll(() => bob.heardFrom(alice)).toEqual(upTo(byAlice))
    await expect.poll(() => alice.heardFrom(bob)).toEqual(upTo(byBob))
    await mallory.close()
    await expect
      .poll(async () => {
        await alice.forgetMessagesOf(mallory)
        return (await heapOf(alice)) - heapBefore
      }, within(10))
      .toBeLessThan(MAX_GROWTH)
  })
}

/** While it lasts, what one says is heard by the other. @returns how long that took at most, in ms */
async function talkThrough(alice: LibraryTab, bob: LibraryTab, flooded: Promise<unknown>): Promise<number> {
  let slowest = 0
  let isOver = false
  const end = flooded.finally(() => {
    isOver = true
  })
  while (!isOver) {
    for (const [speaker, listener] of [[alice, bob] as const, [bob, alice] as const]) {
      const start = performance.now()
      const said = await speaker.talkedSoFar()
      await expect.poll(() => lastHeard(listener, speaker), within(5)).toBeGreaterThan(said)
      slowest = Math.max(slowest, performance.now() - start)
    }
  }
  await end
  return slowest
}

async function lastHeard(listener: LibraryTab, speaker: LibraryTab): Promise<number> {
  return Number(await listener.lastHeardFrom(speaker))
}

/** @returns bytes that the page holds, those of array buffers included */
async function heapOf(tab: LibraryTab): Promise<number> {
  const devtools = await tab.context.newCDPSession(tab.page)
  await devtools.send('HeapProfiler.collectGarbage')
  const usage: { usedSize: number; backingStorageSize?: number } = await devtools.send('Runtime.getHeapUsage')
  await devtools.detach()
  return usage.usedSize + (usage.backingStorageSize ?? 0)
}
