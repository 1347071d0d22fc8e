/**
 * Units that are signed and yet too early: what they refer to has not come. However much is sent, no more than a limit is
 * held; what falls out is asked for again. Rule LG6.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_WAITING_BYTES } from '../protocol/limits'
import type { Millis } from '../runtime/clock'
import { firstOf, lastOf, type Tail, type Unit } from './runs'

/** Bytes that a small entry takes here besides its own. */
const OVERHEAD = 500

const costOf = ({ size, entries }: Unit): number => size + entries.length * OVERHEAD

/** A unit, and where the author's feed was asked for from when it came, see place. */
export interface WaitingUnit {
  readonly unit: Unit
  readonly start: number | undefined
  /** when it came */
  readonly since: Millis
}

export class Waiting {
  #units: WaitingUnit[] = []
  #bytes = 0

  get units(): readonly WaitingUnit[] {
    return this.#units
  }

  /** entries that wait */
  get count(): number {
    return this.#units.reduce((count, { unit }) => count + unit.entries.length, 0)
  }

  /** The last entry of that author's that waits. */
  tail(author: PeerId): Tail | undefined {
    const last = this.#units.findLast(({ unit }) => unit.author === author)
    if (!last) return undefined
    const { raw, hash } = lastOf(last.unit)
    return { seq: raw.seq, hash }
  }

  /** @param unit follows what is held, or what waits already, of its author */
  add(unit: Unit, start: number | undefined, since: Millis): void {
    const tail = this.tail(unit.author)
    if (tail && firstOf(unit).raw.seq <= tail.seq) return
    this.#units.push({ unit, start, since })
    this.#bytes += costOf(unit)
    while (this.#bytes > MAX_WAITING_BYTES) this.#dropLast()
  }

  /** Takes one out, whose turn has come. */
  take(unit: Unit): void {
    this.#units = this.#units.filter((other) => other.unit !== unit)
    this.#bytes -= costOf(unit)
  }

  /** Drops all of an author's. */
  drop(author: PeerId): void {
    for (const { unit } of this.#units.filter((other) => other.unit.author === author)) this.take(unit)
  }

  #dropLast(): void {
    const last = this.#units.at(-1)
    if (last) this.take(last.unit)
  }
}
