/**
 * Questions between two peers: pairs each answer with its request, times requests out, and runs this
 * side's handlers. Carrying is the session's. Rules RQ1-RQ5.
 */
import type { Data } from '../protocol/data'
import { RoomError } from '../protocol/errors'
import type { PeerId } from '../protocol/ids'
import { MAX_REQUESTS_PER_PEER } from '../protocol/limits'
import { assertData, assertSize, assertTopic } from '../protocol/outgoing'
import { encodePayload, type Payload, type RefusalReason } from '../protocol/payloads'
import { type Clock, firstNumber, type Millis, seconds } from '../runtime/clock'
import type { Settle } from './session'

export type Handler = (body: Data, from: PeerId) => Data | Promise<Data>

export interface RequestOptions {
  /** milliseconds until it is given up; 10,000 unless told, Infinity for as long as the other is there */
  readonly timeout?: Millis
  readonly signal?: AbortSignal
}

const DEFAULT_TIMEOUT: Millis = seconds(10)

/** What browsers' timers can hold, 24 days; whoever says more, or Infinity, waits for as long as the other is there. */
const MAX_TIMEOUT: Millis = 2 ** 31 - 1

/** Fits the refusal's schema on the other side. */
const MAX_REFUSAL_LENGTH = 500

interface Asked {
  readonly peer: PeerId
  readonly resolve: (answer: Data) => void
  readonly reject: (error: RoomError) => void
}

interface RequestsDeps {
  readonly clock: Clock
  readonly push: (peer: PeerId, payload: Uint8Array, settle: Settle) => void
}

export class Requests {
  readonly #handlers = new Map<string, Handler>()
  readonly #asked = new Map<number, Asked>()
  readonly #working = new Map<PeerId, number>()
  #count: number

  constructor(private readonly deps: RequestsDeps) {
    // After a reload an answer to what was asked before it may still come.
    this.#count = firstNumber(deps.clock)
  }

  /**
   * @returns what unregisters the handler
   * @throws RoomError 'bad-data' for a topic that cannot be sent
   */
  handle(topic: string, handler: Handler): () => void {
    assertTopic(topic)
    if (this.#handlers.has(topic)) throw new Error(`A handler for '${topic}' is registered already.`)
    this.#handlers.set(topic, handler)
    return () => {
      if (this.#handlers.get(topic) === handler) this.#handlers.delete(topic)
    }
  }

  /** Asks one peer, see Room.request. */
  async ask(peer: PeerId, topic: string, body: Data, options: RequestOptions = {}): Promise<Data> {
    const { timeout = DEFAULT_TIMEOUT, signal } = options
    assertTopic(topic)
    assertData(body, 'body')
    if (signal?.aborted) throw aborted(peer)
    const number = ++this.#count
    const payload = assertSize(encodePayload({ kind: 'request', number, topic, body }))
    const ended: (() => void)[] = []
    try {
      return await new Promise<Data>((resolve, reject) => {
        this.#asked.set(number, { peer, resolve, reject })
        const timedOut = () =>
          reject(new RoomError('timeout', `${peer} did not answer within ${timeout} ms.`, { peer }))
        if (timeout <= MAX_TIMEOUT) ended.push(this.deps.clock.after(timeout, timedOut))
        const abort = () => reject(aborted(peer))
        signal?.addEventListener('abort', abort)
        ended.push(() => signal?.removeEventListener('abort', abort))
        this.deps.push(peer, payload, (error) => error && reject(error))
      })
    } finally {
      this.#asked.delete(number)
      for (const end of ended) end()
    }
  }

  /** Takes an answer or a refusal; one to a request that is over, or that somebody else was asked, means nothing. */
  settle(from: PeerId, payload: Extract<Payload, { kind: 'answer' | 'refusal' }>): void {
    const asked = this.#asked.get(payload.number)
    if (asked?.peer !== from) return
    if (payload.kind === 'answer') asked.resolve(payload.body)
    else asked.reject(new RoomError(payload.reason, payload.message, { peer: from }))
  }

  /** Runs the handler for a request of `from` and answers, whatever becomes of it. */
  async serve(from: PeerId, request: Extract<Payload, { kind: 'request' }>): Promise<void> {
    const { number, topic, body } = request
    const working = this.#working.get(from) ?? 0
    const handler = this.#handlers.get(topic)
    if (working >= MAX_REQUESTS_PER_PEER) return this.#refuse(from, number, 'overloaded', 'Too many requests at once.')
    if (!handler) return this.#refuse(from, number, 'no-handler', `There is no handler for '${topic}'.`)
    this.#working.set(from, working + 1)
    try {
      this.#answer(from, number, await handler(body, from))
    } catch (error) {
      this.#refuse(from, number, 'handler-failed', wordsOf(error))
    } finally {
      this.#finished(from)
    }
  }

  /** Rejects what one peer was asked, or everything: there will be no answer. */
  fail(error: RoomError, peer?: PeerId): void {
    for (const asked of this.#asked.values()) if (peer === undefined || asked.peer === peer) asked.reject(error)
  }

  #answer(to: PeerId, number: number, body: Data): void {
    try {
      assertData(body, 'answer')
      this.#push(to, assertSize(encodePayload({ kind: 'answer', number, body })))
    } catch (error) {
      const isTooLarge = error instanceof RoomError && error.reason === 'too-large'
      this.#refuse(to, number, isTooLarge ? 'too-large' : 'handler-failed', wordsOf(error))
    }
  }

  #refuse(to: PeerId, number: number, reason: RefusalReason, text: string): void {
    const message = text.toWellFormed().slice(0, MAX_REFUSAL_LENGTH).toWellFormed()
    this.#push(to, encodePayload({ kind: 'refusal', number, reason, message }))
  }

  /** An answer that cannot be delivered has nobody left to tell: the one who asked is gone, and times out. */
  #push(to: PeerId, payload: Uint8Array): void {
    this.deps.push(to, payload, () => {})
  }

  #finished(peer: PeerId): void {
    const left = (this.#working.get(peer) ?? 1) - 1
    if (left > 0) this.#working.set(peer, left)
    else this.#working.delete(peer)
  }
}

/** Anything can be thrown, also what cannot be turned into text. */
function wordsOf(thrown: unknown): string {
  const words: unknown = thrown instanceof Error ? thrown.message : thrown
  return typeof words === 'string' ? words : 'The handler failed without a word.'
}

const aborted = (peer: PeerId): RoomError => new RoomError('aborted', 'The request was aborted.', { peer })
