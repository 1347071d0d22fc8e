/** A peer's key pair, and the id that follows from it: who signs with the key is the peer. Rule ID1. */
import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64Url } from '../protocol/base64url'
import { ID_BYTES, type PeerId, toPeerId } from '../protocol/ids'
import type { Random } from '../runtime/random'
import { SECRET_KEY_BYTES, type Signatures } from './signatures'

export interface PeerKey {
  readonly id: PeerId
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

export const newSecretKey = (random: Random): Uint8Array => random.bytes(SECRET_KEY_BYTES)

/** The key pair of a secret of SECRET_KEY_BYTES random bytes. */
export function peerKeyOf(secretKey: Uint8Array, signatures: Signatures): PeerKey {
  const publicKey = signatures.publicKeyOf(secretKey)
  return { id: peerIdOf(publicKey), publicKey, sign: (message) => signatures.sign(message, secretKey) }
}

export const peerIdOf = (publicKey: Uint8Array): PeerId =>
  toPeerId(toBase64Url(sha256(publicKey).subarray(0, ID_BYTES)))
