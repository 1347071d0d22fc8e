/**
 * Units that are signed and yet too early: what they refer to has not come. Each is found by the one entry that it waits for
 * first, so that what comes costs no look at all that waits. However much is sent, no more than a limit is held; what does
 * not fit is asked for again. Rule LG6.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_WAITING_BYTES } from '../protocol/limits'
import type { Parent } from './entry-codec'
import type { Early } from './placing'
import { firstOf, lastOf, type Tail, type Unit } from './runs'

/** Bytes that a small entry takes here besides its own. */
const OVERHEAD = 500

const costOf = ({ size, entries }: Unit): number => size + entries.length * OVERHEAD

export interface WaitingUnit extends Early {
  /** who handed it on; undefined when nobody did */
  readonly sender: PeerId | undefined
  /** where the author's feed was asked for from when it came, see place */
  readonly start: number | undefined
  /** an entry that it refers to, or its author's before it */
  readonly on: Parent
}

/** Entries of one author that are there now. */
export interface Advance {
  readonly author: PeerId
  readonly from: number
  readonly to: number
}

const nameOf = ({ author, seq }: Parent): string => `${author}.${seq}`

export class Waiting {
  /** in the order in which they came */
  readonly #units = new Map<Unit, WaitingUnit>()
  /** by what they wait for */
  readonly #blocked = new Map<string, Set<Unit>>()
  /** what of all this each has sent, in bytes */
  readonly #sent = new Map<PeerId | undefined, number>()
  /** by author, in the order of the feed */
  readonly #feeds = new Map<PeerId, Unit[]>()
  #bytes = 0
  #count = 0

  get units(): readonly WaitingUnit[] {
    return [...this.#units.values()]
  }

  /** entries that wait */
  get count(): number {
    return this.#count
  }

  /** The last entry of that author's that waits. */
  tail(author: PeerId): Tail | undefined {
    const last = this.#feeds.get(author)?.at(-1)
    if (!last) return undefined
    const { raw, hash } = lastOf(last)
    return { seq: raw.seq, hash }
  }

  /**
   * When all is full, what came last of whoever has sent most of it makes room.
   * @param waiting whose unit follows what is held, or what waits already, of its author
   * @returns whether it waits here
   */
  add(waiting: WaitingUnit): boolean {
    const { unit, sender } = waiting
    const tail = this.tail(unit.author)
    if (tail && firstOf(unit).raw.seq <= tail.seq) return true
    const cost = costOf(unit)
    while (this.#bytes + cost > MAX_WAITING_BYTES) if (!this.#makeRoom(sender, cost)) return false
    // What it follows may have been in the way.
    if (this.tail(unit.author)?.seq !== tail?.seq) return false
    this.#bytes += cost
    this.#sent.set(sender, (this.#sent.get(sender) ?? 0) + cost)
    this.#count += unit.entries.length
    const feed = this.#feeds.get(unit.author)
    if (feed) feed.push(unit)
    else this.#feeds.set(unit.author, [unit])
    this.#block(waiting)
    return true
  }

  /** One that waits goes on waiting, for something else. */
  block(waiting: WaitingUnit, on: Parent): void {
    this.#unblock(waiting.unit)
    this.#block({ ...waiting, on })
  }

  /** @returns those that wait for one of these */
  behind({ author, from, to }: Advance): readonly WaitingUnit[] {
    // Over what nobody has any more feeds go on at any number.
    if (to - from > this.#units.size)
      return this.units.filter(({ on }) => on.author === author && on.seq >= from && on.seq <= to)
    const found: WaitingUnit[] = []
    for (let seq = from; seq <= to; seq++)
      for (const unit of this.#blocked.get(nameOf({ author, seq })) ?? []) {
        const waiting = this.#units.get(unit)
        if (waiting) found.push(waiting)
      }
    return found
  }

  /** Takes one out, whose turn has come. */
  take(unit: Unit): void {
    const waiting = this.#units.get(unit)
    if (!waiting) return
    this.#unblock(unit)
    this.#units.delete(unit)
    this.#bytes -= costOf(unit)
    const left = (this.#sent.get(waiting.sender) ?? 0) - costOf(unit)
    if (left > 0) this.#sent.set(waiting.sender, left)
    else this.#sent.delete(waiting.sender)
    this.#count -= unit.entries.length
    const feed = this.#feeds.get(unit.author) ?? []
    feed.splice(feed.indexOf(unit), 1)
    if (feed.length === 0) this.#feeds.delete(unit.author)
  }

  /** Drops all of an author's. */
  drop(author: PeerId): void {
    for (const unit of [...(this.#feeds.get(author) ?? [])]) this.take(unit)
  }

  /** @returns false when nobody has sent more than that one has with this */
  #makeRoom(sender: PeerId | undefined, cost: number): boolean {
    const [most] = [...this.#sent].sort(([, one], [, other]) => other - one)
    if (!most || most[1] <= (this.#sent.get(sender) ?? 0) + cost) return false
    const last = this.units.findLast((waiting) => waiting.sender === most[0])
    if (!last) return false
    // What follows it in its feed would wait for ever.
    const feed = this.#feeds.get(last.unit.author) ?? []
    for (const unit of feed.slice(feed.indexOf(last.unit))) this.take(unit)
    return true
  }

  #block(waiting: WaitingUnit): void {
    const name = nameOf(waiting.on)
    this.#units.set(waiting.unit, waiting)
    this.#blocked.set(name, (this.#blocked.get(name) ?? new Set()).add(waiting.unit))
  }

  #unblock(unit: Unit): void {
    const waiting = this.#units.get(unit)
    if (!waiting) return
    const name = nameOf(waiting.on)
    const blocked = this.#blocked.get(name)
    blocked?.delete(unit)
    if (blocked?.size === 0) this.#blocked.delete(name)
  }
}
