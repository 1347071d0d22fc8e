import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { toRoomId } from '../protocol/ids'
import { MAX_VERIFIED_PEERS } from '../protocol/limits'
import { memoryStore, type Store } from '../runtime/store'
import { VerifiedPeers } from './verified-peers'

const GARDEN = toRoomId(new Uint8Array(16))
const KITCHEN = toRoomId(new Uint8Array(16).fill(1))
const KEY = `verified:${GARDEN}`
const [BOB, CAROL] = [peerId('bob'), peerId('carol')]

/** What a tab knows that has just been opened. */
async function tabOf(store: Store, room = GARDEN): Promise<VerifiedPeers> {
  const verified = new VerifiedPeers(store, room)
  await verified.load()
  return verified
}

describe('whom somebody has verified', () => {
  it('[ID5] is known at once, and after a reload', async () => {
    const store = memoryStore()
    const verified = await tabOf(store)
    expect(verified.has(BOB)).toBe(false)
    const stored = verified.set(BOB, true)
    expect(verified.has(BOB)).toBe(true)
    await stored
    const reloaded = await tabOf(store)
    expect([BOB, CAROL].map((peer) => reloaded.has(peer))).toEqual([true, false])
  })

  it('[ID5] can be taken back', async () => {
    const store = memoryStore()
    const verified = await tabOf(store)
    await verified.set(BOB, true)
    await verified.set(CAROL, true)
    await verified.set(BOB, false)
    await verified.set(BOB, false)
    expect(verified.has(BOB)).toBe(false)
    const reloaded = await tabOf(store)
    expect([BOB, CAROL].map((peer) => reloaded.has(peer))).toEqual([false, true])
  })

  it('[ID5] holds in one room', async () => {
    const store = memoryStore()
    await (await tabOf(store)).set(BOB, true)
    expect((await tabOf(store, KITCHEN)).has(BOB)).toBe(false)
  })

  it('[ID5] is nobody before it was looked up', async () => {
    const store = memoryStore()
    await (await tabOf(store)).set(BOB, true)
    expect(new VerifiedPeers(store, GARDEN).has(BOB)).toBe(false)
  })

  it('[ID5] is kept together by two tabs, each of which adds and takes back', async () => {
    const store = memoryStore()
    const [one, two] = [await tabOf(store), await tabOf(store)]
    await one.set(BOB, true)
    await two.set(CAROL, true)
    const third = await tabOf(store)
    expect([BOB, CAROL].map((peer) => third.has(peer))).toEqual([true, true])
    await one.set(CAROL, false)
    const fourth = await tabOf(store)
    expect([BOB, CAROL].map((peer) => fourth.has(peer))).toEqual([true, false])
  })

  it('[ID5] is kept of everyone who was verified at the same moment', async () => {
    const store = memoryStore()
    const verified = await tabOf(store)
    await Promise.all([verified.set(BOB, true), verified.set(CAROL, true)])
    const reloaded = await tabOf(store)
    expect([BOB, CAROL].map((peer) => reloaded.has(peer))).toEqual([true, true])
  })

  it('[ID5] is nobody when what is stored is garbage, and whoever is added then', async () => {
    for (const garbage of [
      '',
      ' ',
      '{"bob":true}',
      'bob',
      `${BOB}${CAROL}`,
      '\u0000'.repeat(22),
      `${'é'.repeat(22)} x`,
    ]) {
      const store = memoryStore()
      await store.set(KEY, garbage)
      const verified = await tabOf(store)
      expect(
        [BOB, CAROL].map((peer) => verified.has(peer)),
        garbage,
      ).toEqual([false, false])
      await verified.set(CAROL, true)
      expect(await store.get(KEY)).toBe(CAROL)
    }
    const store = memoryStore()
    await store.set(KEY, `garbage ${BOB}  ${'x'.repeat(100)}`)
    expect((await tabOf(store)).has(BOB)).toBe(true)
  })

  it('[ID5] is nobody where the store fails, and holds for this stay when it cannot be stored', async () => {
    const broken: Store = {
      get: () => Promise.reject(new Error('no storage')),
      set: () => Promise.reject(new Error('full')),
      delete: () => Promise.reject(new Error('no storage')),
    }
    const verified = await tabOf(broken)
    await expect(verified.set(BOB, true)).rejects.toThrow('no storage')
    expect(verified.has(BOB)).toBe(true)
    const full = await tabOf({ ...memoryStore(), set: broken.set })
    await expect(full.set(BOB, true)).rejects.toThrow('full')
    expect(full.has(BOB)).toBe(true)
  })

  it('[ID5] is forgotten for the longest verified when there are more than a thousand', async () => {
    const store = memoryStore()
    const ids = Array.from({ length: MAX_VERIFIED_PEERS }, (_, number) => peerId(`peer-${number}-`))
    await store.set(KEY, ids.join(' '))
    const verified = await tabOf(store)
    expect(ids.every((id) => verified.has(id))).toBe(true)
    await verified.set(BOB, true)
    const reloaded = await tabOf(store)
    for (const tab of [verified, reloaded]) {
      expect([ids[0], ids[1], BOB].map((id) => id && tab.has(id))).toEqual([false, true, true])
    }
    await store.set(KEY, [...ids, ...ids.map((_, number) => peerId(`more-${number}-`))].join(' '))
    expect((await tabOf(store)).has(peerId('peer-0-'))).toBe(false)
  })
})
