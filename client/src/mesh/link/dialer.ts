/**
 * Gets and keeps one open link to every peer that is wanted: dials, answers, decides glare, gives up an
 * attempt that takes too long, dials again with growing pauses, and replaces a link by a fresher one.
 * Who is wanted is the room's decision; how signals travel is the go-between's. Rules DI1-DI11.
 */
import type { IceServer, PeerId } from '../../../../signaling-server/src/contract-types'
import { newSessionId } from '../protocol/ids'
import { decodeIntroduction, encodeIntroduction, type Introduction, type LinkSignal } from '../protocol/introductions'
import { MAX_ATTEMPTS, MAX_HELD_SIGNALS } from '../protocol/limits'
import type { Clock, Millis } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import type { Random } from '../runtime/random'
import type { CloseReason, Link, LinkFactory } from './link'
import {
  ANSWER_INTERVAL,
  BUSY_PAUSE,
  DIAL_TIMEOUT,
  GLARE_WINDOW,
  HELD_FOR,
  PATIENCE_IN_A_CROWD,
  REDIAL_BASE,
  REDIAL_MAX,
  STABLE_AFTER,
  UNREACHABLE_FAILURES,
  YIELD_DELAY,
} from './timing'

/** What became of a box: handed to the peer, the peer is not in the room, or nobody can hand it on now. */
export type Delivery = 'delivered' | 'not-here' | 'unavailable'

export interface GoBetween {
  readonly available: boolean
  readonly iceServers: readonly IceServer[]
  deliver(to: PeerId, box: Uint8Array): Promise<Delivery>
}

export type DialerEvents = {
  /** an open link to this peer; it takes the place of an earlier one */
  link: { readonly peer: PeerId; readonly link: Link }
  /** the peer's link is gone and a new one is being dialled, if it is wanted */
  unlinked: { readonly peer: PeerId; readonly reason: CloseReason }
  /** several attempts in a row came to nothing; it goes on trying */
  unreachable: { readonly peer: PeerId }
  /** the go-between says that this peer is not in the room; without an open link it is no longer wanted */
  'not-here': { readonly peer: PeerId }
}

interface Attempt {
  readonly session: string
  readonly role: 'caller' | 'callee'
  readonly link: Link
  readonly since: Millis
  readonly cancelTimeout: () => void
}

/** Signals of an attempt that has not begun here: they overtook their offer, or the offer has to wait. */
interface Held {
  readonly session: string
  readonly signals: LinkSignal[]
  readonly since: Millis
}

/** What is known of the way to one peer. */
interface Route {
  readonly peer: PeerId
  wanted: boolean
  attempt: Attempt | undefined
  open: { readonly session: string; readonly link: Link; readonly since: Millis } | undefined
  /** Attempts that failed, and links that did not last, since the last one that did. */
  failures: number
  /** When its last offer was answered. */
  answeredAt: Millis | undefined
  held: Held | undefined
  cancelAnswer: () => void
  cancelRedial: () => void
}

interface DialerDeps {
  readonly self: PeerId
  readonly clock: Clock
  readonly random: Random
  readonly links: LinkFactory
  readonly goBetween: GoBetween
}

const nothing = () => {}

export class Dialer {
  readonly #events = new Emitter<DialerEvents>()
  readonly #routes = new Map<PeerId, Route>()
  #closed = false

  readonly on = this.#events.on.bind(this.#events)

  constructor(private readonly deps: DialerDeps) {}

