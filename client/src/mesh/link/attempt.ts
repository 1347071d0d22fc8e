/**
 * One try to link with whoever is found at an address: gathers the signals of its link into introductions, and lets only
 * those of one peer reach the link, so that the link is with the peer that signed the description. Rules DI12, DI13.
 */
import type { PeerId } from '../protocol/ids'
import type { Introduction, LinkSignal } from '../protocol/introductions'
import { MAX_HELD_SIGNALS, MAX_SIGNAL_LENGTHS_TOGETHER, MAX_SIGNALS_TOGETHER } from '../protocol/limits'
import type { Clock, Millis } from '../runtime/clock'
import type { Link } from './link'
import { GATHER_TIME } from './timing'

interface AttemptDeps {
  readonly session: string
  readonly role: 'caller' | 'callee'
  readonly link: Link
  readonly clock: Clock
  /** to be carried to the other side */
  readonly introduce: (introduction: Introduction) => void
}

export class Attempt {
  readonly session: string
  readonly role: 'caller' | 'callee'
  readonly link: Link
  readonly since: Millis
  #peer: PeerId | undefined
  /** Of others' signals that came before the answer, those that may yet turn out to be the answerer's. */
  #early: { readonly peer: PeerId; readonly signal: LinkSignal }[] = []
  #gathered: LinkSignal[] = []

  constructor(private readonly deps: AttemptDeps) {
    this.session = deps.session
    this.role = deps.role
    this.link = deps.link
    this.since = deps.clock.now()
    deps.link.on('signal', (signal) => this.#gather(signal))
  }

  /** Who signed the other side's description; undefined before it has come. */
  get peer(): PeerId | undefined {
    return this.#peer
  }

  /** @returns false when another peer than the one who described the link signals in its attempt */
  take(peer: PeerId, signals: readonly LinkSignal[]): boolean {
    if (this.#peer !== undefined && this.#peer !== peer) return false
    for (const signal of signals) this.#take(peer, signal)
    return true
  }

  #take(peer: PeerId, signal: LinkSignal): void {
    const expected = this.role === 'caller' ? 'answer' : 'offer'
    if (signal.kind === 'candidate') {
      if (this.#peer === peer) this.link.signal(signal)
      else if (this.#early.length < MAX_HELD_SIGNALS) this.#early.push({ peer, signal })
    } else if (signal.kind === expected && this.#peer === undefined) {
      this.#peer = peer
      this.link.signal(signal)
      for (const early of this.#early) if (early.peer === peer) this.link.signal(early.signal)
      this.#early = []
    }
  }

  /** A signature for each candidate would cost more than linking itself. */
  #gather(signal: LinkSignal): void {
    if (this.#gathered.length === 0) this.deps.clock.after(GATHER_TIME, () => this.#introduce())
    this.#gathered.push(signal)
  }

  #introduce(): void {
    const signals = this.#gathered
    this.#gathered = []
    if (this.link.state.kind === 'closed') return
    for (const together of fitting(signals)) this.deps.introduce({ session: this.session, signals: together })
  }
}

/** Cuts signals into as few introductions as have room in a box each. */
function fitting(signals: readonly LinkSignal[]): readonly (readonly LinkSignal[])[] {
  const introductions: LinkSignal[][] = []
  let room = 0
  for (const signal of signals) {
    const size = (signal.kind === 'candidate' ? signal.candidate : signal.sdp).length
    const last = introductions.at(-1)
    if (last && last.length < MAX_SIGNALS_TOGETHER && size <= room) last.push(signal)
    else introductions.push([signal])
    room = (introductions.at(-1) === last ? room : MAX_SIGNAL_LENGTHS_TOGETHER) - size
  }
  return introductions
}
