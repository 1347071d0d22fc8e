/**
 * Gets and keeps one open link to every address that is wanted: dials, answers, decides glare, gives up an
 * attempt that takes too long, dials again with growing pauses, and replaces a link by a fresher one.
 * Who is wanted is the room's decision; how introductions travel is the go-between's.
 * Rules DI1-DI13.
 */
import type { IceServer } from '../../../../signaling-server/src/contract-types'
import { TokenBucket } from '../../../../signaling-server/src/rate'
import { type Address, newSessionId, type PeerId } from '../protocol/ids'
import type { Introduction } from '../protocol/introductions'
import { CALL_BURST, CALLS_PER_SECOND, MAX_ATTEMPTS, MAX_ROUTES } from '../protocol/limits'
import type { Clock, Millis } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import { invariant } from '../runtime/invariant'
import type { Random } from '../runtime/random'
import { Attempt } from './attempt'
import { CallLine } from './call-line'
import { HeldCall } from './held-call'
import type { Delivery, IntroductionFault } from './introducer'
import type { CloseReason, Link, LinkFactory } from './link'
import { newRoute, type Route, worstOf } from './route'
import {
  ANSWER_INTERVAL,
  ANSWER_PATIENCE,
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

export interface GoBetween {
  readonly available: boolean
  readonly iceServers: readonly IceServer[]
  introduce(to: Address, introduction: Introduction): Promise<Delivery>
}

export type DialerEvents = {
  /** an open link to this peer, who is at this address; it takes the place of an earlier one */
  link: { readonly address: Address; readonly peer: PeerId; readonly link: Link }
  /** the link is gone and a new one is being dialled, if it is wanted */
  unlinked: { readonly address: Address; readonly reason: CloseReason }
  /** several attempts in a row came to nothing; it goes on trying */
  unreachable: { readonly address: Address }
  /** the go-between says that nobody is at this address; without an open link it is no longer wanted */
  'not-here': { readonly address: Address }
  /** an introduction came to nothing, and changed nothing */
  refused: { readonly address: Address; readonly reason: IntroductionFault }
}

interface DialerDeps {
  /** this peer's address */
  readonly self: Address
  readonly clock: Clock
  readonly random: Random
  readonly links: LinkFactory
  readonly goBetween: GoBetween
}

const nothing = () => {}

export class Dialer {
  readonly #events = new Emitter<DialerEvents>()
  readonly #routes = new Map<Address, Route>()
  /** What a connection for each kind of call is taken from. */
  readonly #calls: Readonly<Record<Attempt['role'], TokenBucket>>
  readonly #line: CallLine
  #closed = false

  readonly on = this.#events.on.bind(this.#events)

  constructor(private readonly deps: DialerDeps) {
    const newBucket = () => new TokenBucket({ burst: CALL_BURST, perSecond: CALLS_PER_SECOND }, () => deps.clock.now())
    this.#calls = { caller: newBucket(), callee: newBucket() }
    this.#line = new CallLine(deps.clock, () => this.#takePlace('caller'))
  }

  /** Wants a link to `address` until `forget`, and dials now unless there is one or one is under way. */
  want(address: Address): void {
    if (this.#closed || address === this.deps.self) return
    const route = this.#route(address)
    route.wanted = true
    if (!route.open) this.#dial(route)
  }

  /**
   * Nobody names these any more. Whoever was never met is called no more, and answered if it calls: otherwise those who do
   * not exist would take the places of those who do. A call under way goes on, since it has cost its connection.
   */
  unname(addresses: readonly Address[]): void {
    for (const address of addresses) {
      const route = this.#routes.get(address)
      if (!route || route.met) continue
      route.wanted = false
      route.cancelRedial()
      this.#tidy(route)
    }
  }

  /** Dials a fresh link beside one that is doubted; the old one serves until the new one is open. */
  redial(address: Address): void {
    const route = this.#routes.get(address)
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

  /** Wants no link to `address` any longer, and closes what there is. */
  forget(address: Address): void {
    const route = this.#routes.get(address)
    if (!route) return
    route.wanted = false
    route.held = undefined
    this.#quieten(route)
    if (route.open) route.open.attempt.link.close()
    else this.#tidy(route)
  }

  /** Takes what `peer`, who is at `address`, tells in order to link. */
  receive(address: Address, peer: PeerId, introduction: Introduction): void {
    if (this.#closed || address === this.deps.self || introduction.signals.length === 0) return
    this.#take(this.#route(address), peer, introduction)
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
    const links = routes.flatMap(({ open }) => open?.attempt.link ?? [])
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

  #refuse(address: Address, reason: IntroductionFault): void {
    this.#events.emit('refused', { address, reason })
  }

  #route(address: Address): Route {
    const known = this.#routes.get(address)
    if (known) return known
    const worst = this.#routes.size < MAX_ROUTES ? undefined : worstOf(this.#routes.values())
    if (worst) this.#giveUp(worst)
    const route = newRoute(address)
    this.#routes.set(address, route)
    return route
  }

  #giveUp(route: Route): void {
    this.#quieten(route)
    this.#routes.delete(route.address)
  }

  #dial(route: Route): void {
    const { address, attempt } = route
    if (attempt || this.#line.has(address)) return
    route.cancelRedial()
    // Connections are dear, and an offer that nobody can carry is a wasted one.
    if (!this.deps.goBetween.available) return this.#failed(route)
    route.cancelRedial = () => this.#line.leave(address)
    this.#line.join(address, () => this.#call(route), route.met)
  }

  #call(route: Route): void {
    if (this.deps.goBetween.available) this.#attempt(route, newSessionId(this.deps.random), 'caller')
    else this.#failed(route)
  }

  /** Calls of one's own and of others have places of their own, so that no crowd outside keeps this peer from calling. */
  #takePlace(role: Attempt['role']): boolean {
    const attempts = [...this.#routes.values()].flatMap(({ attempt }) => (attempt?.role === role ? [attempt] : []))
    if (attempts.length < MAX_ATTEMPTS) return this.#calls[role].take()
    const [oldest] = attempts.sort((one, other) => one.since - other.since)
    if (role === 'caller' || !oldest || this.deps.clock.now() - oldest.since < PATIENCE_IN_A_CROWD) return false
    oldest.link.close()
    return this.#calls[role].take()
  }

  #take(route: Route, peer: PeerId, introduction: Introduction): void {
    // An address is one peer's for as long as it is used; whoever carries may lie about where a box is from.
    if (route.open && route.open.attempt.peer !== peer) return this.#refuse(route.address, 'not-yours')
    const { session, signals } = introduction
    const current = [route.attempt, route.open?.attempt].find((known) => known?.session === session)
    if (current) {
      if (!current.take(peer, signals)) this.#refuse(route.address, 'not-yours')
      // Who answers this call has given up its own, which it may have made at the same time.
      else if (signals.some(({ kind }) => kind === 'answer')) route.held = undefined
      return
    }
    const offers = signals.some(({ kind }) => kind === 'offer')
    if (route.held?.session !== session) this.#hold(route, peer, session, offers)
    const { held } = route
    if (held?.session !== session) return
    if (held.peer !== peer) return this.#refuse(route.address, 'not-yours')
    held.add(introduction)
    if (offers) this.#answer(route)
  }

  /** A later offer takes the place of what is held; anything else may belong to an attempt that was given up. */
  #hold(route: Route, peer: PeerId, session: string, offers: boolean): void {
    if (route.held && !offers) return
    route.held = new HeldCall(session, peer, this.deps.clock.now())
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
    if (!route.held?.isComplete || this.#closed) return
    // Held before somebody else's link opened at that address.
    if (route.open && route.open.attempt.peer !== route.held.peer) return this.#drop(route)
    // Whoever has waited that long for an answer has begun another attempt.
    if (clock.now() - route.held.since > HELD_FOR) return this.#drop(route)
    const { attempt, answeredAt } = route
    // Both called: the smaller address's call stands, so the larger one answers and the smaller one waits for that.
    const isGlare = attempt?.role === 'caller' && attempt.peer === undefined && self < route.address
    const due = Math.max(isGlare ? attempt.since + GLARE_WINDOW : 0, (answeredAt ?? -ANSWER_INTERVAL) + ANSWER_INTERVAL)
    const pause = due - clock.now()
    route.cancelAnswer()
    if (pause > 0 || (!attempt && !this.#takePlace('callee'))) {
      route.cancelAnswer = clock.after(Math.max(pause, BUSY_PAUSE), () => this.#answer(route))
      return
    }
    const { session, peer, signals } = route.held
    route.held = undefined
    route.answeredAt = clock.now()
    route.cancelRedial()
    this.#abandon(route)
    this.#attempt(route, session, 'callee').take(peer, signals)
  }

  #attempt(route: Route, session: string, role: Attempt['role']): Attempt {
    const { clock, links, goBetween } = this.deps
    const link = links({ initiator: role === 'caller', iceServers: goBetween.iceServers })
    const introduce = (introduction: Introduction) => void this.#introduce(route, introduction)
    const attempt = new Attempt({ session, role, link, clock, introduce })
    route.attempt = attempt
    const isLost = () => attempt.peer === undefined
    const cancels = [
      clock.after(ANSWER_PATIENCE, () => isLost() && link.close()),
      clock.after(DIAL_TIMEOUT, () => link.close()),
    ]
    route.cancelTimeout = () => {
      for (const cancel of cancels) cancel()
    }
    link.on('open', () => this.#handleOpen(route, attempt))
    link.on('close', (reason) => this.#handleClose(route, attempt, reason))
    return attempt
  }

  async #introduce(route: Route, introduction: Introduction): Promise<void> {
    const delivery = await this.deps.goBetween.introduce(route.address, introduction)
    if (delivery === 'delivered' || route.attempt?.session !== introduction.session) return
    const { link } = route.attempt
    if (delivery === 'not-here') {
      // A server that has just restarted knows few; an open link knows better.
      route.wanted = route.open !== undefined
      this.#events.emit('not-here', { address: route.address })
    }
    link.close()
  }

  #handleOpen(route: Route, attempt: Attempt): void {
    const { link, peer } = attempt
    invariant(peer !== undefined, 'a link opened that nobody had described')
    const old = route.open
    this.#clearAttempt(route)
    route.open = { attempt, since: this.deps.clock.now() }
    route.wanted = true
    route.met = true
    this.#events.emit('link', { address: route.address, peer, link })
    old?.attempt.link.close()
  }

  #handleClose(route: Route, attempt: Attempt, reason: CloseReason): void {
    if (route.attempt === attempt) {
      this.#clearAttempt(route)
      this.#failed(route)
    } else if (route.open?.attempt === attempt) {
      route.failures = this.deps.clock.now() - route.open.since < STABLE_AFTER ? route.failures + 1 : 0
      route.open = undefined
      this.#events.emit('unlinked', { address: route.address, reason })
      this.#redialLater(route)
      this.#tidy(route)
    }
  }

  #failed(route: Route): void {
    route.failures += 1
    if (route.wanted && route.failures === UNREACHABLE_FAILURES) {
      this.#events.emit('unreachable', { address: route.address })
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
    const delay = this.deps.self < route.address ? jittered : jittered + YIELD_DELAY
    route.cancelRedial = this.deps.clock.after(delay, () => this.#dial(route))
  }

  /** Drops an attempt without counting it as a failure: something better came up. */
  #abandon(route: Route): void {
    const link = route.attempt?.link
    this.#clearAttempt(route)
    link?.close()
  }

  /** Forgets an address that nobody wants and with which nothing goes on. */
  #tidy(route: Route): void {
    const { wanted, attempt, open, held, answeredAt } = route
    if (wanted || attempt || open || held) return
    const pause = answeredAt === undefined ? 0 : answeredAt + ANSWER_INTERVAL - this.deps.clock.now()
    if (pause <= 0) return void this.#routes.delete(route.address)
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
    route.cancelTimeout()
    route.attempt = undefined
  }
}