  /** Wants a link to `peer` until `forget`, and dials now unless there is one or one is under way. */
  want(peer: PeerId): void {
    if (this.#closed || peer === this.deps.self) return
    const route = this.#route(peer)
    route.wanted = true
    if (!route.open) this.#dial(route)
  }

  /** Dials a fresh link beside one that is doubted; the old one serves until the new one is open. */
  redial(peer: PeerId): void {
    const route = this.#routes.get(peer)
    if (route?.wanted) this.#dial(route)
  }

  /**
   * Begins every attempt anew: the go-between was away, and what an attempt waits for may have been lost with it.
   * Callers call again; those who answered are called again, or call.
   */
  renew(): void {
    for (const route of [...this.#routes.values()]) {
      if (!route.attempt) continue
      this.#abandon(route)
      if (route.wanted) this.#dial(route)
      this.#tidy(route)
    }
  }

  /** Wants no link to `peer` any longer, and closes what there is. */
  forget(peer: PeerId): void {
    const route = this.#routes.get(peer)
    if (!route) return
    route.wanted = false
    route.held = undefined
    this.#quieten(route)
    if (route.open) route.open.link.close()
    else this.#tidy(route)
  }

  /** Takes a box that the go-between brought from `from`. @returns false when its content is nonsense */
  receive(from: PeerId, box: Uint8Array): boolean {
    const introduction = decodeIntroduction(box)
    if (!introduction.ok) return false
    if (this.#closed || from === this.deps.self) return true
    this.#take(this.#route(from), introduction.value)
    return true
  }

  /**
   * Stops dialling for good and closes every link. Peers that were told close theirs first, which lets
   * what was sent arrive; whoever does not within `linger` is not waited for.
   */
  async close(linger: Millis): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const routes = [...this.#routes.values()]
    for (const route of routes) this.#quieten(route)
    const links = routes.flatMap(({ open }) => open?.link ?? [])
    await this.#waitUntilClosed(links, linger)
    for (const link of links) link.close()
    this.#routes.clear()
    this.#events.clear()
  }

  async #waitUntilClosed(links: readonly Link[], limit: Millis): Promise<void> {
    const closed = Promise.all(links.map((link) => new Promise<void>((done) => link.on('close', () => done()))))
    let cancel = nothing
    const late = new Promise<void>((done) => {
      cancel = this.deps.clock.after(limit, done)
    })
    await Promise.race([closed, late])
    cancel()
  }

  #route(peer: PeerId): Route {
    const known = this.#routes.get(peer)
    if (known) return known
    const route: Route = {
      peer,
      wanted: false,
      attempt: undefined,
      open: undefined,
      failures: 0,
      answeredAt: undefined,
      held: undefined,
      cancelAnswer: nothing,
      cancelRedial: nothing,
    }
    this.#routes.set(peer, route)
    return route
  }

  #dial(route: Route): void {
    if (route.attempt) return
    route.cancelRedial()
    // Connections are dear, and an offer that nobody can carry is a wasted one.
    if (!this.deps.goBetween.available) this.#failed(route)
    else if (this.#busy('caller')) route.cancelRedial = this.deps.clock.after(BUSY_PAUSE, () => this.#dial(route))
    else this.#attempt(route, newSessionId(this.deps.random), 'caller')
  }

  /** Calls of one's own and of others have places of their own, so that no crowd outside keeps this peer from calling. */
  #busy(role: Attempt['role']): boolean {
    const attempts = [...this.#routes.values()].flatMap(({ attempt }) => (attempt?.role === role ? [attempt] : []))
    if (attempts.length < MAX_ATTEMPTS) return false
    const [oldest] = attempts.sort((one, other) => one.since - other.since)
    if (role === 'caller' || !oldest || this.deps.clock.now() - oldest.since < PATIENCE_IN_A_CROWD) return true
    oldest.link.close()
    return false
  }

  #take(route: Route, { session, signal }: Introduction): void {
    const current = [route.attempt, route.open].find((known) => known?.session === session)
    if (current) {
      if (signal.kind !== 'offer') current.link.signal(signal)
      return
    }
    if (route.held?.session !== session) this.#hold(route, session, signal)
    const { held } = route
    if (held?.session !== session) return
    if (held.signals.length < MAX_HELD_SIGNALS) held.signals.push(signal)
    if (signal.kind === 'offer') this.#answer(route)
  }

  /** A later offer takes the place of what is held; anything else may belong to an attempt that was given up. */
  #hold(route: Route, session: string, { kind }: LinkSignal): void {
    if (route.held && kind !== 'offer') return
    route.held = { session, signals: [], since: this.deps.clock.now() }
    route.cancelAnswer()
    route.cancelAnswer = this.deps.clock.after(HELD_FOR, () => this.#drop(route))
  }

