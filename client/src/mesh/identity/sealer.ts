/**
 * Seals what this peer tells another through a go-between, and opens what others tell it. Only who holds the room's key
 * reads a box; only who holds a peer's key speaks as that peer; and a box opens only where it was sent, once. What an
 * introduction means is the dialer's. Rules IN3, IN4.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Address, PeerId, RoomId } from '../protocol/ids'
import { decodeIntroduction, encodeIntroduction, type Introduction } from '../protocol/introductions'
import { MAX_REMEMBERED_SENDERS, REPLAY_WINDOW } from '../protocol/limits'
import { BoundedMap } from '../runtime/bounded-map'
import type { Random } from '../runtime/random'
import type { PeerKey } from './peer-key'
import { ReplayWindow } from './replay-window'
import type { Signatures } from './signatures'
import { isSigned, readEnvelope, signContent } from './signed'

const NONCE_BYTES = 24

/** Why a box was refused. */
export type BoxFault =
  /** it was sealed with another key, for another peer or in another run, or was altered on the way */
  | 'does-not-open'
  /** it was sealed by somebody in the room, and not signed by whom it claims to be of */
  | 'forged'
  /** it was sealed by somebody in the room, and is no introduction */
  | 'malformed'
  /** more came than anybody could need */
  | 'too-many'
  /** it came before, or is older than what is remembered */
  | 'replayed'

export type Opened =
  | { readonly kind: 'opened'; readonly peer: PeerId; readonly introduction: Introduction }
  | { readonly kind: 'refused'; readonly reason: BoxFault }

export interface SealerDeps {
  readonly room: RoomId
  readonly sealingKey: Uint8Array
  /** where this peer is found during this run */
  readonly address: Address
  readonly key: PeerKey
  readonly signatures: Signatures
  readonly random: Random
}

export class Sealer {
  /** By address and peer. */
  readonly #windows = new BoundedMap<string, ReplayWindow>(MAX_REMEMBERED_SENDERS)
  #count = 0

  constructor(private readonly deps: SealerDeps) {}

  async seal(to: Address, introduction: Introduction): Promise<Uint8Array> {
    const { sealingKey, address, key, random } = this.deps
    const way = this.#way(address, to)
    const content = encodeIntroduction({ ...introduction, number: ++this.#count })
    const nonce = random.bytes(NONCE_BYTES)
    const envelope = await signContent(way, content, key)
    const sealed = xchacha20poly1305(sealingKey, nonce, utf8ToBytes(way)).encrypt(envelope)
    return concatBytes(nonce, sealed)
  }

  /**
   * @param mayCheck asked when a member of the room has sealed the box for this peer, as from that address: checking a
   *   signature is dear, finding that a box does not open is not
   */
  async open(from: Address, box: Uint8Array, mayCheck: () => boolean = () => true): Promise<Opened> {
    const way = this.#way(from, this.deps.address)
    const unsealed = this.#unseal(way, box)
    if (!unsealed) return refused('does-not-open')
    const envelope = readEnvelope(unsealed)
    if (!envelope.ok) return refused('malformed')
    if (!mayCheck()) return refused('too-many')
    if (!(await isSigned(way, envelope.value, this.deps.signatures))) return refused('forged')
    const { author, content } = envelope.value
    const introduction = decodeIntroduction(content)
    if (!introduction.ok) return refused('malformed')
    const { number, session, signals } = introduction.value
    const window = this.#windows.getOrMake(`${from} ${author}`, () => new ReplayWindow(REPLAY_WINDOW))
    if (!window.take(number)) return refused('replayed')
    return { kind: 'opened', peer: author, introduction: { session, signals } }
  }

  /** What a box is bound to. Addresses are drawn anew by every run, so a box of an earlier run opens nowhere. */
  #way(from: Address, to: Address): string {
    return `introduction ${this.deps.room} ${from} ${to}`
  }

  #unseal(way: string, box: Uint8Array): Uint8Array | undefined {
    if (box.length <= NONCE_BYTES) return undefined
    const nonce = box.subarray(0, NONCE_BYTES)
    try {
      return xchacha20poly1305(this.deps.sealingKey, nonce, utf8ToBytes(way)).decrypt(box.subarray(NONCE_BYTES))
    } catch {
      // The library's way of saying that the tag does not fit; there is nothing else that it could fail at.
      return undefined
    }
  }
}

const refused = (reason: BoxFault): Opened => ({ kind: 'refused', reason })
