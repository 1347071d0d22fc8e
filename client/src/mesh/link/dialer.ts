/**
 * Gets and keeps one open link to every peer that is wanted: dials, answers, decides glare, gives up an
 * attempt that takes too long, dials again with growing pauses, and replaces a link by a fresher one.
 * Who is wanted is the room's decision; how signals travel is the go-between's. Rules DI1-DI10.
 */
import type { IceServer, PeerId } from '../../../../signaling-server/src/contract-types'
import { newSessionId } from '../protocol/ids'
import { decodeIntroduction, encodeIntroduction, type LinkSignal } from '../protocol/introductions'
import type { Clock, Millis } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import type { Random } from '../runtime/random'
import type { CloseReason, Link, LinkFactory } from './link'
import { DIAL_TIMEOUT, REDIAL_BASE, REDIAL_MAX, STABLE_AFTER, YIELD_DELAY } from './timing'

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
  /** the go-between says that this peer is not in the room; without an open link it is no longer wanted */
  'not-here': { readonly peer: PeerId }
}

interface Attempt {
  readonly session: string
  readonly role: 'caller' | 'callee'
  readonly link: Link
  readonly cancelTimeout: () => void
}

/** What is known of the way to one peer. */
interface Route {
  readonly peer: PeerId
  wanted: boolean
  attempt: Attempt | undefined
  open: { readonly session: string; readonly link: Link; readonly since: Millis } | undefined
  /** Attempts that failed, and links that did not last, since the last one that did. */
  failures: number
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
      else if (!route.open) this.#routes.delete(route.peer)
    }
  }

  /** Wants no link to `peer` any longer, and closes what there is. */
  forget(peer: PeerId): void {
    const route = this.#routes.get(peer)
    if (!route) return
    this.#routes.delete(peer)
    route.wanted = false
    route.cancelRedial()
    this.#abandon(route)
    route.open?.link.close()
  }

  /** Takes a box that the go-between brought from `from`. @returns false when its content is nonsense */
  receive(from: PeerId, box: Uint8Array): boolean {
    const introduction = decodeIntroduction(box)
    if (!introduction.ok) return false
    if (this.#closed || from === this.deps.self) return true
    const { session, signal } = introduction.value
    if (signal.kind === 'offer') this.#answer(this.#route(from), session, signal)
    else this.#continue(from, session, signal)
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
    for (const route of routes) {
      route.cancelRedial()
      this.#abandon(route)
    }
    const closed = routes.map(
      ({ open }) => new Promise<void>((done) => (open ? open.link.on('close', () => done()) : done())),
    )
    await Promise.race([Promise.all(closed), new Promise<void>((done) => this.deps.clock.after(linger, done))])
    for (const { open } of routes) open?.link.close()
    this.#routes.clear()
    this.#events.clear()
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
      cancelRedial: nothing,
    }
    this.#routes.set(peer, route)
    return route
  }

  #dial(route: Route): void {
    if (route.attempt) return
    route.cancelRedial()
    // Connections are dear, and an offer that nobody can carry is a wasted one.
    if (this.deps.goBetween.available) this.#attempt(route, newSessionId(this.deps.random), 'caller')
    else this.#failed(route)
  }

  #answer(route: Route, session: string, offer: LinkSignal): void {
    const attempt = route.attempt
    if (attempt?.session === session || route.open?.session === session) return
    // Both called: the smaller id's call stands, so the larger one answers and the smaller one waits.
    if (attempt?.role === 'caller' && this.deps.self < route.peer) return
    this.#abandon(route)
    route.cancelRedial()
    this.#attempt(route, session, 'callee').signal(offer)
  }

  #continue(from: PeerId, session: string, signal: LinkSignal): void {
    const route = this.#routes.get(from)
    if (route?.attempt?.session === session) route.attempt.link.signal(signal)
    else if (route?.open?.session === session) route.open.link.signal(signal)
    // Otherwise it belongs to an attempt that was given up.
  }

  #attempt(route: Route, session: string, role: Attempt['role']): Link {
    const link = this.deps.links({ initiator: role === 'caller', iceServers: this.deps.goBetween.iceServers })
    const cancelTimeout = this.deps.clock.after(DIAL_TIMEOUT, () => link.close())
    route.attempt = { session, role, link, cancelTimeout }
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
    }
  }

  #failed(route: Route): void {
    route.failures += 1
    // A link that is open after all, though it was doubted, is reason enough not to try again by itself.
    if (route.open) return
    if (route.wanted) this.#redialLater(route)
    else this.#routes.delete(route.peer)
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

  #clearAttempt(route: Route): void {
    route.attempt?.cancelTimeout()
    route.attempt = undefined
  }
}
