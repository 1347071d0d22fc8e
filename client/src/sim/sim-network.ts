/**
 * The network between simulated peers: latency, jitter, links that drop, pages that freeze or die, hosts that fall
 * silent, pairs that cannot reach one another, lines that are long or slow. Its links honour the same contract as the
 * real ones, and carry frames in the same pieces.
 */
import { fragments, Reassembler } from '../mesh/link/fragments'
import type { CloseReason, Link, LinkEvents, LinkOptions, LinkState } from '../mesh/link/link'
import type { LinkSignal } from '../mesh/protocol/introductions'
import { MAX_QUEUED_BYTES } from '../mesh/protocol/limits'
import { type Clock, type Millis, seconds } from '../mesh/runtime/clock'
import { Emitter } from '../mesh/runtime/emitter'
import type { Random } from '../mesh/runtime/random'
import { Tab } from './tab'

/** When libwebrtc gives up a silent connection (measured: about 17 s). */
const FAIL_AFTER: Millis = seconds(17)

export interface SimNetworkOptions {
  readonly clock: Clock
  readonly random: Random
  /** one way */
  readonly latency?: Millis
  /** added to the latency, at random up to this much; order within a link is kept */
  readonly jitter?: Millis
  /** bytes a second that one link carries each way; without it any number in no time */
  readonly rate?: number
}

export class SimNetwork {
  readonly #links = new Map<string, SimLink>()
  /** Since when a host is silent. */
  readonly #down = new Map<string, Millis>()
  /** Since when a pair is cut off from one another. */
  readonly #cut = new Map<string, Millis>()
  /** How many times as long as others' the way between a pair is. */
  readonly #stretch = new Map<string, number>()
  #count = 0
  #carried = 0

  constructor(private readonly options: SimNetworkOptions) {}

  get clock(): Clock {
    return this.options.clock
  }

  /** How many links all hosts together have begun so far. */
  get linksMade(): number {
    return this.#count
  }

  /** How many ends of links there are now, open or on their way there. */
  get linkEnds(): number {
    return this.#links.size
  }

