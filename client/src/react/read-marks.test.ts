import { describe, expect, it } from 'vitest'
import { memoryStore, type RoomId, type Store } from '../mesh'
import { EVERYONE } from './conversation'
import { KEEP_READ_EVERY_MS } from './limits'
import { ReadMarks } from './read-marks'
import { at, peerId, settle, TimerDouble } from './room-double'

const room = 'AAAAAAAAAAAAAAAAAAAAAA' as RoomId
const open = (store: Store, clock = new TimerDouble()) => new ReadMarks({ room, store, clock })

describe('how far was read', () => {
  it('is known again after a reload', async () => {
    const store = memoryStore()
    const clock = new TimerDouble()
    const marks = open(store, clock)
    marks.set(EVERYONE, at(7))
    marks.set(peerId('bo'), at(3, 'bo'))
    clock.pass(KEEP_READ_EVERY_MS)
    const again = open(store)
    await again.load()
    expect([again.get(EVERYONE), again.get(peerId('bo')), again.get(peerId('cy'))]).toEqual([
      at(7),
      at(3, 'bo'),
      undefined,
    ])
  })

  it('is written seldom, and when the page goes', async () => {
    const written: string[] = []
    const store = { ...memoryStore(), set: async (_key: string, value: string) => void written.push(value) }
    const clock = new TimerDouble()
    const marks = open(store, clock)
    for (let lamport = 1; lamport < 99; lamport++) marks.set(EVERYONE, at(lamport))
    clock.pass(KEEP_READ_EVERY_MS)
    expect(written).toHaveLength(1)
    marks.set(EVERYONE, at(100))
    marks.close()
    clock.pass(KEEP_READ_EVERY_MS)
    marks.close()
    expect(written).toHaveLength(2)
    expect(written.at(-1)).toContain('100')
  })

  it.each(['', '{}', '[[]]', '[1]', '[["x",1,"y",2]]', '[["everyone","1","me",2]]', 'nonsense'])(
    'is unknown when %j is on the disk',
    async (text) => {
      const store = memoryStore()
      await store.set(`read:${room}`, text)
      const marks = open(store)
      await marks.load()
      expect(marks.get(EVERYONE)).toBeUndefined()
    },
  )

  it('is no reason to fail where the browser keeps nothing', async () => {
    const refuse = () => Promise.reject(new Error('no'))
    const clock = new TimerDouble()
    const marks = open({ get: refuse, set: refuse, delete: refuse }, clock)
    await marks.load()
    marks.set(EVERYONE, at(1))
    clock.pass(KEEP_READ_EVERY_MS)
    await settle()
    expect(marks.get(EVERYONE)).toEqual(at(1))
  })

  it('is not written any more once it was to be forgotten', async () => {
    const store = memoryStore()
    const marks = open(store)
    marks.set(EVERYONE, at(1))
    await marks.forget()
    marks.set(EVERYONE, at(2))
    marks.close()
    expect(await store.get(`read:${room}`)).toBeUndefined()
  })

  it('is not written any more once another tab has forgotten the room', async () => {
    const store = memoryStore()
    const clock = new TimerDouble()
    const marks = open(store, clock)
    marks.set(EVERYONE, at(1))
    clock.pass(KEEP_READ_EVERY_MS)
    await settle()
    await open(store).forget()
    marks.set(EVERYONE, at(2))
    clock.pass(KEEP_READ_EVERY_MS)
    marks.set(EVERYONE, at(3))
    marks.close()
    await settle()
    expect(await store.get(`read:${room}`)).toBeUndefined()
  })
})
