/**
 * Signatures and agreements that cost a hash: anybody could make them who reads this file, but nobody in a simulation does, and stories
 * of thousands of links take seconds. What real ones refuse is tested with real ones.
 */
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import type { Signatures, Signer } from '../mesh/identity/signatures'

const signatureOf = (message: Uint8Array, publicKey: Uint8Array): Uint8Array => sha512(concatBytes(publicKey, message))

/** The same for both, whichever of the two keys is one's own. */
const agreedBy = (one: Uint8Array, other: Uint8Array): Uint8Array =>
  sha256(one.map((byte, index) => byte ^ (other[index] ?? 0)))

export function simSigner(secretKey: Uint8Array): Signer {
  const publicKey = sha256(secretKey)
  return {
    publicKey,
    sign: async (message) => signatureOf(message, publicKey),
    agree: async (other) => (other.length === publicKey.length ? agreedBy(publicKey, other) : undefined),
  }
}

export const simSignatures: Signatures = {
  signer: async (secretKey) => simSigner(secretKey),
  async verify(signature, message, publicKey) {
    const expected = signatureOf(message, publicKey)
    return signature.length === expected.length && signature.every((byte, index) => byte === expected[index])
  },
}
