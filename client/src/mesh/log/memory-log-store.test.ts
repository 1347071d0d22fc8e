import { describe, expect, it } from 'vitest'
import type { LogStoreFault } from './log-store'
import { expectClosed, logStoreContract } from './log-store-contract'
import { MemoryDisk, memoryLogStore } from './memory-log-store'
import { alice, entryOf, feedOf } from './stored-samples'

describe('a disk in memory', () => {
  for (const { name, run } of logStoreContract)
    it(name, () => {
      const disk = new MemoryDisk()
      return run({ open: () => disk.open() })
    })

  it('[ST1] outlives what was opened; memory alone does not say so', async () => {
    expect((await new MemoryDisk().open()).isDurable).toBe(true)
    expect(memoryLogStore().isDurable).toBe(false)
    const store = memoryLogStore()
    await store.put('room', [entryOf(alice, 1, 1)], [feedOf(alice, 1)])
    expect(await store.readBefore('room', undefined, 9)).toHaveLength(1)
    expect(await memoryLogStore().list()).toEqual([])
  })

  const faults: readonly LogStoreFault[] = ['unavailable', 'blocked', 'corrupt', 'newer', 'full', 'closed']
  it.each(faults)(
    "[ST6] fails to open or to write with '%s' as long as it is told to, and keeps nothing then",
    async (fault) => {
      const disk = new MemoryDisk()
      disk.failOpening(fault)
      await expect(disk.open()).rejects.toMatchObject({ name: 'LogStoreError', fault })
      disk.failOpening(undefined)
      const store = await disk.open()
      await store.put('room', [entryOf(alice, 1, 1)], [feedOf(alice, 1)])

      disk.failWrites(fault)
      await expect(store.put('room', [entryOf(alice, 2, 2)], [feedOf(alice, 2)])).rejects.toMatchObject({
        name: 'LogStoreError',
        fault,
      })
      await expect(store.remove('room', [{ author: alice, from: 1, to: 1 }], [])).rejects.toMatchObject({ fault })
      disk.failWrites(undefined)

      expect(await store.feeds('room')).toEqual([feedOf(alice, 1)])
      expect(await store.readBefore('room', undefined, 9)).toEqual([entryOf(alice, 1, 1)])
    },
  )

  it('[ST1] is slow when told to: writes happen later, in their order, as they were asked for', async () => {
    const disk = new MemoryDisk()
    const store = await disk.open()
    const release = disk.holdWrites()
    const first = entryOf(alice, 1, 1)
    const done: string[] = []
    const writes = [
      store.put('room', [first, entryOf(alice, 2, 2)], [feedOf(alice, 2)]).then(() => done.push('put')),
      store.remove('room', [{ author: alice, from: 2, to: 2 }], [feedOf(alice, 1)]).then(() => done.push('removed')),
    ]
    first.bytes.fill(9)
    expect(await store.readBefore('room', undefined, 9)).toEqual([])
    expect(done).toEqual([])

    release()
    await Promise.all(writes)

    expect(done).toEqual(['put', 'removed'])
    expect(await store.readBefore('room', undefined, 9)).toEqual([entryOf(alice, 1, 1)])
    expect(await store.feeds('room')).toEqual([feedOf(alice, 1)])
  })

  it('[ST1] has after a crash what was stored before it, and nothing of what was on its way', async () => {
    const disk = new MemoryDisk()
    const store = await disk.open()
    await store.put('room', [entryOf(alice, 1, 1)], [feedOf(alice, 1)])
    disk.holdWrites()
    const lost = store.put('room', [entryOf(alice, 2, 2)], [feedOf(alice, 2)])

    disk.crash()

    await expect(lost).rejects.toMatchObject({ fault: 'closed' })
    await expectClosed(store)
    const next = await disk.open()
    expect(await next.feeds('room')).toEqual([feedOf(alice, 1)])
    await next.put('room', [entryOf(alice, 2, 2)], [feedOf(alice, 2)])
    expect(await next.readBefore('room', undefined, 9)).toHaveLength(2)
  })

  it('[ST4] is empty when everything was removed, and closes what was open', async () => {
    const disk = new MemoryDisk()
    const store = await disk.open()
    await store.put('room', [entryOf(alice, 1, 1)], [feedOf(alice, 1)])
    disk.forget()
    await expectClosed(store)
    expect(await (await disk.open()).list()).toEqual([])
  })
})
