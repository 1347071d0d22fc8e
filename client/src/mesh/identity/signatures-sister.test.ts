/** Holds the small library for Ed25519 to its larger sister, which was audited. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { librarySignatures } from './signatures'

const { Point } = ed25519
const { BASE, Fn } = Point
type Point = typeof BASE

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
const toBytes = (number: bigint): Uint8Array =>
  Uint8Array.from(Buffer.from(number.toString(16).padStart(64, '0'), 'hex')).reverse()

/** Points of order 1, 8, 4 and 2: whoever adds one to an honest key or signature has a contrived one. */
const SMALL = [0n, 1n, 2n, 4n].map((multiple) =>
  Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a').multiplyUnsafe(multiple),
)

describe('the small library for signatures', () => {
  it('[ID1] signs as its sister does', async () => {
    const random = seededRandom(1)
    for (let round = 0; round < 20; round++) {
      const [secret, message] = [random.bytes(32), random.bytes(round * 10)]
      const signer = await librarySignatures.signer(secret)
      expect(signer.publicKey).toEqual(ed25519.getPublicKey(secret))
      expect(await signer.sign(message)).toEqual(ed25519.sign(message, secret))
    }
  })

  it('[ID1] takes and refuses what its sister does, however contrived', async () => {
    const random = seededRandom(2)
    const { scalar, point } = ed25519.utils.getExtendedPublicKey(random.bytes(32))
    const message = random.bytes(40)
    /** What the secret key makes of the message, with its own public key and half of the signature moved. */
    function contrive(key: Uint8Array, start: Point): Uint8Array {
      const nonce = Fn.create(toNumber(random.bytes(32)))
      const r = BASE.multiply(nonce).add(start).toBytes()
      return concatBytes(
        r,
        toBytes(Fn.create(nonce + Fn.create(toNumber(sha512(concatBytes(r, key, message)))) * scalar)),
      )
    }
    const outcomes: boolean[] = []
    for (const key of [...SMALL, ...SMALL.map((small) => point.add(small))].map((key) => key.toBytes())) {
      for (const start of SMALL) {
        const signature = contrive(key, start)
        const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
        for (const one of [
          signature,
          concatBytes(r, toBytes(toNumber(s) + Fn.ORDER)),
          concatBytes(r, new Uint8Array(32)),
          concatBytes(start.toBytes(), s),
          concatBytes(new Uint8Array(32).fill(0xff), s),
        ]) {
          const outcome = await librarySignatures.verify(one, message, key)
          expect(outcome).toBe(ed25519.verify(one, message, key, { zip215: false }))
          outcomes.push(outcome)
        }
      }
    }
    expect(outcomes.filter((isValid) => isValid)).toHaveLength(16)
  })
})
