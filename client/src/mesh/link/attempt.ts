/**
 * One try to link with whoever is found at an address: introduces its link, and lets only the signals of one peer reach it,
 * so that the link is with the peer that signed the description. Rules DI2, DI12.
 */
import type { PeerId } from '../protocol/ids'
import type { Introduction, LinkSignal } from '../protocol/introductions'
import { MAX_HELD_SIGNALS } from '../protocol/limits'
import type { Clock, Millis } from '../runtime/clock'
import { Gathering } from './gathering'
import type { Link } from './link'

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

  constructor(private readonly deps: AttemptDeps) {
    this.session = deps.session
    this.role = deps.role
    this.link = deps.link
    this.since = deps.clock.now()
    const gathering = new Gathering({ clock: deps.clock, tell: (signals) => this.#introduce(signals) })
    deps.link.on('signal', (signal) => gathering.add(signal))
    deps.link.on('gathered', () => gathering.complete())
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

  #introduce(signals: readonly LinkSignal[]): void {
    if (this.link.state.kind !== 'closed') this.deps.introduce({ session: this.session, signals })
  }
}
