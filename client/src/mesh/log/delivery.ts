/**
 * What is delivered together: units, each where it belongs, and what has waited for them. Nothing of it counts until it is
 * stored. Rules LG3, LG6.
 */
import type { PeerId } from '../protocol/ids'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { assertNever } from '../runtime/invariant'
import type { Content } from './content'
import { comparePositions, type Entry, type Position } from './entry'
import type { Parent, RawEntry } from './entry-codec'
import { Draft, emptyFeed, type Feeds } from './feeds'
import { addresseeIn, entryIdIn, type LogScope } from './log-scope'
import type { StoredEntry, StoredFeed } from './log-store'
import { type IsGone, type Placing, place } from './placing'
import { firstOf, follows, lastOf, type Unit } from './runs'
import type { Advance, Waiting, WaitingUnit } from './waiting'

/** An entry that comes so long after it was written, behind newer ones, is marked: people may have read on. */
const LATE_AFTER: Millis = seconds(10)

export interface DeliveryDeps {
  readonly scope: LogScope
  readonly clock: Clock
  /** what an entry says, as far as this peer can read it */
  readonly decode: (raw: RawEntry) => Content
  /** what somebody is called, as far as known */
  readonly nameOf: (author: PeerId) => string | undefined
}

export class Delivery {
  readonly draft: Draft
  readonly entries: Entry[] = []
  /** of whom entries are missing before those that came, and up to where these go */
  readonly gaps = new Map<PeerId, number>()
  /** of whom something came that does not follow what is held */
  readonly contradicted = new Set<PeerId>()
  /** units that are to be compared with what is held */
  readonly doubtful: Unit[] = []
  /** of whom something came that cannot be taken before times here have come closer to that */
  readonly ahead = new Map<PeerId, number>()
  /** what no honest peer sends */
  fault: string | undefined
  /** what is delivered here, of which nobody has looked yet what waits for it */
  readonly #advances: Advance[] = []

  constructor(
    feeds: Feeds,
    private readonly waiting: Waiting,
    private readonly newest: Position | undefined,
    private readonly isGone: IsGone,
    private readonly sender: PeerId | undefined,
    private readonly deps: DeliveryDeps,
  ) {
    this.draft = new Draft(feeds)
  }

  /**
   * Takes a unit that its author has signed.
   * @param start from where the author's feed was asked for, if it was
   */
  take(unit: Unit, start: number | undefined): void {
    const head = this.draft.get(unit.author)?.head ?? 0
    const now = this.deps.clock.now()
    const placing = place(unit, this.draft, start, (missing) => this.isGone(missing, { unit, since: now }))
    switch (placing.kind) {
      case 'fits':
        return this.include(unit, placing)
      case 'early':
        return this.#wait(unit, start, placing.on)
      case 'gap':
        if (follows(unit, this.waiting.tail(unit.author))) return this.#wait(unit, start, entryBefore(unit))
        this.gaps.set(unit.author, lastOf(unit).raw.seq)
        return
      case 'ahead':
        this.ahead.set(unit.author, placing.lamport)
        if (unit.author === this.sender) this.fault ??= 'a time ahead of all that is known'
        return
      case 'full':
        return
      case 'contradiction':
        if (start === undefined) this.contradicted.add(unit.author)
        else this.doubtful.push(unit)
        return
      case 'wrong':
        // Whoever hands it on cannot know what is known here.
        if (unit.author === this.sender) this.fault ??= placing.reason
        return
      case 'known':
        if (start !== undefined && start <= head) this.doubtful.push(unit)
        return
      default:
        return assertNever(placing)
    }
  }

  include(
    unit: Unit,
    { entries: chained, jumps }: Pick<Extract<Placing, { kind: 'fits' }>, 'entries' | 'jumps'>,
  ): void {
    const { author } = unit
    const feed = this.draft.get(author) ?? emptyFeed(author, unit.publicKey)
    const { raw: last, hash } = lastOf(unit)
    const contents = chained.map(({ raw }) => this.deps.decode(raw))
    const bytes = chained.reduce((sum, { bytes: { length } }) => sum + length, 0)
    const stored = chained.map((entry): StoredEntry => {
      const { seq, lamport, previous } = entry.raw
      const signature = seq === last.seq ? unit.signature : undefined
      return { author, seq, lamport, previous, bytes: entry.bytes, signature, late: this.#isLate(entry.raw) }
    })
    const changed: StoredFeed = {
      ...feed,
      floor: jumps ? (chained[0]?.raw.seq ?? feed.floor) : feed.floor,
      head: last.seq,
      lamport: last.lamport,
      hash,
      bytes: jumps ? bytes : feed.bytes + bytes,
      name: contents.findLast((content) => content.kind === 'name')?.name ?? feed.name,
    }
    this.#advances.push({ author, from: feed.head + 1, to: last.seq })
    if (jumps && feed.head >= feed.floor) this.draft.abandon({ author, from: feed.floor, to: feed.head })
    this.draft.add(
      changed,
      stored,
      chained.map(({ raw }) => raw),
    )
    for (const [index, { raw }] of chained.entries()) {
      const content = contents[index] ?? { kind: 'unknown' }
      this.entries.push(describe(raw, { content, late: stored[index]?.late ?? false }, changed.name, this.deps))
    }
  }

  /** Takes what has waited for what is delivered here, and what has waited for that. */
  includeFollowing(): void {
    for (let next = this.#advances.pop(); next; next = this.#advances.pop())
      for (const waiting of this.waiting.behind(next)) this.#reconsider(waiting)
  }

  /** Takes all that has waited and can be delivered now, whatever it has waited for. */
  includeWaiting(): void {
    for (const waiting of this.waiting.units) this.#reconsider(waiting)
    this.includeFollowing()
  }

  #reconsider(waiting: WaitingUnit): void {
    const { unit, start } = waiting
    const placing = place(unit, this.draft, start, (missing) => this.isGone(missing, waiting))
    if (placing.kind === 'early') return this.waiting.block(waiting, placing.on)
    if (placing.kind === 'gap') return this.waiting.block(waiting, entryBefore(unit))
    if (placing.kind === 'ahead') this.ahead.set(unit.author, placing.lamport)
    if (placing.kind === 'fits' || placing.kind === 'known') this.waiting.take(unit)
    // What waits behind what is not taken would wait for ever.
    else this.waiting.drop(unit.author)
    if (placing.kind === 'fits') this.include(unit, placing)
  }

  /** What there is no room for is asked for again. */
  #wait(unit: Unit, start: number | undefined, on: Parent): void {
    const isTaken = this.waiting.add({ unit, start, since: this.deps.clock.now(), on, sender: this.sender })
    if (!isTaken) this.gaps.set(unit.author, lastOf(unit).raw.seq)
  }

  #isLate(raw: RawEntry): boolean {
    const isBehind = this.newest !== undefined && comparePositions(raw, this.newest) < 0
    return isBehind && this.deps.clock.wallTime() - raw.at > LATE_AFTER
  }
}

const entryBefore = (unit: Unit): Parent => ({ author: unit.author, seq: firstOf(unit).raw.seq - 1 })

/** @returns the entry as applications see it */
export function describe(
  { author, seq, lamport, at }: RawEntry,
  { content, late }: { readonly content: Content; readonly late: boolean },
  lastName: string | undefined,
  { scope, nameOf }: Pick<DeliveryDeps, 'scope' | 'nameOf'>,
): Entry {
  const id = entryIdIn(scope, { author, seq })
  const to = addresseeIn(scope, author)
  return { id, author, seq, lamport, to, name: nameOf(author) ?? lastName, at, late, content }
}
