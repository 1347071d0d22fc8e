/**
 * What is remembered of a peer while it is linked, and when it comes back: how it has answered, and how much of it is looked
 * at. Whoever links anew is no stranger. Rules LM4-LM6.
 */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import {
  ENTRIES_PER_SECOND,
  ENTRY_BURST,
  PAYLOAD_UNIT_BYTES,
  TOLD_FEED_BURST,
  TOLD_FEEDS_PER_SECOND,
  WANTED_FEED_BURST,
  WANTED_FEEDS_PER_SECOND,
} from '../protocol/limits'
import { type Clock, type Millis, seconds } from '../runtime/clock'

/** The first pause after somebody who was asked gave nothing; it doubles each time. */
const FIRST_PAUSE: Millis = seconds(1)
const LONGEST_PAUSE: Millis = seconds(60)

/** Proofs of forks that are looked at: two signatures each. Whoever has more than one to tell is under attack itself. */
const PROOFS_TAKEN = { burst: 20, perSecond: 1 }
/** Half of that is sent, so that none is dropped because several travelled together. */
const PROOFS_SENT = { burst: 10, perSecond: 0.5 }

export class Standing {
  /** when it was last asked for anything */
  askedAt: Millis = Number.NEGATIVE_INFINITY
  readonly #told: TokenBucket
  readonly #wanted: TokenBucket
  readonly #entries: TokenBucket
  readonly #proofsTaken: TokenBucket
  readonly #proofsSent: TokenBucket
  #failures = 0
  #isProven = false
  #pausedUntil: Millis = Number.NEGATIVE_INFINITY
  #busyUntil: Millis = Number.NEGATIVE_INFINITY

  constructor(private readonly clock: Clock) {
    const now = () => clock.now()
    this.#told = new TokenBucket({ burst: TOLD_FEED_BURST, perSecond: TOLD_FEEDS_PER_SECOND }, now)
    this.#wanted = new TokenBucket({ burst: WANTED_FEED_BURST, perSecond: WANTED_FEEDS_PER_SECOND }, now)
    this.#entries = new TokenBucket({ burst: ENTRY_BURST, perSecond: ENTRIES_PER_SECOND }, now)
    this.#proofsTaken = new TokenBucket(PROOFS_TAKEN, now)
    this.#proofsSent = new TokenBucket(PROOFS_SENT, now)
  }

  /** how often in a row it gave nothing of use when it was asked */
  get failures(): number {
    return this.#failures
  }

  /** It has given something of use. */
  get isProven(): boolean {
    return this.#isProven
  }

  get isPaused(): boolean {
    return this.clock.now() < this.pausedUntil
  }

  /** when it may be asked again */
  get pausedUntil(): Millis {
    return Math.max(this.#pausedUntil, this.#busyUntil)
  }

  /** @returns whether it may say of so many feeds what it holds */
  takesFeeds(count: number): boolean {
    // Whoever says nothing of any feed says something all the same.
    return this.#told.take(Math.max(1, count))
  }

  /** @returns whether so many feeds may be looked at now for what it wants of them */
  mayWant(count: number): boolean {
    return this.#wanted.take(Math.max(1, count))
  }

  /**
   * @param isAnswer what was asked for is taken in any case, and nothing more is asked for until it is paid
   * @returns whether so many entries may be looked at
   */
  takesEntries(count: number, bytes: number, isAnswer: boolean): boolean {
    const cost = Math.max(1, count) + Math.floor(bytes / PAYLOAD_UNIT_BYTES)
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

  /** It was asked and gave something of use, or nothing. */
  judge(isUseful: boolean): void {
    this.#failures = isUseful ? 0 : this.#failures + 1
    this.#isProven ||= isUseful
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - 1))
    this.#pausedUntil = isUseful ? Number.NEGATIVE_INFINITY : this.clock.now() + pause
  }
}
