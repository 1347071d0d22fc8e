/**
 * What every log store has to honour, told once: the one in memory and the one on the browser's disk run the same cases.
 * A harness is a new place to keep things in, for one case.
 */
import { comparePositions, type Position } from './entry'
import { type LogName, type LogStore, LogStoreError } from './log-store'
import { expectHeld, expectPositions, expectSame } from './log-store-checks'
import { runCases } from './log-store-run-cases'
import { alice, bob, bytesOf, carol, dave, entryOf, feedEntries, feedOf } from './stored-samples'

export interface LogStoreHarness {
  /** Opens it; once more as another tab does, or the next page. */
  open(): Promise<LogStore>
}

export interface LogStoreCase {
  readonly name: string
  run(harness: LogStoreHarness): Promise<void>
}

export const logStoreContract: readonly LogStoreCase[] = [
  {
    name: '[ST2] knows nothing of what was never put',
    async run({ open }) {
      const store = await open()
      expectSame(await store.list(), [])
      for (const log of ['room', bob] as const) {
        expectSame(await store.feeds(log), [])
        expectSame(await store.read(log, { author: alice, from: 0, to: Number.MAX_SAFE_INTEGER }, 1000), [])
        expectSame(await store.readBefore(log, undefined, 10), [])
        expectSame(await store.readAfter(log, undefined, 10), [])
        await store.remove(log, [{ author: alice, from: 1, to: 9 }], [])
        await store.put(log, [], [])
      }
      expectSame(await store.list(), [])
    },
  },
  {
    name: '[ST2] gives entries and feeds back as they were put, also to the next page and to another tab',
    async run({ open }) {
      const entries = [
        ...feedEntries(alice, 4),
        entryOf(bob, 1, 2, { bytes: new Uint8Array() }),
        entryOf(bob, 2, Number.MAX_SAFE_INTEGER - 1, { bytes: bytesOf(1_000_000, 1) }),
      ]
      const feeds = [
        feedOf(alice, 4, { name: undefined, acknowledged: 3 }),
        feedOf(bob, 2, { name: '日本語 🐦 \ud800', fork: { seq: 3, proof: bytesOf(300, 9) } }),
        feedOf(carol, 0, { lamport: 0 }),
      ]
      const first = await open()
      const beside = await open()
      await first.put('room', entries, feeds)
      await expectHeld(beside, 'room', entries, feeds)
      first.close()
      await expectHeld(await open(), 'room', entries, feeds)
    },
  },
  {
    name: '[ST1] takes out and puts in one step',
    async run({ open }) {
      const store = await open()
      await store.put('room', feedEntries(alice, 4), [feedOf(alice, 4)])
      const feed = feedOf(alice, 9, { floor: 9 })
      await store.put('room', [entryOf(alice, 9, 9)], [feed], [{ author: alice, from: 1, to: 4 }])
      await expectHeld(store, 'room', [entryOf(alice, 9, 9)], [feed])
    },
  },
  {
    name: '[ST2] keeps each log for itself, and lists those that have a feed',
    async run({ open }) {
      const store = await open()
      const logs: readonly LogName[] = ['room', alice, dave]
      for (const log of logs)
        await store.put(log, [entryOf(bob, 1, 1, { bytes: bytesOf(9, log.length) })], [feedOf(bob, 1, { name: log })])
      expectSame([...(await store.list())].sort(), [...logs].sort())
      for (const log of logs) {
        expectSame(
          (await store.feeds(log)).map(({ name }) => name),
          [log],
        )
        expectSame(
          (await store.readBefore(log, undefined, 10)).map(({ bytes }) => bytes[0]),
          [log.length],
        )
      }
      await store.remove(dave, [{ author: bob, from: 1, to: 1 }], [])
      expectPositions(await store.readAfter('room', undefined, 10), [entryOf(bob, 1, 1)])
    },
  },
  {
    name: '[ST2] takes the same entry twice, and the last state of a feed',
    async run({ open }) {
      const store = await open()
      const entries = feedEntries(alice, 5)
      await store.put('room', entries, [feedOf(alice, 5)])
      await store.put('room', entries.slice(1, 3), [feedOf(alice, 5, { name: 'Alice' }), feedOf(bob, 0)])
      await expectHeld(store, 'room', entries, [feedOf(alice, 5, { name: 'Alice' }), feedOf(bob, 0)])
      const signed = entryOf(alice, 1, 1, { signature: bytesOf(64, 5) })
      await store.put('room', [signed], [])
      await expectHeld(
        store,
        'room',
        [signed, ...entries.slice(1)],
        [feedOf(alice, 5, { name: 'Alice' }), feedOf(bob, 0)],
      )
    },
  },
  {
    name: '[ST2] finds an entry at one place alone, when the same number is put with another Lamport time',
    async run({ open }) {
      const store = await open()
      await store.put('room', [entryOf(alice, 1, 1), entryOf(bob, 1, 2)], [feedOf(alice, 1), feedOf(bob, 1)])
      await store.put('room', [entryOf(alice, 1, 3)], [])
      expectPositions(await store.readAfter('room', undefined, 10), [entryOf(bob, 1, 2), entryOf(alice, 1, 3)])
    },
  },
  {
    name: '[ST2] copies bytes: what is put or read may be changed, and buffers around it are not kept',
    async run({ open }) {
      const store = await open()
      const around = bytesOf(10_000, 1)
      const entry = entryOf(alice, 1, 1, { bytes: around.subarray(500, 510) })
      const feed = feedOf(alice, 1, { hash: around.subarray(0, 32) })
      const put = store.put('room', [entry], [feed])
      around.fill(2)
      await put
      for (let times = 0; times < 2; times++) {
        const [read] = await store.readBefore('room', undefined, 1)
        const [readFeed] = await store.feeds('room')
        if (!read || !readFeed) throw new Error('it lost what was put')
        expectSame([read.bytes, readFeed.hash], [bytesOf(10, 1), bytesOf(32, 1)])
        expectSame([read.bytes.buffer.byteLength, readFeed.hash.buffer.byteLength], [10, 32])
        read.bytes.fill(3)
        readFeed.hash.fill(3)
      }
    },
  },
  {
    name: '[ST1] does what it is asked in that order, awaited or not',
    async run({ open }) {
      const store = await open()
      const entries = feedEntries(alice, 9)
      const puts = entries.map((entry) => store.put('room', [entry], [feedOf(alice, entry.seq)]))
      const removed = store.remove('room', [{ author: alice, from: 1, to: 3 }], [feedOf(alice, 9, { floor: 4 })])
      await expectHeld(store, 'room', entries.slice(3), [feedOf(alice, 9, { floor: 4 })])
      await Promise.all([...puts, removed])
    },
  },
  {
    name: '[ST3] reads a feed by number, in order, both ends included, over gaps',
    async run({ open }) {
      const store = await open()
      const entries = feedEntries(bob, 12)
      await store.put('room', [...entries].reverse(), [feedOf(bob, 12)])
      await store.put(
        'room',
        [...feedEntries(alice, 3), ...feedEntries(carol, 3)],
        [feedOf(alice, 3), feedOf(carol, 3)],
      )
      const read = (from: number, to: number) => store.read('room', { author: bob, from, to }, 1_000_000)
      expectSame(await read(9, 11), entries.slice(8, 11))
      expectSame(await read(1, 1), entries.slice(0, 1))
      expectSame(await read(0, Number.MAX_SAFE_INTEGER), entries)
      expectSame(await read(13, 20), [])
      expectSame(await read(5, 4), [])
      await store.remove('room', [{ author: bob, from: 4, to: 6 }], [])
      expectPositions(await read(3, 7), [entryOf(bob, 3, 3), entryOf(bob, 7, 7)])
    },
  },
  {
    name: '[ST3] reads as many as fit into the bytes asked for, and one at least',
    async run({ open }) {
      const store = await open()
      const sizes = [10, 10, 10, 500, 10, ...Array.from({ length: 300 }, () => 100)]
      const entries = sizes.map((size, index) => entryOf(alice, index + 1, index + 1, { bytes: bytesOf(size, index) }))
      await store.put('room', entries, [feedOf(alice, entries.length)])
      const count = async (from: number, maxBytes: number) =>
        (await store.read('room', { author: alice, from, to: 1000 }, maxBytes)).length
      expectSame(await count(1, 30), 3)
      expectSame(await count(1, 29), 2)
      expectSame(await count(1, 529), 3)
      expectSame(await count(1, 530), 4)
      expectSame(await count(1, 0), 1)
      expectSame(await count(4, 499), 1)
      expectSame(await count(4, 509), 1)
      expectSame(await count(6, 25_050), 250)
      expectSame(await count(6, 10_000_000), 300)
    },
  },
  {
    name: '[ST3] reads a log by position: Lamport time, then author, then number',
    async run({ open }) {
      const store = await open()
      const entries = [alice, bob, carol, dave]
        .flatMap((author) => [9, 10, 11, 2 ** 40].map((seq) => entryOf(author, seq, Math.ceil(seq / 2))))
        .sort(comparePositions)
      const shuffled = entries
        .map((_, index) => entries[(index * 7 + 3) % entries.length])
        .flatMap((entry) => entry ?? [])
      for (const log of ['room', alice] as const) await store.put(log, shuffled, [feedOf(alice, 11)])
      expectSame(await store.readAfter('room', undefined, 1000), entries)
      expectSame(await store.readBefore('room', undefined, 1000), entries)
      expectSame(await store.readAfter('room', undefined, 3), entries.slice(0, 3))
      expectSame(await store.readBefore('room', undefined, 3), entries.slice(-3))
      for (const [index, position] of entries.entries()) {
        expectSame(await store.readAfter('room', position, 2), entries.slice(index + 1, index + 3))
        expectSame(await store.readBefore('room', position, 2), entries.slice(Math.max(0, index - 2), index))
      }
    },
  },
  {
    name: '[ST3] reads around a position that nothing stands at, and none when none are asked for',
    async run({ open }) {
      const store = await open()
      const entries = feedEntries(bob, 6)
      await store.put('room', entries, [feedOf(bob, 6)])
      const between: Position = { lamport: 3, author: dave, seq: 1 }
      expectSame(await store.readBefore('room', between, 2), entries.slice(1, 3))
      expectSame(await store.readAfter('room', between, 2), entries.slice(3, 5))
      expectSame(await store.readBefore('room', { lamport: 0, author: alice, seq: 0 }, 2), [])
      expectSame(await store.readAfter('room', { lamport: 7, author: alice, seq: 0 }, 2), [])
      expectSame(await store.readBefore('room', undefined, 0), [])
      expectSame(await store.readAfter('room', undefined, 0), [])
    },
  },
  {
    name: '[ST4] has nothing left of what is removed, and all of the rest',
    async run({ open }) {
      const store = await open()
      const [ofAlice, ofBob] = [feedEntries(alice, 20), feedEntries(bob, 20)]
      await store.put('room', [...ofAlice, ...ofBob], [feedOf(alice, 20), feedOf(bob, 20)])
      const ranges = [
        { author: alice, from: 0, to: 10 },
        { author: bob, from: 15, to: 30 },
        { author: carol, from: 1, to: 5 },
      ]
      const feeds = [feedOf(alice, 20, { floor: 11 }), feedOf(bob, 14, { fork: { seq: 15, proof: bytesOf(9, 9) } })]
      await store.remove('room', ranges, feeds)
      const left = [...ofAlice.slice(10), ...ofBob.slice(0, 14)]
      await expectHeld(store, 'room', left, feeds)
      await store.remove('room', ranges, [])
      await expectHeld(await open(), 'room', left, feeds)
    },
  },
  {
    name: '[ST4] still has the feed of which every entry was removed, and takes entries again',
    async run({ open }) {
      const store = await open()
      await store.put('room', feedEntries(alice, 3), [feedOf(alice, 3)])
      await store.remove('room', [{ author: alice, from: 1, to: 3 }], [feedOf(alice, 3, { floor: 4 })])
      await expectHeld(store, 'room', [], [feedOf(alice, 3, { floor: 4 })])
      expectSame(await store.list(), ['room'])
      await store.put('room', feedEntries(alice, 3), [feedOf(alice, 3)])
      await expectHeld(store, 'room', feedEntries(alice, 3), [feedOf(alice, 3)])
    },
  },
  {
    name: '[ST5] is written by two tabs at once, and both see all of it',
    async run({ open }) {
      const [one, other] = [await open(), await open()]
      const [ofAlice, ofBob] = [feedEntries(alice, 20), feedEntries(bob, 20)]
      await Promise.all([
        ...ofAlice.map((entry) => one.put('room', [entry], [feedOf(alice, 20)])),
        ...ofBob.map((entry) => other.put('room', [entry], [feedOf(bob, 20)])),
      ])
      for (const store of [one, other])
        await expectHeld(store, 'room', [...ofAlice, ...ofBob], [feedOf(alice, 20), feedOf(bob, 20)])
    },
  },
  {
    name: "[ST6] finishes what it was asked before it is closed, and rejects with 'closed' after, also when closed twice",
    async run({ open }) {
      const [store, other] = [await open(), await open()]
      const put = store.put('room', feedEntries(alice, 3), [feedOf(alice, 3)])
      const read = store.readBefore('room', undefined, 10)
      store.close()
      store.close()
      await put
      expectSame((await read).length, 3)
      await expectClosed(store)
      await expectHeld(other, 'room', feedEntries(alice, 3), [feedOf(alice, 3)])
    },
  },
  ...runCases,
]

/** Every method rejects with a LogStoreError of the fault 'closed', and none throws. */
export async function expectClosed(store: LogStore): Promise<void> {
  const calls: Record<Exclude<keyof LogStore, 'isDurable' | 'close'>, () => Promise<unknown>> = {
    list: () => store.list(),
    feeds: () => store.feeds('room'),
    put: () => store.put('room', [], []),
    read: () => store.read('room', { author: alice, from: 1, to: 2 }, 100),
    readBefore: () => store.readBefore('room', undefined, 1),
    readAfter: () => store.readAfter('room', undefined, 1),
    remove: () => store.remove('room', [], []),
  }
  for (const [name, call] of Object.entries(calls)) {
    const fault = await call().then(
      () => 'nothing',
      (error: unknown) => (error instanceof LogStoreError ? error.fault : error),
    )
    if (fault !== 'closed') throw new Error(`${name} rejected with ${String(fault)} instead of 'closed'`)
  }
}
