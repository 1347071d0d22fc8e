/**
 * Puts what a link signals into as few introductions as will do: a signature and a box for each candidate would cost more
 * than linking itself. Rule DI14.
 */
import type { LinkSignal } from '../protocol/introductions'
import { MAX_SIGNAL_LENGTHS_TOGETHER, MAX_SIGNALS_TOGETHER } from '../protocol/limits'
import type { Clock, Millis } from '../runtime/clock'
import { CANDIDATE_PATIENCE, GATHER_TIME } from './timing'

interface GatheringDeps {
  readonly clock: Clock
  /** takes signals that travel together */
  readonly tell: (signals: readonly LinkSignal[]) => void
}

export class Gathering {
  #signals: LinkSignal[] = []
  /** One of those that wait is a candidate. */
  #hasCandidate = false
  #complete = false
  #cancel = () => {}

  constructor(private readonly deps: GatheringDeps) {}

  add(signal: LinkSignal): void {
    this.#signals.push(signal)
    if (this.#complete) this.#tell()
    else if (signal.kind !== 'candidate') this.#tellWithin(CANDIDATE_PATIENCE)
    else if (!this.#hasCandidate) this.#tellWithin(GATHER_TIME)
    this.#hasCandidate ||= signal.kind === 'candidate'
  }

  /** The browser has no more candidates to wait for. */
  complete(): void {
    this.#complete = true
    this.#tell()
  }

  #tellWithin(time: Millis): void {
    this.#cancel()
    this.#cancel = this.deps.clock.after(time, () => this.#tell())
  }

  #tell(): void {
    this.#cancel()
    const signals = this.#signals
    this.#signals = []
    this.#hasCandidate = false
    for (const together of parts(folded(signals))) this.deps.tell(together)
  }
}

/** Writes candidates into the description that they belong to, which has one section that they can be of. */
function folded([first, ...others]: readonly LinkSignal[]): readonly LinkSignal[] {
  if (first === undefined || first.kind === 'candidate') return first ? [first, ...others] : []
  let { sdp } = first
  const left = others.filter((other) => {
    if (other.kind !== 'candidate') return true
    const line = `a=${other.candidate}\r\n`
    if (sdp.length + line.length > MAX_SIGNAL_LENGTHS_TOGETHER) return true
    sdp += line
    return false
  })
  return [{ kind: first.kind, sdp }, ...left]
}

/** Cuts signals into as few introductions as have room in a box each. */
function parts(signals: readonly LinkSignal[]): readonly (readonly LinkSignal[])[] {
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
