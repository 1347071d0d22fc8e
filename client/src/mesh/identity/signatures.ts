/**
 * What a secret key does, as a port: it signs, by Ed25519 wherever people are, and agrees with another's key on a secret
 * of those two, by X25519. The browser does it where it can, a library where it cannot; the simulator, which links
 * thousands of pairs in a second, takes a quicker twin. Rules ID1, ID6.
 */
import { getPublicKey, hashes, sign, verify } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { fromBase64Url, toBase64Url } from '../protocol/base64url'
import { BoundedMap } from '../runtime/bounded-map'
import { invariant } from '../runtime/invariant'
import { browserAgreement, libraryAgreement } from './agreement'
import { hasSmallOrder } from './small-order'

export const SECRET_KEY_BYTES = 32
export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
export const AGREED_BYTES = 32

export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Promise<Uint8Array>
  /**
   * @param publicKey of somebody else, as it verifies signatures
   * @returns AGREED_BYTES that whoever holds the other secret key gets from this public one, and nobody else can; undefined
   *   when `publicKey` is none. They are no key yet: derive one for each use
   */
  agree(publicKey: Uint8Array): Promise<Uint8Array | undefined>
}

export interface Signatures {
  /** @param secretKey SECRET_KEY_BYTES random bytes, the seed of RFC 8032 */
  signer(secretKey: Uint8Array): Promise<Signer>
  /** Never fails, whatever the bytes; of other lengths than those above, or under a key of small order, nothing is valid. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean>
}

const isPossible = (signature: Uint8Array, publicKey: Uint8Array): boolean =>
  signature.length === SIGNATURE_BYTES && publicKey.length === PUBLIC_KEY_BYTES && !hasSmallOrder(publicKey)

// It comes without a hash of its own.
hashes.sha512 = sha512

/** Works everywhere; the first few cost 10 ms each, until the browser has compiled them. */
export const librarySignatures: Signatures = {
  signer: async (secretKey) => ({
    publicKey: getPublicKey(secretKey),
    sign: async (message) => sign(message, secretKey),
    agree: libraryAgreement(secretKey),
  }),
  verify: async (signature, message, publicKey) =>
    isPossible(signature, publicKey) && verify(signature, message, publicKey, { zip215: false }),
}

/** What stands before the 32 bytes of a secret key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20)
const ALGORITHM = 'Ed25519'

/** Keys that are held as the browser wants them: more than a full room has. */
const MAX_IMPORTED_KEYS = 256

/** WebCrypto: a hundred times quicker on a fresh page, but only where the page is secure and the browser recent. */
export function webCryptoSignatures(subtle: SubtleCrypto): Signatures {
  const keys = new BoundedMap<string, CryptoKey>(MAX_IMPORTED_KEYS)
  const imported = async (publicKey: Uint8Array): Promise<CryptoKey> => {
    const name = toBase64Url(publicKey)
    const key = keys.get(name) ?? (await subtle.importKey('raw', copy(publicKey), ALGORITHM, false, ['verify']))
    keys.set(name, key)
    return key
  }
  return {
    async signer(secretKey) {
      const pkcs8 = Uint8Array.of(...PKCS8_PREFIX, ...secretKey)
      // WebCrypto tells the public key only of a secret one that it may tell as well.
      const key = await subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign'])
      const publicKey = fromBase64Url((await subtle.exportKey('jwk', key)).x ?? '')
      invariant(publicKey?.length === PUBLIC_KEY_BYTES, 'WebCrypto gave a key that is none')
      const sign = async (message: Uint8Array) => new Uint8Array(await subtle.sign(ALGORITHM, key, copy(message)))
      let agreement: Promise<Signer['agree']> | undefined
      // Many never say anything to one person alone.
      const agree = async (other: Uint8Array) => {
        agreement ??= browserAgreement(subtle, secretKey).catch(() => libraryAgreement(secretKey))
        return (await agreement)(other)
      }
      return { publicKey, sign, agree }
    },
    async verify(signature, message, publicKey) {
      if (!isPossible(signature, publicKey)) return false
      try {
        return await subtle.verify(ALGORITHM, await imported(publicKey), copy(signature), copy(message))
      } catch {
        // Bytes that are no point of the curve: there is no key, and so nothing that it signed.
        return false
      }
    },
  }
}

/** WebCrypto takes no view of memory that might be shared. */
const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes)

/** The quickest that works here. */
export async function findSignatures(subtle: SubtleCrypto | undefined): Promise<Signatures> {
  if (!subtle) return librarySignatures
  const native = webCryptoSignatures(subtle)
  try {
    await native.signer(new Uint8Array(SECRET_KEY_BYTES))
    return native
  } catch {
    // A browser from before 2025 that does not know the algorithm.
    return librarySignatures
  }
}
