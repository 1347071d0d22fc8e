import { describe, expect, it, vi } from 'vitest'
import { simSigner } from '../../sim/sim-signatures'
import { VirtualClock } from '../../sim/virtual-clock'
import { readRecord } from '../identity/member-record'
import { type PeerKey, toPeerKey } from '../identity/peer-key'
import { toRoomId } from '../protocol/ids'
import type { Clock } from '../runtime/clock'
import { memoryStore, type Store } from '../runtime/store'
import { OwnRecord } from './own-record'

const ROOM = toRoomId(new Uint8Array(16))
const KEY = toPeerKey(simSigner(new Uint8Array(32)))

const recordOf = (clock: Clock = new VirtualClock(), key: PeerKey = KEY, store: Store = memoryStore()) =>
  new OwnRecord({ room: ROOM, key, clock, store }, 'alice')

const clockAt = (wallTime: number): Clock => ({ now: () => 0, wallTime: () => wallTime, after: () => () => {} })

/** What others read in it. */
function read(own: OwnRecord) {
  const record = readRecord(own.bytes)
  if (!record.ok) throw new Error(record.reason)
  return record.value
}

describe("one's own record", () => {
  it('[ID3] says who this is, as of now', async () => {
    const clock = new VirtualClock()
    const own = recordOf(clock)
    await own.sign()
    expect(read(own)).toMatchObject({ peer: KEY.id, name: 'alice', revision: clock.wallTime() })
  })

  it('[ID3] greets nobody before it is signed', () => {
    expect(() => recordOf().bytes).toThrow('nobody is greeted before one has a record')
  })

  it('[ID3] is a later one with each name, however little time passes, or when a clock is put back', async () => {
    const times = [1000, 1000, 500, 2000]
    const clock: Clock = {
      ...new VirtualClock(),
      now: () => 0,
      after: () => () => {},
      wallTime: () => times.shift() ?? 0,
    }
    const own = recordOf(clock)
    const revisions: number[] = []
    for (const name of ['Alice', 'Al', 'Ali', 'Allie']) {
      await own.rename(name)
      expect(own.name).toBe(name)
      expect(read(own).name).toBe(name)
      revisions.push(read(own).revision)
    }
    expect(revisions).toEqual([1000, 1001, 1002, 2000])
  })

  it('[ID3] has of two names that were given at once the later one, whichever is signed first', async () => {
    const signing: (() => void)[] = []
    const slow: PeerKey = {
      ...KEY,
      sign: (message) => new Promise((resolve) => signing.push(() => resolve(KEY.sign(message)))),
    }
    const own = recordOf(new VirtualClock(), slow)
    const ready = own.sign()
    await vi.waitFor(() => expect(signing).toHaveLength(1))
    signing.shift()?.()
    await ready
    const [first, second] = [own.rename('Al'), own.rename('Ali')]
    signing[1]?.()
    await second
    signing[0]?.()
    await first
    expect(own.name).toBe('Ali')
    expect(read(own).name).toBe('Ali')
  })

  it('[ID3] is newer than the last one after a reload, also when the clock was set back', async () => {
    const store = memoryStore()
    const before = recordOf(clockAt(5000), KEY, store)
    await before.sign()
    const after = recordOf(clockAt(1000), KEY, store)
    await after.sign()
    expect(read(after).revision).toBeGreaterThan(read(before).revision)
  })

  it('[ST4] leaves nothing behind with a name that is given after another tab has forgotten the room', async () => {
    const store = memoryStore()
    const own = recordOf(new VirtualClock(), KEY, store)
    await own.sign()
    await store.delete(`revision:${KEY.id}`)
    await own.rename('Al')
    expect(read(own).name).toBe('Al')
    expect(await store.get(`revision:${KEY.id}`)).toBeUndefined()
  })
})