  #drop(route: Route): void {
    route.held = undefined
    this.#tidy(route)
  }

  /** Answers the offer that is held, now or when it may. */
  #answer(route: Route): void {
    const { clock, self } = this.deps
    const offer = route.held?.signals.find((signal) => signal.kind === 'offer')
    if (!route.held || !offer || this.#closed) return
    // Whoever has waited that long for an answer has begun another attempt.
    if (clock.now() - route.held.since > HELD_FOR) return this.#drop(route)
    const { attempt } = route
    // Both called: the smaller id's call stands, so the larger one answers and the smaller one waits.
    const glare = attempt?.role === 'caller' && clock.now() - attempt.since < GLARE_WINDOW
    if (glare && self < route.peer) {
      route.held = undefined
      return
    }
    const pause = route.answeredAt === undefined ? 0 : route.answeredAt + ANSWER_INTERVAL - clock.now()
    route.cancelAnswer()
    if (pause > 0 || (!attempt && this.#busy('callee'))) {
      route.cancelAnswer = clock.after(Math.max(pause, BUSY_PAUSE), () => this.#answer(route))
      return
    }
    const { session, signals } = route.held
    route.held = undefined
    route.answeredAt = clock.now()
    route.cancelRedial()
    this.#abandon(route)
    const link = this.#attempt(route, session, 'callee')
    link.signal(offer)
    for (const signal of signals) if (signal !== offer) link.signal(signal)
  }

  #attempt(route: Route, session: string, role: Attempt['role']): Link {
    const link = this.deps.links({ initiator: role === 'caller', iceServers: this.deps.goBetween.iceServers })
    const cancelTimeout = this.deps.clock.after(DIAL_TIMEOUT, () => link.close())
    route.attempt = { session, role, link, since: this.deps.clock.now(), cancelTimeout }
    link.on('signal', (signal) => void this.#introduce(route, session, signal))
    link.on('open', () => this.#handleOpen(route, session, link))
    link.on('close', (reason) => this.#handleClose(route, session, reason))
    return link
  }

  async #introduce(route: Route, session: string, signal: LinkSignal): Promise<void> {
    const delivery = await this.deps.goBetween.deliver(route.peer, encodeIntroduction({ session, signal }))
    if (delivery === 'delivered' || route.attempt?.session !== session) return
    const { link } = route.attempt
    if (delivery === 'not-here') {
      // A server that has just restarted knows few; an open link knows better.
      route.wanted = route.open !== undefined
      this.#events.emit('not-here', { peer: route.peer })
    }
    link.close()
  }

  #handleOpen(route: Route, session: string, link: Link): void {
    const old = route.open
    this.#clearAttempt(route)
    route.open = { session, link, since: this.deps.clock.now() }
    route.wanted = true
    this.#events.emit('link', { peer: route.peer, link })
    old?.link.close()
  }

  #handleClose(route: Route, session: string, reason: CloseReason): void {
    if (route.attempt?.session === session) {
      this.#clearAttempt(route)
      this.#failed(route)
    } else if (route.open?.session === session) {
      route.failures = this.deps.clock.now() - route.open.since < STABLE_AFTER ? route.failures + 1 : 0
      route.open = undefined
      this.#events.emit('unlinked', { peer: route.peer, reason })
      this.#redialLater(route)
      this.#tidy(route)
    }
  }

  #failed(route: Route): void {
    route.failures += 1
    if (route.wanted && route.failures === UNREACHABLE_FAILURES) {
      this.#events.emit('unreachable', { peer: route.peer })
    }
    // A link that is open after all, though it was doubted, is reason enough not to try again by itself.
    if (!route.open) this.#redialLater(route)
    this.#tidy(route)
  }

  #redialLater(route: Route): void {
    if (!route.wanted || route.attempt || this.#closed) return
    route.cancelRedial()
    const backoff = Math.min(REDIAL_MAX, REDIAL_BASE * 2 ** (route.failures - 1))
    const jittered: Millis = route.failures === 0 ? 0 : backoff * (0.5 + this.deps.random.fraction() / 2)
    const delay = this.deps.self < route.peer ? jittered : jittered + YIELD_DELAY
    route.cancelRedial = this.deps.clock.after(delay, () => this.#dial(route))
  }

  /** Drops an attempt without counting it as a failure: something better came up. */
  #abandon(route: Route): void {
    const link = route.attempt?.link
    this.#clearAttempt(route)
    link?.close()
  }

  /** Forgets a peer that nobody wants and with which nothing goes on. */
  #tidy(route: Route): void {
    const { wanted, attempt, open, held, answeredAt } = route
    if (wanted || attempt || open || held) return
    const pause = answeredAt === undefined ? 0 : answeredAt + ANSWER_INTERVAL - this.deps.clock.now()
    if (pause <= 0) return void this.#routes.delete(route.peer)
    // Remembered until it may be answered again, whatever became of its call.
    route.cancelAnswer()
    route.cancelAnswer = this.deps.clock.after(pause, () => this.#tidy(route))
  }

  /** Ends all that goes on by itself. */
  #quieten(route: Route): void {
    route.cancelRedial()
    route.cancelAnswer()
    this.#abandon(route)
  }

  #clearAttempt(route: Route): void {
    route.attempt?.cancelTimeout()
    route.attempt = undefined
  }
}
