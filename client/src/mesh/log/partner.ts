/** One linked peer with whom a log is shared: what it has, what it was sent, and how it answers. Rules LM1-LM4. */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import type { PeerId } from '../protocol/ids'
import {
  ENTRIES_PER_SECOND,
  ENTRY_BURST,
  MAX_FEEDS,
  PAYLOAD_UNIT_BYTES,
  TOLD_FEED_BURST,
  TOLD_FEEDS_PER_SECOND,
  WANTED_FEED_BURST,
  WANTED_FEEDS_PER_SECOND,
} from '../protocol/limits'
import type { HeldFeed } from '../protocol/log-messages'
import { type Clock, type Millis, seconds } from '../runtime/clock'

/** The first pause after somebody who was asked gave nothing; it doubles each time. */
const FIRST_PAUSE: Millis = seconds(1)
const LONGEST_PAUSE: Millis = seconds(60)

/** Proofs of forks that are looked at: two signatures each. Whoever has more than one to tell is under attack itself. */
const PROOFS_TAKEN = { burst: 20, perSecond: 1 }
/** Half of that is sent, so that none is dropped because several travelled together. */
const PROOFS_SENT = { burst: 10, perSecond: 0.5 }

export class Partner {
  /** authors of whom this one has more than is held here */
  readonly ahead = new Set<PeerId>()
  /** authors of whom it is to be told what is held here */
  readonly untold = new Set<PeerId>()
  /** up to where it was sent one's own feed */
  sent = 0
  /** bytes of its entries that are being looked at */
  pending = 0
  /** what it wants and is not being sent yet */
  wanted: readonly { readonly author: PeerId; readonly from: number }[] | undefined
  isBeingSent = false
  /** proofs that it was sent, by whom they are about */
  readonly proofs = new Map<PeerId, Uint8Array>()
  /** when it was last asked for anything */
  askedAt: Millis = Number.NEGATIVE_INFINITY
  readonly #has = new Map<PeerId, HeldFeed>()
  readonly #told: TokenBucket
  readonly #wanted: TokenBucket
  readonly #entries: TokenBucket
  readonly #proofsTaken: TokenBucket
  readonly #proofsSent: TokenBucket
  #failures = 0
  #pausedUntil: Millis = Number.NEGATIVE_INFINITY
  #busyUntil: Millis = Number.NEGATIVE_INFINITY

  constructor(
    readonly id: PeerId,
    readonly publicKey: Uint8Array,
    private readonly clock: Clock,
  ) {
    this.#told = new TokenBucket({ burst: TOLD_FEED_BURST, perSecond: TOLD_FEEDS_PER_SECOND }, () => clock.now())
    this.#wanted = new TokenBucket({ burst: WANTED_FEED_BURST, perSecond: WANTED_FEEDS_PER_SECOND }, () => clock.now())
    this.#entries = new TokenBucket({ burst: ENTRY_BURST, perSecond: ENTRIES_PER_SECOND }, () => clock.now())
    this.#proofsTaken = new TokenBucket(PROOFS_TAKEN, () => clock.now())
    this.#proofsSent = new TokenBucket(PROOFS_SENT, () => clock.now())
  }

  has(author: PeerId): HeldFeed | undefined {
    return this.#has.get(author)
  }

  /** @returns whether it may say of so many feeds what it holds */
  takesFeeds(count: number): boolean {
    // Whoever says nothing of any feed says something all the same.
    return this.#told.take(Math.max(1, count))
  }

  /** @returns whether so many feeds that it wants may be looked for now; else it waits */
  mayWant(count: number): boolean {
    // Whoever wants nothing is answered all the same.
    return this.#wanted.take(Math.max(1, count))
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

  /**
   * @param isAnswer what was asked for is taken in any case, and nothing more is asked for until it is paid
   * @returns whether so many entries may be looked at
   */
  takesEntries(count: number, bytes: number, isAnswer: boolean): boolean {
    const cost = count + Math.floor(bytes / PAYLOAD_UNIT_BYTES)
    if (this.#entries.take(cost)) return true
    if (isAnswer) this.#busyUntil = this.clock.now() + (cost / ENTRIES_PER_SECOND) * 1000
    return isAnswer
  }

  /** @returns whether a proof of its may be looked at */
  takesProof(): boolean {
    return this.#proofsTaken.take()
  }

  /** @returns whether it may be sent a proof now */
  sendsProof(): boolean {
    return this.#proofsSent.take()
  }

  get isPaused(): boolean {
    return this.clock.now() < this.pausedUntil
  }

  /** when it may be asked again */
  get pausedUntil(): Millis {
    return Math.max(this.#pausedUntil, this.#busyUntil)
  }

  /** It was asked and gave something of use, or nothing. */
  judge(isUseful: boolean): void {
    this.#failures = isUseful ? 0 : this.#failures + 1
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1))
    this.#pausedUntil = isUseful ? Number.NEGATIVE_INFINITY : this.clock.now() + pause
  }
}
