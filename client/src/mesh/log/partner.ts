/** One linked peer with whom a log is shared: what it has, and what it was sent. Rules LM1-LM3. */
import type { PeerId } from '../protocol/ids'
import { MAX_FEEDS } from '../protocol/limits'
import type { HeldFeed } from '../protocol/log-messages'
import type { Standing } from './standing'

/** Feeds of which it seems to hold another one than is held here: each is worth a question of its own. */
const MAX_SUSPICIONS = 32

export class Partner {
  /** authors of whom this one has more than is held here */
  readonly ahead = new Set<PeerId>()
  /** authors of whom it is to be told what is held here */
  readonly untold = new Set<PeerId>()
  /** It was told what is held here. */
  isTold = false
  /** up to where it was sent one's own feed */
  sent = 0
  /** bytes of its entries that are being looked at */
  pending = 0
  /** what it wants and is not being sent yet */
  wanted: readonly { readonly author: PeerId; readonly from: number }[] | undefined
  isBeingSent = false
  /** proofs that it was sent, by whom they are about */
  readonly proofs = new Map<PeerId, Uint8Array>()
  readonly #has = new Map<PeerId, HeldFeed>()
  readonly #suspicions = new Map<PeerId, number>()

  constructor(
    readonly id: PeerId,
    readonly publicKey: Uint8Array,
    readonly standing: Standing,
  ) {}

  has(author: PeerId): HeldFeed | undefined {
    return this.#has.get(author)
  }

  /** It says what it holds. */
  tell(feed: HeldFeed): void {
    if (this.#has.size < MAX_FEEDS || this.#has.has(feed.author)) this.#has.set(feed.author, feed)
  }

  /** All that it said before is no longer so. */
  forget(): void {
    this.#has.clear()
    this.ahead.clear()
  }

  /** authors who seem to have written the feed that it holds and another one that is held here, and from where on to compare */
  get suspicions(): ReadonlyMap<PeerId, number> {
    return this.#suspicions
  }

  suspect(author: PeerId, from: number): void {
    if (this.#suspicions.size < MAX_SUSPICIONS || this.#suspicions.has(author)) this.#suspicions.set(author, from)
  }

  /** @param author of all, when it is none */
  trust(author?: PeerId): void {
    if (author === undefined) this.#suspicions.clear()
    else this.#suspicions.delete(author)
  }
}
