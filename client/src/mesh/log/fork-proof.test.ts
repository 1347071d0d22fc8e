import { describe, expect, it } from 'vitest'
import { GARDEN, keyOf, Writer } from '../../sim/log-scene'
import { simSignatures } from '../../sim/sim-signatures'
import { toRoomId } from '../protocol/ids'
import { encodeMsgpack } from '../protocol/msgpack'
import { digestEntry } from './entry-codec'
import { NO_HASH } from './feeds'
import { type Branch, encodeProof, type Fork, isStricter, readProof } from './fork-proof'
import { scopeOfPair, scopeOfRoom } from './log-scope'

const mallory = keyOf('mallory')
const stem = () => new Writer(mallory).writeEach(3)

/** The entries from a number on, up to one that is signed. */
async function branchOf(writer: Writer, from: number, to = writer.entries.length): Promise<Branch> {
  const { entries, signature } = await writer.unit(from, to)
  const previous = entries[0]?.raw.previous ?? NO_HASH
  return { previous, digests: entries.map(({ bytes }) => digestEntry(bytes)), signature }
}

const read = (bytes: Uint8Array, scope = GARDEN) => readProof(bytes, scope, simSignatures)
const fork = { author: mallory.id, publicKey: mallory.publicKey }

describe('a proof of two feeds', () => {
  it('[LG8] says from which number on nothing counts, and what comes before', async () => {
    const [one, other] = [stem().write('yes'), stem().write('no').writeEach(5)]
    for (const to of [4, 6, 9]) {
      const proof = encodeProof(mallory.publicKey, 4, await branchOf(one, 4), await branchOf(other, 4, to))
      const previous = one.entries[2]?.hash
      expect(await read(proof)).toEqual({ ok: true, value: { ...fork, seq: 4, previous } })
    }
  })

  it('[LG8] holds without a word of what was said', async () => {
    const [one, other] = [stem().write('my secret'), stem().write('my other secret')]
    const proof = encodeProof(mallory.publicKey, 4, await branchOf(one, 4), await branchOf(other, 4))
    expect(Buffer.from(proof).includes('secret')).toBe(false)
    expect(proof.length).toBeLessThan(400)
  })

  it('[LG9] of branches that differ before it already takes everything away', async () => {
    const [one, other] = [new Writer(mallory).writeEach(5), new Writer(mallory).write('other').writeEach(4)]
    const proof = encodeProof(mallory.publicKey, 3, await branchOf(one, 3), await branchOf(other, 3))
    expect(await read(proof)).toEqual({ ok: true, value: { ...fork, seq: 1, previous: NO_HASH } })
  })

  it('[LG8] of entries that are the same, or not signed, or of another log or number, is none', async () => {
    const [one, other] = [stem().write('yes'), stem().write('no')]
    const [yes, no] = [await branchOf(one, 4), await branchOf(other, 4)]
    const key = mallory.publicKey
    const refused = [
      encodeProof(key, 4, yes, yes),
      encodeProof(key, 4, yes, { ...no, signature: yes.signature }),
      encodeProof(key, 4, { ...yes, signature: new Uint8Array(64) }, no),
      encodeProof(keyOf('bob').publicKey, 4, yes, no),
      encodeProof(key, 5, yes, no),
      encodeProof(key, 4, yes, { ...no, previous: NO_HASH }),
      encodeProof(key, 4, yes, { ...no, digests: [...no.digests, ...no.digests] }),
    ]
    for (const proof of refused) expect(await read(proof)).toMatchObject({ ok: false })
    const proof = encodeProof(key, 4, yes, no)
    const elsewhere = toRoomId(new Uint8Array(16).fill(2))
    const scopes = [scopeOfRoom(elsewhere), scopeOfPair(GARDEN.room, mallory.id, keyOf('bob').id)]
    for (const scope of scopes) expect(await read(proof, scope)).toMatchObject({ ok: false })
  })

  it('[LG8] of another shape is refused, and never with an exception', async () => {
    const branch = [new Uint8Array(32), [new Uint8Array(32)], new Uint8Array(64)]
    const key = new Uint8Array(32)
    const malformed = [
      null,
      [],
      [key, 1, branch],
      [key, 0, branch, branch],
      [key, 1.5, branch, branch],
      [key, 1, branch, branch, branch],
      [new Uint8Array(31), 1, branch, branch],
      [key, 1, branch, [new Uint8Array(32), [], new Uint8Array(64)]],
      [key, 1, branch, [new Uint8Array(32), Array.from({ length: 513 }, () => key), new Uint8Array(64)]],
      [key, 1, branch, [new Uint8Array(31), [key], new Uint8Array(64)]],
    ]
    for (const value of malformed)
      expect(await read(encodeMsgpack(value))).toEqual({ ok: false, reason: expect.stringContaining('malformed') })
    expect(await read(Uint8Array.of(0xc1))).toMatchObject({ ok: false })
    expect(await read(new Uint8Array())).toMatchObject({ ok: false })
  })

  it('[LG9] is stricter when it takes more away, and of two alike one is, whoever compares', () => {
    const at = (seq: number, sign: number): Fork => ({ ...fork, seq, previous: new Uint8Array(32).fill(sign) })
    expect(isStricter(at(3, 9), at(4, 1))).toBe(true)
    expect(isStricter(at(4, 1), at(3, 9))).toBe(false)
    expect(isStricter(at(3, 1), at(3, 2))).toBe(true)
    expect(isStricter(at(3, 2), at(3, 1))).toBe(false)
    expect(isStricter(at(3, 1), at(3, 1))).toBe(false)
  })
})