  /** How many bytes wait on all links for the network to take them. */
  get queued(): number {
    return [...this.#links.values()].reduce((sum, link) => sum + link.queued, 0)
  }

  /** How many bytes all links together have taken so far. */
  get carried(): number {
    return this.#carried
  }

  /** A link of `host`, made in `tab`, to be signalled to one of another host. */
  link(host: string, { initiator }: LinkOptions, tab = new Tab(this.clock)): Link {
    const link = new SimLink(this, host, `${++this.#count}`, initiator, tab)
    this.#links.set(link.address, link)
    return link
  }

  find(address: string): SimLink | undefined {
    return this.#links.get(address)
  }

  remove(link: SimLink): void {
    this.#links.delete(link.address)
  }

  /** @param pair of hosts, when it is the way between two */
  delay(...pair: readonly [] | readonly [string, string]): Millis {
    const { latency = 20, jitter = 10, random } = this.options
    const stretch = (pair.length === 2 && this.#stretch.get(pairOf(...pair))) || 1
    return stretch * (latency + random.fraction() * jitter)
  }

  /** The way between the two takes so many times as long as others. */
  stretch(a: string, b: string, factor: number): void {
    this.#stretch.set(pairOf(a, b), factor)
  }

  /** @returns how long the line is busy with so many bytes */
  duration(bytes: number): Millis {
    return this.options.rate === undefined ? 0 : (bytes / this.options.rate) * 1000
  }

  reachable(a: SimLink, b: SimLink): boolean {
    const hostsAre = !this.#down.has(a.host) && !this.#down.has(b.host) && !this.#cut.has(pairOf(a.host, b.host))
    return hostsAre && a.tab.isRunning && b.tab.isRunning
  }

  carry(bytes: number): void {
    this.#carried += bytes
  }

  /** Both sides of every link between the two see it fail; what was under way is lost. */
  dropLinks(a: string, b: string): void {
    for (const link of [...this.#links.values()]) {
      if (link.other && pairOf(link.host, link.other.host) === pairOf(a, b)) link.end('failed')
    }
  }

  /** Nothing passes between the two until `mend`; their links fail when it takes too long. */
  cut(a: string, b: string): void {
    this.#cut.set(pairOf(a, b), this.clock.now())
    this.#failLater()
  }

  mend(a: string, b: string): void {
    this.#cut.delete(pairOf(a, b))
    this.#flush()
  }

  /** The host is silent until `wake`, as when it sleeps or has crashed. */
  silence(host: string): void {
    this.#down.set(host, this.clock.now())
    this.#failLater()
  }

  /** The page has stopped: its links fail when it does not go on in time. */
  stopped(): void {
    this.#failLater()
  }

  /** The page has closed its links by itself, as those of a browser do. */
  close(tab: Tab): void {
    for (const link of [...this.#links.values()]) if (link.tab === tab) link.close()
  }

  /** A page that was frozen goes on, and takes what was held up. */
  woken(): void {
    this.#flush()
  }

  wake(host: string): void {
    this.#down.delete(host)
    this.#flush()
  }

  isDown(host: string): boolean {
    return this.#down.has(host)
  }

  #failLater(): void {
    this.clock.after(FAIL_AFTER, () => {
      for (const link of [...this.#links.values()]) {
        if (link.other && this.#obstructed(link, link.other) >= FAIL_AFTER) link.end('failed')
      }
    })
  }

  /** For how long nothing has passed between the two. */
  #obstructed(a: SimLink, b: SimLink): Millis {
    const { clock } = this
    const hosts = [this.#down.get(a.host), this.#down.get(b.host), this.#cut.get(pairOf(a.host, b.host))]
    const since = [...hosts, a.tab.stoppedAt, b.tab.stoppedAt]
    return clock.now() - Math.min(...since.map((start) => start ?? clock.now()))
  }

  #flush(): void {
    for (const link of this.#links.values()) link.flush()
  }
}

const pairOf = (a: string, b: string): string => [a, b].sort().join(' ')

type Parcel = { readonly kind: 'piece'; readonly piece: Uint8Array } | { readonly kind: 'close' }

/** What a browser takes to find the candidates of its own interfaces. */
export const GATHERED_AFTER: Millis = 20

export class SimLink implements Link {
  readonly #events = new Emitter<LinkEvents>()
  /** Waiting for the line. */
  readonly #outgoing: Uint8Array[] = []
  /** Sent to this side and not yet arrived. */
  readonly #arriving: Parcel[] = []
  readonly #reassembler = new Reassembler()
  #lineIsBusy = false
  #queued = 0
  #flushed = 0
  #state: LinkState = { kind: 'dialing' }
  #lastArrival: Millis = 0
  other: SimLink | undefined

  readonly on = this.#events.on.bind(this.#events)

  constructor(
    private readonly network: SimNetwork,
    readonly host: string,
    readonly address: string,
    initiator: boolean,
    /** the page that it is a link of, whose turns it takes */
    readonly tab: Tab,
  ) {
    if (initiator) tab.after(0, () => this.#offer('offer'))
  }

  get state(): LinkState {
    return this.#state
  }

  signal(signal: LinkSignal): void {
    if (this.#state.kind !== 'dialing' || signal.kind === 'candidate') return
    const other = this.network.find(signal.sdp.replace('v=0 ', ''))
    if (!other) return this.end('failed')
    this.other = other
    if (signal.kind === 'offer') this.#offer('answer')
    else this.tab.after(this.#delay(other), () => this.#connect(other))
  }

  get queued(): number {
    return this.#queued
  }

  get flushed(): number {
    return this.#flushed
  }

  send(frame: Uint8Array): void {
    if (this.#state.kind !== 'open') return
    if (this.#queued > MAX_QUEUED_BYTES) return this.end('failed')
    for (const piece of fragments(frame)) {
      this.#outgoing.push(piece)
      this.#queued += piece.length
    }
    this.#transmit()
  }

  check(): void {}

  close(): void {
    if (this.#state.kind === 'closed') return
    this.other?.accept({ kind: 'close' })
    this.end('closed')
  }

  /** Takes what the other side sends; it arrives after the delay, in order, once the two can reach one another. */
  accept(parcel: Parcel): void {
    const { tab } = this
    this.#arriving.push(parcel)
    this.#lastArrival = Math.max(this.#lastArrival, tab.now() + this.#delay(this.other))
    tab.after(this.#lastArrival - tab.now(), () => this.#arrive())
  }

  /** Goes on with what an obstacle has held up. */
  flush(): void {
    for (const _ of [...this.#arriving]) this.tab.after(this.#delay(this.other), () => this.#arrive())
    this.#transmit()
  }

  end(reason: CloseReason): void {
    if (this.#state.kind === 'closed') return
    this.#state = { kind: 'closed', reason }
    this.network.remove(this)
    this.#outgoing.length = 0
    this.#queued = 0
    // A frozen page learns of it when it wakes.
    if (this.tab.isRunning) this.#tell(reason)
    else this.tab.after(0, () => this.#tell(reason))
  }

  #tell(reason: CloseReason): void {
    this.#events.emit('close', reason)
    this.#events.clear()
  }

  #delay(other: SimLink | undefined): Millis {
    return other ? this.network.delay(this.host, other.host) : this.network.delay()
  }

  #offer(kind: 'offer' | 'answer'): void {
    if (this.#state.kind !== 'dialing') return
    this.#events.emit('signal', { kind, sdp: `v=0 ${this.address}` })
    this.tab.after(GATHERED_AFTER, () => this.#events.emit('gathered', undefined))
  }

  #transmit(): void {
    const { other, network } = this
    while (!this.#lineIsBusy && other && network.reachable(this, other)) {
      const piece = this.#outgoing.shift()
      if (!piece) return
      const duration = network.duration(piece.length)
      if (duration === 0) this.#flush(piece, other)
      else {
        this.#lineIsBusy = true
        this.tab.after(duration, () => {
          this.#lineIsBusy = false
          if (this.#state.kind !== 'open') return
          this.#flush(piece, other)
          this.#transmit()
        })
      }
    }
  }

  #flush(piece: Uint8Array, other: SimLink): void {
    this.#queued -= piece.length
    this.#flushed += piece.length
    this.network.carry(piece.length)
    other.accept({ kind: 'piece', piece })
  }

  #connect(other: SimLink): void {
    if (!this.network.reachable(this, other)) return
    this.#open()
    other.tab.after(this.#delay(other), () => other.#open())
  }

  #open(): void {
    if (this.#state.kind !== 'dialing') return
    this.#state = { kind: 'open' }
    this.#events.emit('open', undefined)
  }

  #arrive(): void {
    const { other } = this
    if (!other || !this.network.reachable(this, other)) return
    const parcel = this.#arriving.shift()
    if (parcel?.kind === 'close') return this.end('closed-by-peer')
    // A frame can come before this side hears that the link is open.
    this.#open()
    if (!parcel || this.#state.kind !== 'open') return
    this.#events.emit('activity', undefined)
    const frame = this.#reassembler.push(parcel.piece)
    if (!frame.ok) {
      this.#events.emit('fault', frame.reason)
      this.end('failed')
    } else if (frame.value) this.#events.emit('frame', frame.value)
  }
}
