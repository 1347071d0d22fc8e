import { hkdfSync } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { simSignatures } from '../../sim/sim-signatures'
import { toRoomId } from '../protocol/ids'
import { PAIR_BOX_OVERHEAD, PairSealer } from './pair-sealer'
import { newSecretKey, type PeerKey, peerKeyOf } from './peer-key'
import { librarySignatures } from './signatures'

const random = seededRandom(1)
const ROOM = toRoomId(random.bytes(16))
const OTHER_ROOM = toRoomId(random.bytes(16))
const newKey = () => peerKeyOf(newSecretKey(random), librarySignatures)
const [alice, bob, carol] = [await newKey(), await newKey(), await newKey()]
const PLACE = { author: alice.id, to: bob.id, seq: 3 }
const PLAIN = new TextEncoder().encode('for bob alone')

async function sealerOf(key: PeerKey, other: PeerKey, room = ROOM): Promise<PairSealer> {
  const sealer = await PairSealer.of({ room, key, publicKey: other.publicKey, random })
  if (!sealer) throw new Error('they agree on nothing')
  return sealer
}
const [alices, bobs] = [await sealerOf(alice, bob), await sealerOf(bob, alice)]
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)

describe('what two people seal for one another', () => {
  it('[ID7] opens on either side, in either direction', () => {
    expect(textOf(bobs.open(alices.seal(PLAIN, PLACE), PLACE))).toBe('for bob alone')
    expect(textOf(alices.open(alices.seal(PLAIN, PLACE), PLACE))).toBe('for bob alone')
    const answer = { author: bob.id, to: alice.id, seq: 1 }
    expect(textOf(alices.open(bobs.seal(PLAIN, answer), answer))).toBe('for bob alone')
    expect([alices.peer, bobs.peer]).toEqual([bob.id, alice.id])
  })

  it('[ID7] opens for nobody else, and in no other room', async () => {
    const box = alices.seal(PLAIN, PLACE)
    for (const [key, other] of [
      [carol, alice],
      [carol, bob],
      [alice, carol],
    ] as const) {
      expect((await sealerOf(key, other)).open(box, PLACE)).toBeUndefined()
    }
    expect((await sealerOf(bob, alice, OTHER_ROOM)).open(box, PLACE)).toBeUndefined()
    // Carol has the public keys of both, and pretends that one of them is hers.
    const pretended = { ...carol, id: bob.id, publicKey: bob.publicKey }
    expect((await sealerOf(pretended, alice)).open(box, PLACE)).toBeUndefined()
  })

  it('[ID7] opens only as the entry that it was sealed as', () => {
    const box = alices.seal(PLAIN, PLACE)
    const places = [
      { ...PLACE, seq: 4 },
      { ...PLACE, seq: 31 },
      { author: bob.id, to: alice.id, seq: 3 },
      { ...PLACE, to: carol.id },
      { ...PLACE, author: carol.id },
    ]
    for (const place of places) expect(bobs.open(box, place)).toBeUndefined()
  })

  it('[ID7] altered in one byte, cut short or made longer, opens nowhere', () => {
    const box = alices.seal(PLAIN, PLACE)
    for (let index = 0; index < box.length; index++) {
      expect(bobs.open(box.with(index, (box[index] ?? 0) ^ 1), PLACE), `byte ${index}`).toBeUndefined()
      expect(bobs.open(box.subarray(0, index), PLACE), `${index} bytes`).toBeUndefined()
    }
    expect(bobs.open(Uint8Array.of(...box, 0), PLACE)).toBeUndefined()
  })

  it('[ID7] looks different each time, and tells nothing but its length', () => {
    const boxes = Array.from({ length: 20 }, () => Buffer.from(alices.seal(PLAIN, PLACE)).toString('hex'))
    expect(new Set(boxes.map((box) => box.slice(0, 16))).size).toBe(20)
    for (const length of [0, 1, 1000]) {
      const box = alices.seal(new Uint8Array(length), PLACE)
      expect(box).toHaveLength(length + PAIR_BOX_OVERHEAD)
      expect(bobs.open(box, PLACE)).toHaveLength(length)
    }
  })

  it('[ID7] is XChaCha20-Poly1305 under a key of the agreement, the room and both ids', async () => {
    const box = alices.seal(PLAIN, PLACE)
    const agreed = await bob.agree(alice.publicKey)
    const label = `starling/1 pair ${ROOM} ${[alice.id, bob.id].sort().join(' ')}`
    const key = new Uint8Array(hkdfSync('sha256', agreed ?? '', '', label, 32))
    const associated = new TextEncoder().encode(`starling/1 direct entry ${alice.id} ${bob.id} 3`)
    const nonce = Buffer.concat([
      Buffer.from(alice.id, 'base64url').subarray(0, 8),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3),
      box.subarray(0, 8),
    ])
    expect(xchacha20poly1305(key, nonce, associated).decrypt(box.subarray(8))).toEqual(PLAIN)
  })

  it('[ID6] is not to be had with a key of small order, nor with none', async () => {
    const [zeros, tooShort] = [new Uint8Array(32), new Uint8Array(31).fill(7)]
    for (const publicKey of [zeros, Uint8Array.of(1, ...zeros.subarray(1)), tooShort]) {
      expect(await PairSealer.of({ room: ROOM, key: alice, publicKey, random })).toBeUndefined()
    }
    const withHerself = PairSealer.of({ room: ROOM, key: alice, publicKey: alice.publicKey, random })
    await expect(withHerself).rejects.toThrow('broken')
  })
})

it('[ID6] in the simulator two agree as well, and a third does not', async () => {
  const simKey = () => peerKeyOf(newSecretKey(random), simSignatures)
  const [dave, erin, frank] = [await simKey(), await simKey(), await simKey()]
  const place = { author: dave.id, to: erin.id, seq: 1 }
  const box = (await sealerOf(dave, erin)).seal(PLAIN, place)
  expect((await sealerOf(erin, dave)).open(box, place)).toEqual(PLAIN)
  expect((await sealerOf(frank, dave)).open(box, place)).toBeUndefined()
})
