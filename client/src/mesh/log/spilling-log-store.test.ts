import { describe, expect, it } from 'vitest'
import type { LogStore, StoredEntry } from './log-store'
import { logStoreContract } from './log-store-contract'
import { MemoryDisk } from './memory-log-store'
import { SpillingLogStore } from './spilling-log-store'
import { alice, bob, entryOf, feedEntries, feedOf } from './stored-samples'

async function setUp() {
  const disk = new MemoryDisk()
  const told: string[] = []
  const store: LogStore = new SpillingLogStore(await disk.open(), async (why) => {
    told.push(why)
  })
  return { disk, told, store }
}

const numbers = (entries: readonly StoredEntry[]) => entries.map(({ seq }) => seq)

describe('a disk that takes everything', () => {
  it('[ST7] is what is written to and read from, and nobody is told anything', async () => {
    const { disk, told, store } = await setUp()
    await store.put('room', feedEntries(alice, 3), [feedOf(alice, 3)])
    expect(store.isDurable).toBe(true)
    const page = await disk.open()
    expect(numbers(await page.readBefore('room', undefined, 10))).toEqual([1, 2, 3])
    await store.remove('room', [{ author: alice, from: 1, to: 1 }], [feedOf(alice, 3, { floor: 2 })])
    expect(numbers(await store.readAfter('room', undefined, 10))).toEqual([2, 3])
    expect(await page.feeds('room')).toMatchObject([{ author: alice, floor: 2 }])
    expect(told).toEqual([])
  })
})

describe('a disk that is full', () => {
  /** Three entries are on the disk, and two are not. */
  async function spilled() {
    const { disk, told, store } = await setUp()
    const entries = feedEntries(alice, 5)
    await store.put('room', entries.slice(0, 3), [feedOf(alice, 3)])
    disk.failWrites('full')
    await store.put('room', entries.slice(3), [feedOf(alice, 5)])
    return { disk, told, store }
  }

  it('[ST7] is told once, before what could not be written there is held in memory', async () => {
    const disk = new MemoryDisk()
    disk.failWrites('full')
    const done: string[] = []
    let go = () => {}
    const store = new SpillingLogStore(await disk.open(), async () => {
      done.push('told')
      await new Promise<void>((resolve) => {
        go = resolve
      })
    })
    const [first] = feedEntries(alice, 1)
    if (!first) throw new Error('there is one')
    const put = store.put('room', [first], [feedOf(alice, 1)]).then(() => done.push('put'))
    const other = store.put(bob, [first], [feedOf(alice, 1)]).then(() => done.push('put'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(done).toEqual(['told'])
    go()
    await Promise.all([put, other])
    expect(done).toEqual(['told', 'put', 'put'])
    expect(store.isDurable).toBe(false)
  })

  it('[ST7] whose key cannot be given up either: this peer says nothing more, and what others say is kept', async () => {
    const disk = new MemoryDisk()
    disk.failWrites('full')
    const store = new SpillingLogStore(await disk.open(), () => Promise.reject(new Error('blocked')), alice)
    const own = store.put('room', feedEntries(alice, 1), [feedOf(alice, 1)])
    await expect(own).rejects.toMatchObject({ name: 'LogStoreError', fault: 'full' })
    await store.put('room', feedEntries(bob, 2), [feedOf(bob, 2)])
    expect(numbers(await store.readBefore('room', undefined, 10))).toEqual([1, 2])
  })

  it('[ST7] and what is in memory read as one', async () => {
    const { told, store } = await spilled()
    expect(told).toHaveLength(1)
    expect(await store.feeds('room')).toMatchObject([{ author: alice, head: 5 }])
    expect(numbers(await store.readBefore('room', undefined, 3))).toEqual([3, 4, 5])
    expect(numbers(await store.readBefore('room', entryOf(alice, 4, 4), 10))).toEqual([1, 2, 3])
    expect(numbers(await store.readAfter('room', undefined, 4))).toEqual([1, 2, 3, 4])
    expect(numbers(await store.readAfter('room', entryOf(alice, 2, 2), 2))).toEqual([3, 4])
    const range = { author: alice, from: 1, to: 5 }
    expect(numbers(await store.read('room', range, 1e6))).toEqual([1, 2, 3])
    expect(numbers(await store.read('room', { ...range, from: 4 }, 1e6))).toEqual([4, 5])
    expect(await store.list()).toEqual(['room'])
  })

  it('[ST4] what is removed is in no read any more, though it cannot be removed from the disk', async () => {
    const { store } = await spilled()
    await store.remove('room', [{ author: alice, from: 2, to: 4 }], [feedOf(alice, 5)])
    expect(numbers(await store.readBefore('room', undefined, 10))).toEqual([1, 5])
    expect(numbers(await store.readAfter('room', undefined, 10))).toEqual([1, 5])
    expect(numbers(await store.readAfter('room', undefined, 2))).toEqual([1, 5])
    expect(numbers(await store.readBefore('room', undefined, 2))).toEqual([1, 5])
    expect(numbers(await store.read('room', { author: alice, from: 2, to: 5 }, 1e6))).toEqual([5])
    await store.put('room', [entryOf(alice, 2, 2)], [feedOf(alice, 5)])
    expect(numbers(await store.readBefore('room', undefined, 10))).toEqual([1, 2, 5])
  })

  it('[ST7] is not written to any more when there is room again: what is in memory comes before', async () => {
    const { disk, store } = await spilled()
    disk.failWrites(undefined)
    await store.put('room', [entryOf(alice, 6, 6)], [feedOf(alice, 6)])
    const page = await disk.open()
    expect(numbers(await page.readBefore('room', undefined, 10))).toEqual([1, 2, 3])
    expect(numbers(await store.readBefore('room', undefined, 10))).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('a store that may spill, and does not have to', () => {
  for (const { name, run } of logStoreContract)
    it(name, () => {
      const disk = new MemoryDisk()
      return run({ open: async () => new SpillingLogStore(await disk.open(), async () => {}) })
    })
})
