/**
 * Signatures as a port: Ed25519 wherever people are; the simulator, which links thousands of pairs in a second, may take
 * a quicker twin. Rule ID1.
 */
import { ed25519 } from '@noble/curves/ed25519.js'

export const SECRET_KEY_BYTES = 32
export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

export interface Signatures {
  publicKeyOf(secretKey: Uint8Array): Uint8Array
  sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array
  /** Never throws, whatever the bytes; of other lengths than those above nothing is valid. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

/** Ed25519 as in RFC 8032, with the strict reading of points: a signature that one peer takes, all take. */
export const ed25519Signatures: Signatures = {
  publicKeyOf: (secretKey) => ed25519.getPublicKey(secretKey),
  sign: (message, secretKey) => ed25519.sign(message, secretKey),
  verify(signature, message, publicKey) {
    if (signature.length !== SIGNATURE_BYTES || publicKey.length !== PUBLIC_KEY_BYTES) return false
    return ed25519.verify(signature, message, publicKey, { zip215: false })
  },
}
