import { createHash, type Hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import type { Data } from '../protocol/data'
import { idToBytes, toRoomId } from '../protocol/ids'
import { MAX_DATA_DEPTH, MAX_DATA_VALUES, MAX_ENTRY_BYTES, MAX_MESSAGE_BYTES } from '../protocol/limits'
import { encodeMsgpack } from '../protocol/msgpack'
import { decodeEntry, digestEntry, encodeEntry, hashEntry, type RawEntry } from './entry-codec'
import { scopeOfPair, scopeOfRoom } from './log-scope'

const [alice, bob, carol, dave, erin] = [
  peerId('alice'),
  peerId('bob'),
  peerId('carol'),
  peerId('dave'),
  peerId('erin'),
]
const ROOM = toRoomId(new Uint8Array(16).fill(1))
const PREVIOUS = new Uint8Array(32).fill(9)
const PLACE = { author: alice, previous: PREVIOUS }
const ENTRY: RawEntry = {
  ...PLACE,
  seq: 2,
  lamport: 5,
  at: 1_790_000_000_000,
  parents: [
    { author: bob, seq: 1 },
    { author: carol, seq: 2 ** 40 },
  ],
  kind: 1,
  body: 'hello',
}

/** What travels, before it is encoded. */
const PARTS: readonly Data[] = [2, 5, 1_790_000_000_000, [[idToBytes(bob), 1]], 1, 'hello']
const decodeWith = (index: number, part: Data) => decodeEntry(encodeMsgpack(PARTS.with(index, part)), PLACE)
const nested = (levels: number): Data => (levels === 0 ? 'core' : [nested(levels - 1)])

describe('an entry', () => {
  it('[LG5] says after a journey what its author said', () => {
    expect(decodeEntry(encodeEntry(ENTRY), PLACE)).toEqual({ ok: true, value: ENTRY })
    const odd = { ...ENTRY, at: -0.5, kind: 255, parents: [], lamport: Number.MAX_SAFE_INTEGER, body: null }
    expect(decodeEntry(encodeEntry(odd), PLACE)).toEqual({ ok: true, value: odd })
  })

  it('[LG5] is on the wire an array of its number, its times, its parents and what it carries', () => {
    expect([...encodeEntry({ ...ENTRY, parents: [{ author: bob, seq: 1 }] })]).toEqual([...encodeMsgpack(PARTS)])
  })

  it('[LG5] carries all that an application may send', () => {
    const bodies: Data[] = [
      nested(MAX_DATA_DEPTH),
      new Array<number>(MAX_DATA_VALUES - 1).fill(0),
      new Uint8Array(MAX_MESSAGE_BYTES - 5),
      'x'.repeat(MAX_MESSAGE_BYTES - 5),
    ]
    const parents = [bob, carol, dave, erin].map((author) => ({ author, seq: Number.MAX_SAFE_INTEGER }))
    for (const body of bodies) {
      const entry = { ...ENTRY, seq: 2 ** 53 - 1, lamport: 2 ** 53 - 1, parents, body }
      expect(decodeEntry(encodeEntry(entry), PLACE).ok).toBe(true)
    }
  })

  it('[LG5] with a number that counts nothing is refused', () => {
    for (const number of [0, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '1', null, [1]]) {
      expect(decodeWith(0, number).ok, `seq ${number}`).toBe(false)
      expect(decodeWith(1, number).ok, `lamport ${number}`).toBe(false)
      expect(decodeWith(3, [[idToBytes(bob), number]]).ok, `parent ${number}`).toBe(false)
    }
    for (const at of [Number.NaN, Number.NEGATIVE_INFINITY, '1', null]) expect(decodeWith(2, at).ok).toBe(false)
    for (const kind of [-1, 0.5, 256, Number.NaN, '1', null]) expect(decodeWith(4, kind).ok, `kind ${kind}`).toBe(false)
  })

  it('[LG5] names up to four parents, each author once and never its own', () => {
    const parent = (id: typeof alice) => [idToBytes(id), 1]
    const [four, five] = [[bob, carol, dave, erin].map(parent), [bob, carol, dave, erin, peerId('frank')].map(parent)]
    expect(decodeWith(3, four).ok).toBe(true)
    expect(decodeWith(3, five).ok).toBe(false)
    expect(decodeWith(3, [parent(bob), [idToBytes(bob), 2]])).toEqual({
      ok: false,
      reason: expect.stringContaining('twice'),
    })
    expect(decodeWith(3, [parent(alice)]).ok).toBe(false)
    for (const parents of [
      null,
      {},
      'x',
      [bob],
      [[bob, 1]],
      [[new Uint8Array(15), 1]],
      [[idToBytes(bob), 1, 1]],
      [[]],
    ]) {
      expect(decodeWith(3, parents as Data).ok).toBe(false)
    }
  })

  it('[LG5] of another shape or size is refused, and never with an exception', () => {
    const bytes = encodeEntry(ENTRY)
    for (let length = 0; length < bytes.length; length++)
      expect(decodeEntry(bytes.subarray(0, length), PLACE).ok).toBe(false)
    for (const value of [null, {}, [], 1, PARTS.slice(1), [...PARTS, null]]) {
      expect(decodeEntry(encodeMsgpack(value), PLACE)).toEqual({
        ok: false,
        reason: expect.stringContaining('malformed'),
      })
    }
    const huge = encodeMsgpack(PARTS.with(5, 'x'.repeat(MAX_ENTRY_BYTES)))
    expect(decodeEntry(huge, PLACE)).toEqual({ ok: false, reason: expect.stringContaining('larger') })
    expect(() => encodeEntry({ ...ENTRY, body: 'x'.repeat(MAX_ENTRY_BYTES) })).toThrow('broken')
  })
})

describe('the hash of an entry', () => {
  const scope = scopeOfRoom(ROOM)
  const digest = digestEntry(encodeEntry(ENTRY))
  const sum = { author: alice, seq: 2, previous: PREVIOUS, digest }

  it('[LG4] covers the log, the author, the number, all before it and the bytes as they came', () => {
    const sha256 = (...parts: readonly (string | Uint8Array)[]) =>
      parts.reduce<Hash>((hash, part) => hash.update(part), createHash('sha256')).digest()
    expect(Buffer.from(digest).equals(sha256(encodeEntry(ENTRY)))).toBe(true)
    const place = Uint8Array.of(0, ...new Array<number>(16).fill(1), ...idToBytes(alice), 0, 0, 0, 0, 0, 0, 0, 2)
    const expected = sha256('starling/1 entry\0', place, PREVIOUS, digest)
    expect(Buffer.from(hashEntry(scope, sum)).equals(expected)).toBe(true)
  })

  it('[LG4] is another one as soon as any of these is', () => {
    const hashes = [
      hashEntry(scope, sum),
      hashEntry(scopeOfRoom(toRoomId(new Uint8Array(16))), sum),
      hashEntry(scopeOfPair(ROOM, alice, bob), sum),
      hashEntry(scopeOfPair(ROOM, alice, carol), sum),
      hashEntry(scope, { ...sum, author: bob }),
      hashEntry(scope, { ...sum, seq: 2 ** 40 + 2 }),
      hashEntry(scope, { ...sum, previous: digest }),
      hashEntry(scope, { ...sum, digest: PREVIOUS }),
      hashEntry(scope, { ...sum, digest: digestEntry(encodeEntry({ ...ENTRY, lamport: 6 })) }),
    ].map((hash) => Buffer.from(hash).toString('hex'))
    expect(new Set(hashes).size).toBe(hashes.length)
    for (const wrong of [{ previous: new Uint8Array(31) }, { digest: new Uint8Array(33) }]) {
      expect(() => hashEntry(scope, { ...sum, ...wrong })).toThrow('broken')
    }
  })
})
