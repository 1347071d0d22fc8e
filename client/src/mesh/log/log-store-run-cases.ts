/**
 * Cases of the contract of log stores for those that keep several entries together: whatever was put together, and
 * whatever is put over it or taken out of its middle, each entry is there once, as it was put last.
 */
import { seededRandom } from '../../sim/seeded-random'
import { comparePositions, type Position } from './entry'
import type { Range, StoredEntry } from './log-store'
import { expectHeld, expectSame } from './log-store-checks'
import type { LogStoreCase } from './log-store-contract'
import { alice, bob, bytesOf, carol, dave, entryOf, feedEntries, feedOf } from './stored-samples'

/** The same entries as somebody else might have put them. */
const again = (entries: readonly StoredEntry[], value: number): readonly StoredEntry[] =>
  entries.map((entry) => ({ ...entry, late: !entry.late, signature: undefined, bytes: bytesOf(20, value) }))

export const runCases: readonly LogStoreCase[] = [
  {
    name: '[ST2] has each entry once, as it was put last, however those put together overlap',
    async run({ open }) {
      const store = await open()
      const entries = feedEntries(alice, 40)
      const held = [...entries, ...feedEntries(bob, 40)]
      await store.put('room', held, [feedOf(alice, 40), feedOf(bob, 40)])
      const puts: readonly (readonly [from: number, to: number])[] = [
        [1, 40],
        [11, 20],
        [21, 30],
        [15, 25],
        [1, 1],
        [40, 40],
        [18, 18],
        [35, 40],
      ]
      for (const [index, [from, to]] of puts.entries()) {
        const changed = again(entries.slice(from - 1, to), index)
        await store.put('room', changed, [])
        held.splice(from - 1, changed.length, ...changed)
        await expectHeld(store, 'room', held, [feedOf(alice, 40), feedOf(bob, 40)])
      }
    },
  },
  {
    name: '[ST2] takes entries that are put together in any order, with gaps between them, also the same one twice',
    async run({ open }) {
      const store = await open()
      const entries = feedEntries(alice, 30)
      await store.put('room', entries.slice(9, 20), [feedOf(alice, 30)])
      const odd = again(
        entries.filter(({ seq }) => seq % 2 === 1),
        7,
      )
      const twice = entryOf(alice, 12, 12, { late: true })
      await store.put('room', [...odd].reverse().concat(entryOf(alice, 12, 12, { bytes: bytesOf(1, 1) }), twice), [])
      const held = entries.filter(({ seq }) => seq % 2 === 0 && seq >= 10 && seq <= 20 && seq !== 12)
      await expectHeld(store, 'room', [...held, ...odd, twice], [feedOf(alice, 30)])
    },
  },
  {
    name: '[ST2] keeps together what was put together, of any length and over any distance',
    async run({ open }) {
      const store = await open()
      const lengths = [0, 70_000, 1, 30_000, 30_000, 30_000, 65_536, 65_535, ...Array.from({ length: 600 }, () => 100)]
      const entries = lengths.map((length, index) =>
        entryOf(alice, index + 1, (index + 1) * (index < 300 ? 1 : 700), { bytes: bytesOf(length, index) }),
      )
      await store.put('room', entries, [feedOf(alice, entries.length)])
      await expectHeld(store, 'room', entries, [feedOf(alice, entries.length)])
    },
  },
  {
    name: '[ST4] takes entries out of the middle of what was put together',
    async run({ open }) {
      const store = await open()
      const feeds = [feedOf(alice, 300), feedOf(bob, 300)]
      const ofBob = feedEntries(bob, 300)
      let held = feedEntries(alice, 300)
      await store.put('room', [...held, ...ofBob], feeds)
      const cuts: readonly (readonly [from: number, to: number])[] = [
        [100, 110],
        [105, 120],
        [90, 130],
        [1, 1],
        [300, 400],
        [200, 200],
        [0, 50],
        [2, 60],
        [250, Number.MAX_SAFE_INTEGER],
      ]
      for (const [from, to] of cuts) {
        await store.remove('room', [{ author: alice, from, to }], [])
        held = held.filter(({ seq }) => seq < from || seq > to)
        await expectHeld(store, 'room', [...held, ...ofBob], feeds)
      }
      await store.remove(
        'room',
        [
          { author: alice, from: 70, to: 75 },
          { author: alice, from: 74, to: 80 },
          { author: bob, from: 9, to: 8 },
        ],
        [],
      )
      held = held.filter(({ seq }) => seq < 70 || seq > 80)
      await expectHeld(store, 'room', [...held, ...ofBob], feeds)
    },
  },
  ...[1, 2, 3].map((seed) => ({
    name: `[ST3] reads what a plain list would give, whatever was put and removed, by chance (seed ${seed})`,
    run: (harness: Parameters<LogStoreCase['run']>[0]) => playByChance(harness, seed),
  })),
]

