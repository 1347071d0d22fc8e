/**
 * Seals what one member says to another alone, and opens what that one says: for both the same key, which nobody else in
 * the room can make. A box opens only as the entry that it was sealed as. Who wrote it is for signatures to say. Rules
 * ID6, ID7.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { idToBytes, type PeerId, type RoomId } from '../protocol/ids'
import { invariant } from '../runtime/invariant'
import type { Random } from '../runtime/random'
import { type PeerKey, peerIdOf } from './peer-key'

const KEY_BYTES = 32
/**
 * Drawn anew for each box. What goes before it in the nonce, author and number, comes once already unless a feed forks: then
 * this alone keeps two boxes apart, and so few bytes do.
 */
const SALT_BYTES = 8
const NONCE_BYTES = 24

/** What a box adds to what is in it. */
export const PAIR_BOX_OVERHEAD = SALT_BYTES + 16

/** The entry that a box is, or shall be, the content of. */
export interface PairPlace {
  readonly author: PeerId
  readonly to: PeerId
  readonly seq: number
}

interface PairSealerDeps {
  readonly room: RoomId
  readonly key: PeerKey
  /** the other's, whose id is known to be of it */
  readonly publicKey: Uint8Array
  readonly random: Random
}

export class PairSealer {
  private constructor(
    readonly peer: PeerId,
    private readonly sealingKey: Uint8Array,
    private readonly random: Random,
  ) {}

  /** @returns undefined when nobody can agree on anything with that public key; no honest peer has such a one */
  static async of({ room, key, publicKey, random }: PairSealerDeps): Promise<PairSealer | undefined> {
    const peer = peerIdOf(publicKey)
    invariant(peer !== key.id, 'nobody seals for itself')
    const agreed = await key.agree(publicKey)
    if (!agreed) return undefined
    const [first, second] = key.id < peer ? [key.id, peer] : [peer, key.id]
    const label = utf8ToBytes(`starling/1 pair ${room} ${first} ${second}`)
    return new PairSealer(peer, hkdf(sha256, agreed, undefined, label, KEY_BYTES), random)
  }

  /** @returns a box of PAIR_BOX_OVERHEAD bytes more than `plain` */
  seal(plain: Uint8Array, place: PairPlace): Uint8Array {
    const salt = this.random.bytes(SALT_BYTES)
    return concatBytes(salt, this.#cipher(salt, place).encrypt(plain))
  }

  /** @returns what was sealed by one of the two as that entry; undefined for everything else */
  open(box: Uint8Array, place: PairPlace): Uint8Array | undefined {
    if (box.length < PAIR_BOX_OVERHEAD) return undefined
    try {
      return this.#cipher(box.subarray(0, SALT_BYTES), place).decrypt(box.subarray(SALT_BYTES))
    } catch {
      // The library's way of saying that the tag does not fit; there is nothing else that it could fail at.
      return undefined
    }
  }

  #cipher(salt: Uint8Array, { author, to, seq }: PairPlace) {
    const nonce = new Uint8Array(NONCE_BYTES)
    nonce.set(idToBytes(author).subarray(0, 8))
    new DataView(nonce.buffer).setBigUint64(8, BigInt(seq))
    nonce.set(salt, NONCE_BYTES - SALT_BYTES)
    const associated = utf8ToBytes(`starling/1 direct entry ${author} ${to} ${seq}`)
    return xchacha20poly1305(this.sealingKey, nonce, associated)
  }
}
