import { describe, expect, it } from 'vitest'
import { seededRandom } from '../sim/seeded-random'
import { simSignatures } from '../sim/sim-signatures'
import { VirtualClock } from '../sim/virtual-clock'
import { claimOwnKey } from './identity/own-key'
import { verifiedKeyOf } from './membership/verified-peers'
import { toRoomId } from './protocol/ids'
import { forgetRoom, openRoomMemory } from './room-memory'
import { memoryClaims } from './runtime/claims'
import { memoryStore } from './runtime/store'

const room = toRoomId(new Uint8Array(16).fill(1))

/** A browser without databases, as Node is; e2e/log-store.spec.ts has those that have some. */
function browser() {
  const [store, tab, claims, random] = [memoryStore(), memoryStore(), memoryClaims(), seededRandom(1)]
  const deps = { room, store, tab, claims, random, signatures: simSignatures, clock: new VirtualClock() }
  return { deps, open: () => openRoomMemory(deps) }
}

describe('a browser that keeps no logs', () => {
  it('[ST7] gets logs in memory, a key for this stay alone, and the reason', async () => {
    const { open } = browser()
    const first = await open()
    expect(first.fault).toBeTypeOf('string')
    expect(first.logs.isDurable).toBe(false)
    first.release()
    const second = await open()
    expect(second.key.id).not.toBe(first.key.id)
    await first.burn()
    await first.burn()
  })

  it('[ST7] does not keep the key that it has from a tab that can keep its log', async () => {
    const { deps, open } = browser()
    const own = await claimOwnKey(deps)
    own.release()
    const without = await open()
    expect(without.key.id).not.toBe(own.key.id)
    const again = await claimOwnKey(deps)
    expect(again.key.id).toBe(own.key.id)
  })

  it('[ST4] forgets the keys, who was verified, and the marks of what there was; other rooms stay', async () => {
    const { deps } = browser()
    const { store, tab } = deps
    const { key } = await claimOwnKey(deps)
    const kitchen = toRoomId(new Uint8Array(16).fill(2))
    const kept = [`key:${kitchen}:0`, verifiedKeyOf(kitchen), 'name']
    const marks = [verifiedKeyOf(room), `log:${key.id}`, `revision:${key.id}`]
    for (const name of [...kept, ...marks]) await store.set(name, 'something')
    // Without databases there are no logs to be removed, and that may be told.
    await forgetRoom({ room, store, tab, signatures: simSignatures }).catch((error: unknown) =>
      expect(error).toMatchObject({ name: 'LogStoreError' }),
    )
    for (const name of [...marks, `key:${room}:0`]) expect(await store.get(name), name).toBeUndefined()
    expect(await tab.get(`place:${room}`)).toBeUndefined()
    for (const name of kept) expect(await store.get(name), name).toBe('something')
  })
})
