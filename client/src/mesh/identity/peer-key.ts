/** A peer's key pair, and the id that follows from it: who signs with the key is the peer. Rule ID1. */
import { sha256 } from '@noble/hashes/sha2.js'
import { toBase64Url } from '../protocol/base64url'
import { ID_BYTES, type PeerId, toPeerId } from '../protocol/ids'
import type { Random } from '../runtime/random'
import { SECRET_KEY_BYTES, type Signatures, type Signer } from './signatures'

export interface PeerKey extends Signer {
  readonly id: PeerId
}

export const newSecretKey = (random: Random): Uint8Array => random.bytes(SECRET_KEY_BYTES)

/** @param secretKey SECRET_KEY_BYTES random bytes */
export const peerKeyOf = async (secretKey: Uint8Array, signatures: Signatures): Promise<PeerKey> =>
  toPeerKey(await signatures.signer(secretKey))

export const toPeerKey = (signer: Signer): PeerKey => ({ ...signer, id: peerIdOf(signer.publicKey) })

export const peerIdOf = (publicKey: Uint8Array): PeerId =>
  toPeerId(toBase64Url(sha256(publicKey).subarray(0, ID_BYTES)))
