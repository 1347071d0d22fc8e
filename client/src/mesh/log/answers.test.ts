import { describe, expect, it } from 'vitest'
import { keyOf, type OpenLog, openLog, Writer } from '../../sim/log-scene'
import { VirtualClock } from '../../sim/virtual-clock'
import { MAX_SEGMENTS } from '../protocol/limits'
import type { Segment } from '../protocol/log-messages'
import { countOwn } from './answers'
import { memoryLogStore } from './memory-log-store'

const alice = keyOf('alice')

const words = (segments: readonly Segment[]) =>
  segments.map(({ entries }) => entries.map((bytes) => /[a-z]+ \d+/.exec(Buffer.from(bytes).toString('latin1'))?.[0]))

/** Alice holds what bob and carol have said, each entry with a signature of its own. */
async function setUp(count: number): Promise<{ open: OpenLog; bob: Writer; carol: Writer }> {
  const open = await openLog(new VirtualClock(), alice)
  const [bob, carol] = [new Writer(keyOf('bob')), new Writer(keyOf('carol'))]
  for (let index = 1; index <= count; index++) {
    bob.write(`bob ${index}`, { lamport: 2 * index })
    carol.write(`carol ${index}`, { lamport: 2 * index + 1 })
  }
  for (const writer of [bob, carol]) {
    const segments = await Promise.all(writer.entries.map(({ raw }) => writer.segment(raw.seq, raw.seq)))
    await open.log.receive({ sender: keyOf('dave'), segments })
  }
  return { open, bob, carol }
}

describe('an answer', () => {
  it('[LM3] is in the order of the log, each feed from where it is wanted', async () => {
    const { open, bob, carol } = await setUp(4)
    const wanted = [
      { author: carol.id, from: 2 },
      { author: bob.id, from: 3 },
    ]
    const segments = await open.log.answer(wanted, 1e6)
    expect(words(segments).flat()).toEqual(['carol 2', 'bob 3', 'carol 3', 'bob 4', 'carol 4'])
    // The hash before it stands with the first of each feed alone.
    expect(segments.map(({ previous }) => previous !== undefined)).toEqual([true, true, false, false, false])
    expect(segments.every(({ publicKey }) => publicKey !== undefined)).toBe(true)
    expect(countOwn(segments)).toBe(0)
  })

  it('[LM3] has about as many bytes as asked for, and one segment at least', async () => {
    const { open, bob, carol } = await setUp(40)
    const wanted = [bob, carol].map(({ id }) => ({ author: id, from: 1 }))
    const size = (segments: readonly Segment[]) =>
      segments.reduce((sum, { entries }) => sum + entries.reduce((all, { length }) => all + length, 0), 0)
    for (const budget of [100, 500]) {
      const segments = await open.log.answer(wanted, budget)
      expect(size(segments)).toBeLessThanOrEqual(budget)
      expect(size(segments)).toBeGreaterThan(budget / 2)
    }
    expect(words(await open.log.answer(wanted, 1))).toEqual([['bob 1']])
  })

  it('[LM3] ends at a hole that a disk has in what is held', async () => {
    const store = memoryLogStore()
    const open = await openLog(new VirtualClock(), alice, { store })
    for (const words of ['one', 'two', 'three', 'four']) await open.log.write({ kind: 'text', text: words })
    await store.remove('room', [{ author: alice.id, from: 3, to: 3 }], [])
    const again = await openLog(new VirtualClock(), alice, { store })
    const segments = await again.log.answer([{ author: alice.id, from: 1 }], 1e6)
    expect(segments.flatMap(({ entries }) => entries)).toHaveLength(2)
    expect(await again.log.answer([{ author: alice.id, from: 3 }], 1e6)).toEqual([])
  })

  it('[LM3] has nothing of what is not held', async () => {
    const { open, bob } = await setUp(2)
    const wanted = [
      { author: bob.id, from: 3 },
      { author: keyOf('nobody').id, from: 1 },
      { author: bob.id, from: Number.MAX_SAFE_INTEGER },
    ]
    expect(await open.log.answer(wanted, 1e6)).toEqual([])
    expect(await open.log.answer([], 1e6)).toEqual([])
    expect(words(await open.log.answer([{ author: bob.id, from: 0 }], 1e6)).flat()).toEqual(['bob 1', 'bob 2'])
  })

  it('[LM1] goes on to the next signature, also when it is asked for the middle of what one covers', async () => {
    const open = await openLog(new VirtualClock(), alice)
    const bob = new Writer(keyOf('bob'))
    for (let index = 1; index <= 6; index++) bob.write(`bob ${index}`)
    await open.log.receive({ sender: keyOf('dave'), segments: [await bob.segment(1, 4), await bob.segment(5)] })
    const segments = await open.log.answer([{ author: bob.id, from: 3 }], 1e6)
    expect(words(segments)).toEqual([
      ['bob 3', 'bob 4'],
      ['bob 5', 'bob 6'],
    ])
    expect(segments[0]?.previous).toEqual(bob.entries[1]?.hash)
    const other = await openLog(new VirtualClock(), keyOf('erin'))
    await other.log.receive({ sender: keyOf('dave'), segments: [await bob.segment(1, 4)] })
    await other.log.receive({ sender: keyOf('dave'), segments, asked: new Map([[bob.id, 3]]) })
    expect(other.log.feed(bob.id)?.head).toBe(6)
  })

  it("[LM1] of one's own feed goes without a key", async () => {
    const open = await openLog(new VirtualClock(), alice)
    await Promise.all(['one', 'two'].map((text) => open.log.write({ kind: 'text', text })))
    const segments = await open.log.answer([{ author: alice.id, from: 1 }], 1e6)
    expect(segments.map(({ publicKey }) => publicKey)).toEqual([undefined])
    expect(countOwn(segments)).toBe(2)
  })

  it('[LM1] has no more segments than a message may', async () => {
    const { open, bob, carol } = await setUp(MAX_SEGMENTS)
    const wanted = [bob, carol].map(({ id }) => ({ author: id, from: 1 }))
    expect(await open.log.answer(wanted, 1e9)).toHaveLength(MAX_SEGMENTS)
  })
})
