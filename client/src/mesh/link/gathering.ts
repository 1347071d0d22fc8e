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
  #complete = false
  #cancel = () => {}

  constructor(private readonly deps: GatheringDeps) {}

  add(signal: LinkSignal): void {
    const isWaiting = this.#signals.some(isCandidate)
    this.#signals.push(signal)
    if (this.#complete && !isCandidate(signal)) this.#tell()
    else if (!isWaiting) this.#tellWithin(isCandidate(signal) ? GATHER_TIME : CANDIDATE_PATIENCE)
  }

  /** The browser has no more candidates, as far as it knows. */
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
    for (const introduction of introductions(signals)) this.deps.tell(introduction)
  }
}

const isCandidate = ({ kind }: LinkSignal): boolean => kind === 'candidate'

/**
 * As few as have room in a box each. Candidates are written into the description, which has one section that they can be
 * of, as far as it may be long.
 */
function introductions(signals: readonly LinkSignal[]): readonly (readonly LinkSignal[])[] {
  const made: LinkSignal[][] = []
  let room = 0
  const descriptionFirst = [...signals].sort((one, other) => Number(isCandidate(one)) - Number(isCandidate(other)))
  for (const signal of descriptionFirst) {
    const text = signal.kind === 'candidate' ? `a=${signal.candidate}\r\n` : signal.sdp
    const last = made.at(-1) ?? []
    const [first] = last
    if (!first || text.length > room || last.length === MAX_SIGNALS_TOGETHER) {
      made.push([signal])
      room = MAX_SIGNAL_LENGTHS_TOGETHER
    } else if (first.kind === 'candidate') last.push(signal)
    else last[0] = { kind: first.kind, sdp: first.sdp + text }
    room -= text.length
  }
  return made
}
