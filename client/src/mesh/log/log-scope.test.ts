import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { toRoomId } from '../protocol/ids'
import { entryId } from './entry-id'
import { addresseeIn, entryIdIn, isAuthorIn, isEntryIdIn, scopeOfPair, scopeOfRoom } from './log-scope'

const [alice, bob, carol] = [peerId('alice'), peerId('bob'), peerId('carol')]
const ROOM = toRoomId(new Uint8Array(16).fill(1))
const room = scopeOfRoom(ROOM)
const pair = scopeOfPair(ROOM, bob, alice)

describe('the scope of a log', () => {
  it('[LG2] of a room lets everybody write, for everyone', () => {
    expect(isAuthorIn(room, alice)).toBe(true)
    expect(addresseeIn(room, alice)).toBeUndefined()
    expect(entryIdIn(room, { author: alice, seq: 3 })).toBe(entryId({ author: alice, seq: 3 }))
  })

  it('[LG2] of two lets each of them write for the other, and nobody else', () => {
    expect([alice, bob, carol].map((peer) => isAuthorIn(pair, peer))).toEqual([true, true, false])
    expect([alice, bob].map((peer) => addresseeIn(pair, peer))).toEqual([bob, alice])
    expect(entryIdIn(pair, { author: bob, seq: 3 })).toBe(entryId({ author: bob, seq: 3 }, alice))
  })

  it('[LG4] is the same for both of the two, and different for every other log', () => {
    expect(scopeOfPair(ROOM, alice, bob)).toEqual(pair)
    const others = [room, scopeOfRoom(toRoomId(new Uint8Array(16))), scopeOfPair(ROOM, alice, carol)]
    for (const other of others) expect(other.bytes).not.toEqual(pair.bytes)
    expect([...room.bytes]).toEqual([0, ...new Array<number>(16).fill(1)])
    expect(pair.bytes).toHaveLength(49)
    expect(() => scopeOfPair(ROOM, alice, alice)).toThrow('broken')
  })

  it('[LG2] tells the ids of its own entries from those of other logs', () => {
    const [toAll, toBob] = [entryId({ author: alice, seq: 1 }), entryId({ author: alice, seq: 1 }, bob)]
    const byCarol = [entryId({ author: carol, seq: 1 }), entryId({ author: carol, seq: 1 }, bob)]
    expect([toAll, toBob, ...byCarol].map((id) => isEntryIdIn(room, id))).toEqual([true, false, true, false])
    expect([toAll, toBob, ...byCarol].map((id) => isEntryIdIn(pair, id))).toEqual([false, true, false, false])
  })
})
