/**
 * The conversation with one peer across links: numbers every payload, holds it until the peer
 * acknowledges it, sends what is missing again over a new link, and hands each arriving payload on
 * once and in order. Bytes are the link's, meaning is the room's, pace the inbox's. Rules SE1-SE6, SE9.
 */
import { RoomError } from '../protocol/errors'
import type { Frame, Received } from '../protocol/frames'
import type { PeerId } from '../protocol/ids'
import { MAX_UNACKNOWLEDGED_BYTES, MAX_UNACKNOWLEDGED_PAYLOADS } from '../protocol/limits'
import type { Clock } from '../runtime/clock'
import { Inbox } from './inbox'

/** Called once: without an error when the peer has acknowledged the payload, else with the reason that it never will. */
export type Settle = (error?: RoomError) => void

interface Pending {
  readonly seq: number
  readonly payload: Uint8Array
  readonly settle: Settle
}

interface SessionDeps {
  readonly peer: PeerId
  readonly clock: Clock
  /** this side's numbering, as the other side names it in its hello */
  readonly instance: string
  readonly onPayload: (payload: Uint8Array) => void
}

export class Session {
  #lastSeq = 0
  #pending: Pending[] = []
  #pendingBytes = 0
  #received: Received | undefined
  #send: ((frame: Frame) => void) | undefined
  readonly #inbox: Inbox

  constructor(private readonly deps: SessionDeps) {
    this.#inbox = new Inbox({ clock: deps.clock, handle: (seq, payload) => this.#handOn(seq, payload) })
  }

  /** What this side has of the other's payloads, for the hello. */
  get received(): Received | undefined {
    return this.#received
  }

  /** Why a payload of `bytes` cannot be taken now, or undefined when it can. */
  overload(bytes: number): RoomError | undefined {
    const fits = this.#pendingBytes + bytes <= MAX_UNACKNOWLEDGED_BYTES
    if (fits && this.#pending.length < MAX_UNACKNOWLEDGED_PAYLOADS) return undefined
    const { peer } = this.deps
    const waiting = `${this.#pending.length} messages (${this.#pendingBytes} bytes) wait for its acknowledgement`
    return new RoomError('overloaded', `${peer} does not keep up: ${waiting}.`, { peer })
  }

  /** Whether something waits to be acknowledged. */
  get waiting(): boolean {
    return this.#pending.length > 0
  }

  /** The number up to which everything has been acknowledged, or given up. */
  get settled(): number {
    return this.#pending[0] ? this.#pending[0].seq - 1 : this.#lastSeq
  }

  /** Takes a payload for delivery, whatever waits already; it waits here while there is no link. */
  push(payload: Uint8Array, settle: Settle): void {
    const pending = { seq: ++this.#lastSeq, payload, settle }
    this.#pending.push(pending)
    this.#pendingBytes += payload.length
    this.#send?.({ kind: 'data', seq: pending.seq, payload })
  }

  /**
   * Goes on over a new link, once the peer's hello is known.
   * @param instance the peer's numbering; another one than before starts anew
   * @param received what the peer has of ours
   */
  resume(instance: string, received: Received | undefined, send: (frame: Frame) => void): void {
    if (this.#received?.instance !== instance) this.#received = { instance, seq: 0 }
    this.#send = send
    // What waits here was not acknowledged, so it comes again.
    this.#inbox.clear()
    if (received?.instance === this.deps.instance) this.acknowledge(received.seq)
    for (const { seq, payload } of this.#pending) send({ kind: 'data', seq, payload })
  }

  /** There is no link for now; payloads wait. */
  pause(): void {
    this.#send = undefined
  }

  /** The peer has everything up to and including `seq`. @returns false when so much was never sent */
  acknowledge(seq: number): boolean {
    if (seq > this.#lastSeq) return false
    let count = 0
    for (const { seq: next, payload } of this.#pending) {
      if (next > seq) break
      this.#pendingBytes -= payload.length
      count += 1
    }
    const settled = this.#pending.splice(0, count)
    for (const { settle } of settled) settle()
    return true
  }

  /**
   * Takes a payload, to be handed on when its turn has come, and acknowledged then.
   * @returns false when more waits than the peer may have unacknowledged
   */
  receive(seq: number, payload: Uint8Array): boolean {
    return this.#inbox.push(seq, payload)
  }

  /** Hands a payload on unless it came before, and acknowledges it either way. */
  #handOn(seq: number, payload: Uint8Array): void {
    if (!this.#received) return
    if (seq > this.#received.seq) {
      this.#received = { instance: this.#received.instance, seq }
      this.deps.onPayload(payload)
    }
    this.#send?.({ kind: 'ack', seq: this.#received.seq })
  }

  /** Drops what the peer has sent and was not dealt with. */
  discard(): void {
    this.#inbox.clear()
  }

  /** Gives up everything that waits. Later pushes are taken again. */
  fail(error: RoomError): void {
    const pending = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    for (const { settle } of pending) settle(error)
  }
}
