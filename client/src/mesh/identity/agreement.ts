/**
 * What two keys agree on: X25519 (RFC 7748) with the keys of Ed25519 as Montgomery's form of the curve has them. Browsers
 * reckon with the secret where they can; making such keys of ours is left to this file everywhere. Rule ID6.
 */
import { etc, Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { hasSmallOrder } from './small-order'

/** @returns 32 bytes; undefined for what is no key of anybody's */
export type Agree = (publicKey: Uint8Array) => Promise<Uint8Array | undefined>

const PUBLIC_KEY_BYTES = 32

/** Works everywhere. */
export const libraryAgreement =
  (secretKey: Uint8Array): Agree =>
  async (publicKey) => {
    const point = pointOf(publicKey)
    // Secrets are multiples of the cofactor, 8: by that first, which leaves nothing of small order in the point.
    return point && montgomeryOf(point.clearCofactor().multiply(toNumber(secretOf(secretKey)) / 8n))
  }

/** What stands before the 32 bytes of a secret key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20)
const ALGORITHM = 'X25519'

/** Rejects where the browser does not know the algorithm, as those from before 2025. */
export async function browserAgreement(subtle: SubtleCrypto, secretKey: Uint8Array): Promise<Agree> {
  const pkcs8 = Uint8Array.of(...PKCS8_PREFIX, ...secretOf(secretKey))
  const key = await subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['deriveBits'])
  return async (publicKey) => {
    const point = pointOf(publicKey)
    if (!point) return undefined
    const other = await subtle.importKey('raw', Uint8Array.from(montgomeryOf(point)), ALGORITHM, false, [])
    return new Uint8Array(await subtle.deriveBits({ name: ALGORITHM, public: other }, key, 256))
  }
}

function pointOf(publicKey: Uint8Array): Point | undefined {
  if (publicKey.length !== PUBLIC_KEY_BYTES || hasSmallOrder(publicKey)) return undefined
  try {
    return Point.fromBytes(publicKey)
  } catch {
    return undefined
  }
}

/** RFC 7748, section 4.1: u is (1 + y) / (1 - y). */
function montgomeryOf({ y }: Point): Uint8Array {
  return toBytes(etc.mod((1n + y) * etc.invert(1n - y, Point.CURVE().p)))
}

/** What a secret key multiplies points by: RFC 7748, section 5, sets the highest of 255 bits, and clears the lowest three. */
function secretOf(secretKey: Uint8Array): Uint8Array {
  const secret = sha512(secretKey).slice(0, 32)
  secret[0] = (secret[0] ?? 0) & 0xf8
  secret[31] = ((secret[31] ?? 0) & 0x7f) | 0x40
  return secret
}

/** Least byte first, as both RFCs have it. */
const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(Uint8Array.from(bytes).reverse())}`)
const toBytes = (number: bigint): Uint8Array => hexToBytes(number.toString(16).padStart(64, '0')).reverse()