/** Of each feed. */
const FEED_LENGTH = 150

async function playByChance({ open }: Parameters<LogStoreCase['run']>[0], seed: number): Promise<void> {
  const random = seededRandom(seed)
  const below = (end: number) => Math.floor(random.fraction() * end)
  const between = (): readonly [number, number] => {
    const first = below(FEED_LENGTH)
    return [first, Math.min(FEED_LENGTH, first + 1 + below(random.fraction() < 0.5 ? 5 : 80))]
  }
  const feeds = [alice, bob, carol, dave].map((author) => {
    let lamport = 0
    return Array.from({ length: FEED_LENGTH }, (_, index) => {
      lamport += random.fraction() < 0.03 ? 1 + below(900) : 1 + below(3)
      return entryOf(author, index + 1, lamport)
    })
  })
  const store = await open()
  const held = new Map<string, StoredEntry>()
  const isIn = ({ from, to }: Range, { seq }: Position) => seq >= from && seq <= to
  for (let step = 0; step < 60; step++) {
    if (random.fraction() < 0.7) {
      const put = feeds.flatMap((feed) => (random.fraction() < 0.5 ? again(feed.slice(...between()), step) : []))
      if (random.fraction() < 0.5) put.sort(comparePositions)
      await store.put('room', put, [])
      for (const entry of put) held.set(`${entry.author} ${entry.seq}`, entry)
    } else {
      const ranges = [alice, carol].map((author) => {
        const [from, to] = between()
        return { author, from, to }
      })
      await store.remove('room', ranges, [])
      for (const [name, entry] of held)
        if (ranges.some((range) => range.author === entry.author && isIn(range, entry))) held.delete(name)
    }
    const sorted = [...held.values()].sort(comparePositions)
    const author = [alice, bob, carol, dave][below(4)] ?? alice
    for (const count of [1, 2 + below(10), 50, 1000]) {
      // Of an entry that is held, or was, or beside one.
      const entry = feeds[below(4)]?.[below(FEED_LENGTH)] ?? entryOf(alice, 1, 1)
      const position = random.fraction() < 0.5 ? entry : { ...entry, author, seq: below(FEED_LENGTH) }
      const before = sorted.filter((other) => comparePositions(other, position) < 0)
      const after = sorted.filter((other) => comparePositions(other, position) > 0)
      expectSame(await store.readBefore('room', position, count), before.slice(-count))
      expectSame(await store.readAfter('room', position, count), after.slice(0, count))
      expectSame(await store.readBefore('room', undefined, count), sorted.slice(-count))
      expectSame(await store.readAfter('room', undefined, count), sorted.slice(0, count))
    }
    const [from, to] = between()
    const range = { author, from, to }
    const inRange = sorted.filter((entry) => entry.author === author && isIn(range, entry))
    const fitting = inRange.slice(0, 1 + below(20))
    const size = fitting.reduce((sum, { bytes }) => sum + bytes.length, 0)
    expectSame(await store.read('room', range, size), fitting)
  }
}
