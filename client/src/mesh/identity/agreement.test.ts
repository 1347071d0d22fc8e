import { createHash, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { AGREED_BYTES, librarySignatures, webCryptoSignatures } from './signatures'

const PRIME = 2n ** 255n - 19n

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
const toBytes = (number: bigint): Uint8Array =>
  Uint8Array.from(Buffer.from(number.toString(16).padStart(64, '0'), 'hex')).reverse()
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let [square, left] = [base % PRIME, exponent]; left > 0n; left >>= 1n, square = (square * square) % PRIME) {
    if (left & 1n) result = (result * square) % PRIME
  }
  return result
}

/** RFC 7748, section 4.1: u is (1 + y) / (1 - y). */
function toMontgomery(publicKey: Uint8Array): Uint8Array {
  const y = toNumber(publicKey) & (2n ** 255n - 1n)
  return toBytes(((1n + y) * power(PRIME + 1n - y, PRIME - 2n)) % PRIME)
}

/** The same by another implementation. */
function agreedByOpenSsl(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const d = base64url(createHash('sha512').update(secretKey).digest().subarray(0, 32))
  const x = base64url(toMontgomery(publicKey))
  return new Uint8Array(
    diffieHellman({
      // Its own public half takes no part in it.
      privateKey: createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', d, x }, format: 'jwk' }),
      publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' }),
    }),
  )
}

/** A point of the curve that anybody can write down: eight times it is nothing. */
const OF_ORDER_8 = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'

const IMPLEMENTATIONS = {
  'of the library': librarySignatures,
  'of WebCrypto': webCryptoSignatures(crypto.subtle),
}

describe.each(Object.entries(IMPLEMENTATIONS))('agreements %s', (_, signatures) => {
  it('[ID6] are the same for both, and for another implementation', async () => {
    const random = seededRandom(1)
    for (let round = 0; round < 5; round++) {
      const [secret, otherSecret] = [random.bytes(32), random.bytes(32)]
      const [one, other] = [await signatures.signer(secret), await librarySignatures.signer(otherSecret)]
      const agreed = await one.agree(other.publicKey)
      expect(agreed).toHaveLength(AGREED_BYTES)
      expect(agreed).toEqual(await other.agree(one.publicKey))
      expect(agreed).toEqual(agreedByOpenSsl(secret, other.publicKey))
    }
  })

  it('[ID6] are those of X25519 also with a key that has something of small order in it', async () => {
    const random = seededRandom(2)
    const small = ed25519.Point.fromHex(OF_ORDER_8)
    for (let multiple = 1n; multiple < 8n; multiple++) {
      const [secret, otherSecret] = [random.bytes(32), random.bytes(32)]
      const mixed = ed25519.Point.fromBytes(ed25519.getPublicKey(otherSecret)).add(small.multiplyUnsafe(multiple))
      const signer = await signatures.signer(secret)
      expect(mixed.isTorsionFree()).toBe(false)
      expect(await signer.agree(mixed.toBytes())).toEqual(agreedByOpenSsl(secret, mixed.toBytes()))
    }
  })

  it('[ID6] stay the same from release to release, or old boxes would open no more', async () => {
    const signer = await signatures.signer(new Uint8Array(32).fill(1))
    const { publicKey } = await signatures.signer(new Uint8Array(32).fill(2))
    expect(Buffer.from((await signer.agree(publicKey)) ?? '').toString('hex')).toBe(
      '4181d7302557342bdb6d061c4b1eebea828ecb625c3368b7111680793307220b',
    )
  })

  it('[ID6] are not to be had with a key of small order, which would make them known to everybody', async () => {
    const signer = await signatures.signer(new Uint8Array(32).fill(1))
    const keys = [
      `01${'00'.repeat(31)}`,
      `01${'00'.repeat(30)}80`,
      `ec${'ff'.repeat(30)}7f`,
      '00'.repeat(32),
      `${'00'.repeat(31)}80`,
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      `ed${'ff'.repeat(30)}7f`,
      `ee${'ff'.repeat(31)}`,
    ]
    for (const key of keys) expect(await signer.agree(Uint8Array.from(Buffer.from(key, 'hex'))), key).toBeUndefined()
  })

  it('[ID6] are not to be had with what is no key, and never throw', async () => {
    const signer = await signatures.signer(new Uint8Array(32).fill(1))
    const random = seededRandom(2)
    for (const length of [0, 1, 31, 33, 64]) expect(await signer.agree(random.bytes(length))).toBeUndefined()
    let agreements = 0
    for (let round = 0; round < 40; round++) if (await signer.agree(random.bytes(32))) agreements++
    // About half of all numbers are the y of a point.
    expect(agreements).toBeGreaterThan(5)
    expect(agreements).toBeLessThan(35)
  })
})
