/**
 * What one peer has sent and this tab has not dealt with: handed on in order, and no faster than a page can bear, whether
 * it is much, large or slow to deal with. What waits is not acknowledged yet, so whoever keeps to the rules slows down,
 * and loses nothing. Rule SE9.
 */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import {
  MAX_INBOX_PAYLOADS,
  MAX_QUEUED_BYTES,
  PAYLOAD_BURST,
  PAYLOAD_UNIT_BYTES,
  PAYLOADS_PER_SECOND,
} from '../protocol/limits'
import type { Clock, Millis } from '../runtime/clock'

interface Arrived {
  readonly seq: number
  readonly payload: Uint8Array
}

/** How long what waits, waits until the next look: several times in what the eye takes for one moment. */
const PAUSE: Millis = 20

/** How long one peer may keep the page busy at once; beyond 50 ms people begin to notice. A payload is dealt with whole. */
const TURN: Millis = 50

/** The share of the page's time that one peer may have in the long run. */
const SHARE = 0.5

interface InboxDeps {
  readonly clock: Clock
  readonly handle: (seq: number, payload: Uint8Array) => void
}

export class Inbox {
  readonly #rate: TokenBucket
  #waiting: Arrived[] = []
  #bytes = 0
  /** How long what comes next may keep the page busy, below zero after what took longer; and when that was so. */
  #time: Millis = TURN
  #timedAt: Millis
  /** When the pause is over; a hidden page's timer comes much later than that. */
  #next: Millis = 0
  #cancelNext: (() => void) | undefined

  constructor(private readonly deps: InboxDeps) {
    this.#rate = new TokenBucket({ burst: PAYLOAD_BURST, perSecond: PAYLOADS_PER_SECOND }, () => deps.clock.now())
    this.#timedAt = deps.clock.now()
  }

  /** @returns false when more waits than one peer may have unacknowledged; then it is not taken */
  push(seq: number, payload: Uint8Array): boolean {
    if (this.#waiting.length >= MAX_INBOX_PAYLOADS || this.#bytes + payload.length > MAX_QUEUED_BYTES) return false
    this.#waiting.push({ seq, payload })
    this.#bytes += payload.length
    if (!this.#cancelNext || this.deps.clock.now() >= this.#next) this.#handOn()
    return true
  }

  /** Drops what waits: it will be sent again, or nobody is there to take it. */
  clear(): void {
    this.#cancelNext?.()
    this.#cancelNext = undefined
    this.#waiting = []
    this.#bytes = 0
  }

  #handOn(): void {
    const { clock } = this.deps
    this.#cancelNext?.()
    this.#cancelNext = undefined
    let count = 0
    const waiting = this.#waiting
    for (const { seq, payload } of waiting) {
      if (!this.#hasTime()) break
      if (!this.#rate.take(1 + Math.floor(payload.length / PAYLOAD_UNIT_BYTES))) break
      count += 1
      this.#bytes -= payload.length
      const start = clock.now()
      this.deps.handle(seq, payload)
      this.#time -= clock.now() - start
      // Whoever is told may have had enough of this peer.
      if (this.#waiting !== waiting) return
    }
    waiting.splice(0, count)
    if (waiting.length === 0) return
    const pause = Math.max(PAUSE, -this.#time / SHARE)
    this.#next = clock.now() + pause
    this.#cancelNext = clock.after(pause, () => this.#handOn())
  }

  #hasTime(): boolean {
    const now = this.deps.clock.now()
    this.#time = Math.min(TURN, this.#time + (now - this.#timedAt) * SHARE)
    this.#timedAt = now
    return this.#time >= 0
  }
}
