/**
 * What one peer has sent and this tab has not dealt with: handed on in order, and no faster than a page can bear. What
 * waits is not acknowledged yet, so whoever keeps to the rules slows down, and loses nothing. Rule SE9.
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

interface InboxDeps {
  readonly clock: Clock
  readonly handle: (seq: number, payload: Uint8Array) => void
}

export class Inbox {
  readonly #rate: TokenBucket
  #waiting: Arrived[] = []
  #bytes = 0
  #cancelNext: (() => void) | undefined

  constructor(private readonly deps: InboxDeps) {
    this.#rate = new TokenBucket({ burst: PAYLOAD_BURST, perSecond: PAYLOADS_PER_SECOND }, () => deps.clock.now())
  }

  /** @returns false when more waits than one peer may have unacknowledged; then it is not taken */
  push(seq: number, payload: Uint8Array): boolean {
    if (this.#waiting.length >= MAX_INBOX_PAYLOADS || this.#bytes + payload.length > MAX_QUEUED_BYTES) return false
    this.#waiting.push({ seq, payload })
    this.#bytes += payload.length
    if (!this.#cancelNext) this.#handOn()
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
    this.#cancelNext = undefined
    let count = 0
    const waiting = this.#waiting
    for (const { seq, payload } of waiting) {
      if (!this.#rate.take(1 + Math.floor(payload.length / PAYLOAD_UNIT_BYTES))) break
      count += 1
      this.#bytes -= payload.length
      this.deps.handle(seq, payload)
      // Whoever is told may have had enough of this peer.
      if (this.#waiting !== waiting) return
    }
    waiting.splice(0, count)
    if (waiting.length > 0) this.#cancelNext = this.deps.clock.after(PAUSE, () => this.#handOn())
  }
}
