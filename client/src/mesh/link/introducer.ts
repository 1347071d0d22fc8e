/**
 * The one door for introductions: everything from others is opened and judged here before anybody acts on it, and
 * everything to others is sealed here. Sealing itself is the sealer's, carrying the go-between's, and what introductions
 * lead to the dialer's. Rules IN3-IN5.
 */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import type { BoxFault, Sealer } from '../identity/sealer'
import { type Address, newSessionId, type PeerId } from '../protocol/ids'
import type { Introduction } from '../protocol/introductions'
import {
  BOX_BURST,
  BOXES_PER_SECOND,
  MAX_REMEMBERED_SENDERS,
  SENDER_BOX_BURST,
  SENDER_BOXES_PER_SECOND,
} from '../protocol/limits'
import { BoundedMap } from '../runtime/bounded-map'
import type { Clock } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import type { Random } from '../runtime/random'

/** What became of a box: handed to the peer, the peer is not in the room, or nobody can hand it on now. */
export type Delivery = 'delivered' | 'not-here' | 'unavailable'

/** Why an introduction came to nothing. */
export type IntroductionFault =
  | BoxFault
  /** who signed it is this peer itself, in another place */
  | 'own-key'
  /** who signed it has broken the rules, and is kept out for a while */
  | 'banned'
  /** there are as many links as may be */
  | 'full'
  /** another peer began that attempt, or has answered it */
  | 'not-yours'

export type IntroducerEvents = {
  /** it opens, is new, and is signed by that peer, who is at that address */
  introduction: { readonly address: Address; readonly peer: PeerId; readonly introduction: Introduction }
  /** it changes nothing */
  refused: { readonly address: Address; readonly reason: IntroductionFault }
}

interface IntroducerDeps {
  readonly self: PeerId
  readonly clock: Clock
  readonly random: Random
  readonly sealer: Sealer
  readonly deliver: (to: Address, box: Uint8Array) => Promise<Delivery>
  /** why this peer may not be linked with now, if so */
  readonly objection: (peer: PeerId) => 'banned' | 'full' | undefined
}

export class Introducer {
  readonly #events = new Emitter<IntroducerEvents>()
  readonly #boxes: TokenBucket
  readonly #senders = new BoundedMap<Address, TokenBucket>(MAX_REMEMBERED_SENDERS)
  #closed = false

  readonly on = this.#events.on.bind(this.#events)

  constructor(private readonly deps: IntroducerDeps) {
    this.#boxes = new TokenBucket({ burst: BOX_BURST, perSecond: BOXES_PER_SECOND }, this.#now)
  }

  /** Takes a box that a go-between brought; resolves when it was judged. */
  async receive(from: Address, box: Uint8Array): Promise<void> {
    const opened = await this.deps.sealer.open(from, box, () => this.#mayCheck(from))
    if (this.#closed) return
    if (opened.kind === 'refused') return this.#refuse(from, opened.reason)
    const { peer, introduction } = opened
    if (peer === this.deps.self) return this.#refuse(from, 'own-key')
    const objection = this.deps.objection(peer)
    if (objection) return this.#refuse(from, objection)
    this.#events.emit('introduction', { address: from, peer, introduction })
  }

  async introduce(to: Address, introduction: Introduction): Promise<Delivery> {
    return this.deps.deliver(to, await this.deps.sealer.seal(to, introduction))
  }

  /** Tells whoever is at `to` that somebody is here, and nothing else; whether it arrives makes no difference here. */
  knock(to: Address): void {
    void this.introduce(to, { session: newSessionId(this.deps.random), signals: [] })
  }

  close(): void {
    this.#closed = true
    this.#events.clear()
  }

  readonly #now = () => this.deps.clock.now()

  /** First what one may send, so that nobody uses up what the others may. */
  #mayCheck(from: Address): boolean {
    return this.#senders.getOrMake(from, this.#newSender).take() && this.#boxes.take()
  }

  readonly #newSender = () =>
    new TokenBucket({ burst: SENDER_BOX_BURST, perSecond: SENDER_BOXES_PER_SECOND }, this.#now)

  #refuse(address: Address, reason: IntroductionFault): void {
    this.#events.emit('refused', { address, reason })
  }
}
