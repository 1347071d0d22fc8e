import { describe, expect, it } from 'vitest'
import { keyOf, type OpenLog, openLog, Writer } from '../../sim/log-scene'
import { VirtualClock } from '../../sim/virtual-clock'
import { toBase64Url } from '../protocol/base64url'
import { toPeerId } from '../protocol/ids'
import {
  ENTRIES_FRAME_BYTES,
  MAX_ANSWERED_ENTRIES,
  MAX_FEEDS,
  MAX_SEGMENT_ENTRIES,
  MAX_SEGMENTS,
} from '../protocol/limits'
import { decodeLogMessage, encodeLogMessage, type LogMessage, type Segment } from '../protocol/log-messages'
import { countOwn } from './answers'
import { type Branch, decodeProof, encodeProof } from './fork-proof'
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

  it('[LM3] goes once through the feed of somebody who is named twice', async () => {
    const { open, bob } = await setUp(4)
    const wanted = [1, 3, 1].map((from) => ({ author: bob.id, from }))
    expect(words(await open.log.answer(wanted, 1e6)).flat()).toEqual(['bob 1', 'bob 2', 'bob 3', 'bob 4'])
  })
})

/** What arrives of a message; nothing when whoever gets it cannot read it. */
function arrive(message: LogMessage): LogMessage | undefined {
  const decoded = decodeLogMessage(encodeLogMessage(message))
  return decoded.ok ? decoded.value : undefined
}

describe('the smallest entries', () => {
  const unlimited = { limits: { entries: 1e6, bytes: 1e9 } }

  /** Alice holds `each` entries of each author, as small as entries are, `together` under one signature. */
  async function setUp(names: readonly string[], each: number, together: number) {
    const open = await openLog(new VirtualClock(), alice, unlimited)
    const writers = names.map((name) => new Writer(keyOf(name)))
    for (const writer of writers) {
      for (let count = 0; count < each; count++) writer.write('', { at: 0 })
      const starts = Array.from({ length: Math.ceil(each / together) }, (_, index) => index * together + 1)
      const segments = await Promise.all(starts.map((from) => writer.segment(from, from + together - 1)))
      await open.log.receive({ sender: keyOf('dave'), segments })
      expect(open.log.feed(writer.id)?.head).toBe(each)
    }
    return { open, writers }
  }

  /** Erin asks for all of them until she has them. @returns how many entries came each time */
  async function fetch(open: OpenLog, writers: readonly Writer[]): Promise<readonly number[]> {
    const erin = await openLog(new VirtualClock(), keyOf('erin'), unlimited)
    const counts: number[] = []
    for (;;) {
      const wanted = writers.map(({ id }) => ({ author: id, from: (erin.log.feed(id)?.head ?? 0) + 1 }))
      const sent = await open.log.answer(wanted, ENTRIES_FRAME_BYTES)
      if (sent.length === 0) break
      const message = arrive({ kind: 'entries', direct: false, answer: true, segments: sent })
      expect(message).toBeDefined()
      const segments = message?.kind === 'entries' ? message.segments : []
      const asked = new Map(wanted.map(({ author, from }) => [author, from]))
      const { delivered, fault } = await erin.log.receive({ sender: alice, segments, asked })
      expect(fault).toBeUndefined()
      counts.push(delivered)
    }
    for (const { id, entries } of writers) expect(erin.log.feed(id)?.head).toBe(entries.length)
    return counts
  }

  it('[LM3] [DT5] come, thousands of them in few segments, in answers that can be read', async () => {
    const { open, writers } = await setUp(['bob'], 12_000, MAX_SEGMENT_ENTRIES)
    const counts = await fetch(open, writers)
    expect(Math.max(...counts)).toBeLessThanOrEqual(MAX_ANSWERED_ENTRIES)
    // What a signature covers goes together, and as much as may be.
    expect(counts.slice(0, -1).every((count) => count % MAX_SEGMENT_ENTRIES === 0)).toBe(true)
    expect(counts[0]).toBeGreaterThan(MAX_ANSWERED_ENTRIES - MAX_SEGMENT_ENTRIES)
  })

  it('[LM3] [DT5] come, each in a segment of its own, in answers that can be read', async () => {
    const { open, writers } = await setUp(['bob', 'carol'], 1500, 1)
    expect(await fetch(open, writers)).toEqual([MAX_SEGMENTS, MAX_SEGMENTS, 3000 - 2 * MAX_SEGMENTS])
  })

  it('[LM3] [DT5] come in answers that can be read when these are as full as may be in every way', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `author ${index}`)
    const { open, writers } = await setUp(names, 300, 5)
    expect(await fetch(open, writers)).toEqual([MAX_ANSWERED_ENTRIES, 6000 - MAX_ANSWERED_ENTRIES])
    const entries = Array.from({ length: MAX_ANSWERED_ENTRIES / MAX_SEGMENTS + 1 }, () => new Uint8Array())
    const [key, hash, signature] = [32, 32, 64].map((length) => new Uint8Array(length)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const segments = new Array<Segment>(MAX_SEGMENTS).fill({ publicKey: key, previous: hash, entries, signature })
    expect(arrive({ kind: 'entries', direct: false, answer: true, segments })).toBeDefined()
  })

  it('[LM3] [LG5] can be read when their author has written as many as it may in one moment', async () => {
    const open = await openLog(new VirtualClock(), alice)
    const written: Segment[] = []
    open.log.on('delivered', (delivered) => written.push(...(delivered.written ? [delivered.written] : [])))
    await Promise.all(Array.from({ length: 600 }, () => open.log.write({ kind: 'text', text: 'a' })))
    expect(written.map(({ entries }) => entries.length)).toEqual([MAX_SEGMENT_ENTRIES, 600 - MAX_SEGMENT_ENTRIES])
    for (const segment of written) {
      const message: LogMessage = { kind: 'entries', direct: false, answer: false, segments: [segment] }
      expect(arrive(message)).toEqual(message)
    }
  })
})

describe('what else is said of a log', () => {
  it('[LM1] [DT5] can be read when the log is as full of feeds as may be', () => {
    const most = Number.MAX_SAFE_INTEGER
    const authors = Array.from({ length: MAX_FEEDS }, (_, index) => {
      const id = new Uint8Array(16).fill(255)
      new DataView(id.buffer).setUint32(0, index)
      return toPeerId(toBase64Url(id))
    })
    const held = authors.map((author) => ({ author, floor: most, head: most, hash: new Uint8Array(8) }))
    const messages: readonly LogMessage[] = [
      { kind: 'have', direct: false, full: true, feeds: held },
      { kind: 'want', direct: false, feeds: authors.map((author) => ({ author, from: most })) },
      { kind: 'got', direct: false, head: most },
    ]
    for (const message of messages) expect(arrive(message)).toEqual(message)
  })

  it('[LM1] [LG8] [DT5] can be read when it is the longest proof', () => {
    const digests = Array.from({ length: MAX_SEGMENT_ENTRIES }, () => new Uint8Array(32))
    const branch: Branch = { previous: new Uint8Array(32), digests, signature: new Uint8Array(64) }
    const proof = encodeProof(alice.publicKey, Number.MAX_SAFE_INTEGER, branch, branch)
    const message: LogMessage = { kind: 'forks', direct: false, proofs: [proof] }
    expect(arrive(message)).toEqual(message)
    expect(decodeProof(proof)).toMatchObject({ ok: true })
  })
})
