/**
 * Judges one peer by what is heard of it: asks for a sign of life, and so gives one, when nothing is said, measures the round
 * trip, and says when silence becomes suspicious and when it is final. It outlives links: a peer that
 * is heard over a new one is fine. Rules KA1-KA5.
 */
import type { Frame } from '../protocol/frames'
import type { Clock, Millis } from '../runtime/clock'
import type { Ticker } from '../runtime/ticker'
import {
  ASK_AFTER,
  ASK_ANYWAY_AFTER,
  ASK_SECOND_AFTER,
  DEAD_AFTER,
  OVERSLEPT_AFTER,
  PING_INTERVAL,
  RTT_INTERVAL,
  SUSPECT_AFTER,
} from './timing'

export type Life = 'heard' | 'suspected' | 'dead'

/** Weight of a new sample; the same as TCP's (RFC 6298). */
const RTT_GAIN = 1 / 8

/** Pings in the time after which a peer is given up, and one more. */
const MAX_UNANSWERED = 5

interface KeepaliveDeps {
  readonly clock: Clock
  /** when to judge: every WATCH_INTERVAL */
  readonly watch: Ticker
  /** Of two who have nothing to say one asks, and the other answers. */
  readonly asksFirst: boolean
  readonly ping: (frame: Frame) => void
  /** whenever the peer is judged, before that: twice a second, once in a hidden tab */
  readonly onWatch: () => void
  readonly onLife: (life: Life) => void
  readonly onRtt: (rtt: Millis) => void
}

export class Keepalive {
  #life: Life = 'heard'
  #heardAt: Millis = 0
  #watchedAt: Millis = 0
  #pingedAt: Millis = 0
  #saidAt: Millis = 0
  #rtt: Millis | undefined
  /** Stamps of the pings that an answer may still come to. */
  #unanswered: readonly Millis[] = []
  #cancelWatch: (() => void) | undefined

  constructor(private readonly deps: KeepaliveDeps) {}

  get life(): Life {
    return this.#life
  }

  /** Begins to watch, as on a new link, with a clean slate. */
  start(): void {
    this.stop()
    this.heard()
    this.#watchedAt = this.#heardAt
    this.#pingedAt = this.#heardAt
    this.#saidAt = this.#heardAt
    this.#cancelWatch = this.deps.watch.join(() => this.#watch())
  }

  stop(): void {
    this.#cancelWatch?.()
    this.#cancelWatch = undefined
  }

  /** Any frame is a sign of life. */
  heard(): void {
    this.#heardAt = this.deps.clock.now()
    this.#live('heard')
  }

  /** Something was said to it, whatever it was. */
  said(): void {
    this.#saidAt = this.deps.clock.now()
  }

  /** The link is gone: suspicion starts at once, without waiting for silence. */
  unlinked(): void {
    if (this.#life === 'heard') this.#live('suspected')
  }

  pong(stamp: number): void {
    // A stamp that was never sent would give any number, and one that comes again a change without end.
    if (!this.#unanswered.includes(stamp)) return
    this.#unanswered = this.#unanswered.filter((ping) => ping > stamp)
    const sample = this.deps.clock.now() - stamp
    if (sample > DEAD_AFTER) return
    this.#rtt = this.#rtt === undefined ? sample : this.#rtt + RTT_GAIN * (sample - this.#rtt)
    this.deps.onRtt(this.#rtt)
  }

  #watch(): void {
    const now = this.deps.clock.now()
    if (now - this.#watchedAt > OVERSLEPT_AFTER) this.#heardAt = now
    this.#watchedAt = now
    this.deps.onWatch()
    const silence = now - this.#heardAt
    const sincePing = now - this.#pingedAt
    const patience = this.deps.asksFirst ? ASK_AFTER : ASK_SECOND_AFTER
    // The other side has a right to a sign of life as well: a large frame on its way to here may be all there is.
    const isDue = now - this.#saidAt >= patience || silence >= ASK_ANYWAY_AFTER
    if ((isDue && sincePing >= PING_INTERVAL) || sincePing >= RTT_INTERVAL) this.#ping()
    if (silence >= DEAD_AFTER) this.#live('dead')
    else if (silence >= SUSPECT_AFTER && this.#life === 'heard') this.#live('suspected')
  }

  #ping(): void {
    this.#pingedAt = this.deps.clock.now()
    this.#unanswered = [...this.#unanswered, this.#pingedAt].slice(-MAX_UNANSWERED)
    this.deps.ping({ kind: 'ping', stamp: this.#pingedAt })
  }

  #live(life: Life): void {
    if (this.#life === life) return
    this.#life = life
    this.deps.onLife(life)
  }
}
