import { createPublicKey, sign, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { findSignatures, librarySignatures, webCryptoSignatures } from './signatures'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** RFC 8032, section 7.1: secret key, public key, message, signature. */
const VECTORS = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const

/** The eight points of small order, then other spellings of some of them, which are not canonical. */
const SMALL_ORDER = [
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  `01${'00'.repeat(30)}80`,
  `ec${'ff'.repeat(31)}`,
  `ed${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(31)}`,
  `ee${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(31)}`,
]

/** The order of the group, with which a signature could be told in a second way. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

const [SECRET_HEX, PUBLIC_HEX, , EMPTY_HEX] = VECTORS[0]
const SECRET = hex(SECRET_HEX)
const PUBLIC = hex(PUBLIC_HEX)
const JWK = { kty: 'OKP', crv: 'Ed25519', d: base64url(SECRET), x: base64url(PUBLIC) }
const MESSAGE = new TextEncoder().encode('hello')
const SIGNATURE = new Uint8Array(sign(null, MESSAGE, { key: JWK, format: 'jwk' }))

const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)))

const IMPLEMENTATIONS = {
  'of the library': librarySignatures,
  'of WebCrypto': webCryptoSignatures(crypto.subtle),
}

describe.each(Object.entries(IMPLEMENTATIONS))('signatures %s', (_, signatures) => {
  it('[ID1] are those of RFC 8032', async () => {
    for (const [secret, publicKey, message, signature] of VECTORS) {
      const signer = await signatures.signer(hex(secret))
      expect(toHex(signer.publicKey)).toBe(publicKey)
      expect(toHex(await signer.sign(hex(message)))).toBe(signature)
      expect(await signatures.verify(hex(signature), hex(message), hex(publicKey))).toBe(true)
    }
  })

  it('[ID1] are the same for another implementation, both ways', async () => {
    const signer = await signatures.signer(SECRET)
    const signature = await signer.sign(MESSAGE)
    expect(signature).toEqual(SIGNATURE)
    expect(verify(null, MESSAGE, createPublicKey({ key: JWK, format: 'jwk' }), signature)).toBe(true)
  })

  it('[ID1] hold for one message and one key, to the bit', async () => {
    expect(await signatures.verify(SIGNATURE, MESSAGE, PUBLIC)).toBe(true)
    for (let bit = 0; bit < 512; bit += 3) {
      expect(await signatures.verify(flipped(SIGNATURE, bit), MESSAGE, PUBLIC), `bit ${bit}`).toBe(false)
    }
    for (let bit = 0; bit < 256; bit += 3) {
      expect(await signatures.verify(SIGNATURE, MESSAGE, flipped(PUBLIC, bit)), `bit ${bit}`).toBe(false)
    }
    expect(await signatures.verify(SIGNATURE, flipped(MESSAGE, 0), PUBLIC)).toBe(false)
    expect(await signatures.verify(SIGNATURE, new Uint8Array(), PUBLIC)).toBe(false)
    expect(await signatures.verify(hex(EMPTY_HEX), new Uint8Array(), PUBLIC)).toBe(true)
  })

  it('[ID1] of another length, or made of zeros, are none', async () => {
    for (const length of [0, 1, 31, 33, 63, 65, 128]) {
      const resized = new Uint8Array(length)
      resized.set(SIGNATURE.subarray(0, length))
      expect(await signatures.verify(resized, MESSAGE, PUBLIC), `signature of ${length}`).toBe(false)
      resized.fill(0)
      resized.set(PUBLIC.subarray(0, length))
      expect(await signatures.verify(SIGNATURE, MESSAGE, resized), `key of ${length}`).toBe(false)
    }
    expect(await signatures.verify(new Uint8Array(64), MESSAGE, PUBLIC)).toBe(false)
    expect(await signatures.verify(SIGNATURE, MESSAGE, new Uint8Array(32))).toBe(false)
    expect(await signatures.verify(new Uint8Array(64), MESSAGE, new Uint8Array(32))).toBe(false)
  })

  it('[ID1] with a key of small order, which would sign everything, are none', async () => {
    for (const key of SMALL_ORDER) {
      for (const point of SMALL_ORDER) {
        for (const message of [MESSAGE, new Uint8Array(), Uint8Array.of(7)]) {
          const signature = hex(point + '00'.repeat(32))
          expect(await signatures.verify(signature, message, hex(key)), `${point} by ${key}`).toBe(false)
        }
      }
    }
  })

  it('[ID1] can be told in no second way', async () => {
    const s = BigInt(`0x${toHex(SIGNATURE.slice(32).reverse())}`)
    const again = (s + ORDER).toString(16).padStart(64, '0')
    const signature = SIGNATURE.slice()
    signature.set(hex(again).reverse(), 32)
    expect(await signatures.verify(signature, MESSAGE, PUBLIC)).toBe(false)
  })

  it('[ID1] never throw, whatever the bytes', async () => {
    const random = seededRandom(1)
    for (let round = 0; round < 300; round++) {
      const [signature, message, key] = [64, 20, 32].map((length) =>
        random.bytes(random.fraction() < 0.8 ? length : Math.floor(random.fraction() * 100)),
      )
      if (!signature || !message || !key) throw new Error('no bytes')
      // Half of them with a real key, so that the bytes get further than the first check.
      const known = round % 2 === 0 ? key : PUBLIC
      expect(await signatures.verify(signature, message, known), `round ${round}`).toBe(false)
    }
  })
})

describe('the signatures of a browser', () => {
  it('[ID1] are its own where it has them, else those of the library', async () => {
    const { subtle } = crypto
    const refuses: SubtleCrypto = Object.create(subtle, {
      importKey: { value: () => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')) },
    })
    expect(await findSignatures(undefined)).toBe(librarySignatures)
    expect(await findSignatures(refuses)).toBe(librarySignatures)
    expect(await findSignatures(subtle)).not.toBe(librarySignatures)
  })
})
