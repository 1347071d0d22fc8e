/**
 * One log as this peer holds it: writes its own entries, takes those of others, and delivers each once, when it is stored
 * and all that it refers to is here. One thing happens at a time. How entries travel is Exchange's. Rules LG1-LG12.
 */
import type { PeerKey } from '../identity/peer-key'
import type { Signatures } from '../identity/signatures'
import type { PeerId } from '../protocol/ids'
import { MAX_FEEDS, MAX_LAMPORT_GAP, MAX_OTHERS_FEEDS } from '../protocol/limits'
import type { HeldFeed, Segment } from '../protocol/log-messages'
import { BoundedMap } from '../runtime/bounded-map'
import { Emitter } from '../runtime/emitter'
import { invariant } from '../runtime/invariant'
import { answer } from './answers'
import type { Content } from './content'
import { Delivery, type DeliveryDeps } from './delivery'
import type { Entry, EntryId, Position } from './entry'
import { emptyFeed, Feeds } from './feeds'
import { Forks } from './forks'
import { History, type HistoryPage } from './history'
import { type LogName, type LogStore, LogStoreError, type Range, type StoredFeed } from './log-store'
import { forkedOneself, OwnFeed, overloaded } from './own-feed'
import type { IsGone } from './placing'
import { RecentEntries } from './recent-entries'
import { type LogLimits, roomToWrite, trim } from './retention'
import { firstOf, lastOf, readUnits, type Tail, type Unit } from './runs'
import type { Speech } from './speech'
import { Waiting } from './waiting'

export type LogEvents = {
  /** in the order of delivery; `written` has those of one's own, as they travel */
  delivered: {
    readonly entries: readonly Entry[]
    readonly authors: ReadonlySet<PeerId>
    readonly written: Segment | undefined
  }
  /** somebody wrote two feeds; what was taken out for it */
  forked: { readonly author: PeerId; readonly removed: readonly EntryId[]; readonly proof: Uint8Array }
}

export interface LogDeps extends Omit<DeliveryDeps, 'decode'> {
  readonly name: LogName
  readonly key: PeerKey
  readonly signatures: Signatures
  readonly store: LogStore
  readonly speech: Speech
  /** what this log has to tell of its writer, if anything */
  readonly ownName: () => string | undefined
  readonly limits: LogLimits
}

/** Segments as they came. */
export interface Arrival {
  readonly sender: { readonly id: PeerId; readonly publicKey: Uint8Array | undefined }
  readonly segments: readonly Segment[]
  /** from where each feed was asked for, if it was */
  readonly asked?: ReadonlyMap<PeerId, number> | undefined
  /** of what these refer to; else nothing is */
  readonly isGone?: IsGone | undefined
}

export interface Outcome {
  /** entries that were delivered */
  readonly delivered: number
  /** authors of whom entries before these are missing, and up to where these go */
  readonly gaps: ReadonlyMap<PeerId, number>
  /** authors who seem to have written two feeds, and from where on theirs is needed to know */
  readonly further: ReadonlyMap<PeerId, number>
  /** authors of whom something came that does not follow what is held */
  readonly contradicted: ReadonlySet<PeerId>
  /** what no honest peer sends */
  readonly fault: string | undefined
}

export class Log {
  readonly on: Emitter<LogEvents>['on']
  readonly name: LogName
  readonly #events = new Emitter<LogEvents>()
  readonly #feeds: Feeds
  readonly #own: OwnFeed
  readonly #forks: Forks
  readonly #waiting = new Waiting()
  readonly #recent = new RecentEntries()
  /** the times of what could not be taken yet, by author */
  readonly #ahead = new BoundedMap<PeerId, number>(MAX_FEEDS)
  readonly #delivery: DeliveryDeps
  readonly #history: History
  #newest: Position | undefined
  #isAppending = false
  /** The last of what is to be done, one after another. */
  #turn: Promise<unknown> = Promise.resolve()

  static async open(deps: LogDeps): Promise<Log> {
    const { store, name } = deps
    const [feeds, [newest]] = await Promise.all([store.feeds(name), store.readBefore(name, undefined, 1)])
    return new Log(deps, feeds, newest)
  }

  private constructor(
    private readonly deps: LogDeps,
    feeds: readonly StoredFeed[],
    newest: Position | undefined,
  ) {
    this.on = this.#events.on.bind(this.#events)
    this.name = deps.name
    this.#newest = newest
    this.#feeds = new Feeds(feeds)
    this.#own = new OwnFeed({ ...deps, feeds: this.#feeds })
    this.#forks = new Forks({ ...deps, feeds: this.#feeds })
    this.#delivery = { ...deps, decode: (raw) => deps.speech.decode(raw) }
    this.#history = new History({ ...this.#delivery, ...deps, feeds: this.#feeds })
  }

  get feeds(): readonly StoredFeed[] {
    return this.#feeds.all
  }

  feed(author: PeerId): StoredFeed | undefined {
    return this.#feeds.get(author)
  }

  /** What others are told of a feed; undefined when nothing of it is held. */
  held(author: PeerId): HeldFeed | undefined {
    return this.#feeds.held(author)
  }

  /** The last entry of a feed that is here, if only to wait. */
  reach(author: PeerId): number {
    return this.#tailOf(author)?.seq ?? 0
  }

  /** Whether what comes next of a feed can be taken now, as far as known. */
  takes(author: PeerId): boolean {
    const hasRoom = this.#feeds.get(author) !== undefined || this.#feeds.size < MAX_OTHERS_FEEDS
    return hasRoom && (this.#ahead.get(author) ?? 0) <= this.#feeds.lamport + MAX_LAMPORT_GAP
  }

  /** Entries that came and wait for what they refer to. */
  get waiting(): number {
    return this.#waiting.count
  }

  /**
   * Resolves when it is stored and delivered here; what is written in one moment goes together. Rejects as the store does, and
   * with RoomError 'overloaded' (in a log of two) | 'forked'.
   */
  write(content: Content): Promise<Entry> {
    const written = this.#own.plan(content)
    if (!this.#isAppending) void this.#enqueue(() => this.#append())
    this.#isAppending = true
    return written
  }

  /** Never rejects but as the store does. */
  receive(arrival: Arrival): Promise<Outcome> {
    return this.#enqueue(() => this.#take(arrival))
  }

  /** Segments of these feeds, each from a number on, with about `budget` bytes in all. */
  answer(
    wanted: readonly { readonly author: PeerId; readonly from: number }[],
    budget: number,
  ): Promise<readonly Segment[]> {
    const { store, name, key } = this.deps
    const read = async (range: Range, maxBytes: number) =>
      this.#recent.read(range, maxBytes) ?? (await store.read(name, range, maxBytes))
    return this.#enqueue(() => answer(wanted, budget, { self: key.id, feeds: this.#feeds, read }))
  }

  /** @returns the newest `limit` entries before `before` */
  history(before: Position | undefined, limit: number): Promise<HistoryPage> {
    return this.#history.page(before, limit)
  }

  /** Remembers the key of somebody who has said nothing yet. */
  meet(author: PeerId, publicKey: Uint8Array): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#feeds.get(author)) return
      const feed = emptyFeed(author, publicKey)
      await this.deps.store.put(this.name, [], [feed])
      this.#feeds.set(feed)
    })
  }

  /** In a log of two: the other has one's own feed up to `seq`. */
  acknowledge(seq: number): Promise<void> {
    return this.#enqueue(async () => {
      const feed = this.#feeds.get(this.deps.key.id)
      if (!feed || seq <= feed.acknowledged || seq > feed.head) return
      const changed = { ...feed, acknowledged: seq }
      await this.deps.store.put(this.name, [], [changed])
      this.#feeds.set(changed)
    })
  }

  /**
   * Somebody says that somebody wrote two feeds.
   * @param isClaimed whether somebody says to hold entries of that author
   * @returns why that is not proven, if so
   */
  judge(proof: Uint8Array, isClaimed: (author: PeerId) => boolean): Promise<string | undefined> {
    return this.#enqueue(() => this.#convict(proof, isClaimed))
  }

  /** What waits for that which is gone is delivered without it. */
  release(isGone: IsGone): Promise<void> {
    return this.#enqueue(() => this.#release(isGone))
  }

  /** Proofs of all forks that are known. */
  get proofs(): readonly Uint8Array[] {
    return this.#feeds.all.flatMap(({ fork }) => (fork ? [fork.proof] : []))
  }

  /** Resolves when all that was begun is done. */
  async idle(): Promise<void> {
    await this.#turn
  }

  close(): void {
    this.#events.clear()
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(task)
    // Whoever asked for it is told; what comes next is not kept from its turn.
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #append(): Promise<void> {
    try {
      while (this.#own.planned > 0) await this.#appendNext()
    } catch (error) {
      // Nobody waits for what does not come.
      this.#own.fail(error)
      if (!(error instanceof LogStoreError)) throw error
    } finally {
      this.#isAppending = false
    }
  }

  async #appendNext(): Promise<void> {
    const { key, store, limits, name } = this.deps
    if (this.#feeds.get(key.id)?.fork) return this.#own.fail(forkedOneself(key.id))
    const most = await roomToWrite(this.#feeds, limits, store, name)
    if (most === 0) return this.#own.fail(overloaded(name === 'room' ? key.id : name))
    const written = await this.#own.next(most)
    if (!written) return
    const delivery = this.#newDelivery()
    try {
      delivery.include(written.unit, { entries: written.unit.entries, jumps: false })
      await store.put(name, delivery.draft.entries, delivery.draft.changed)
    } catch (error) {
      return written.fail(error)
    }
    const entries = written.unit.entries.map(({ bytes }) => bytes)
    const segment = { publicKey: undefined, previous: undefined, entries, signature: written.unit.signature }
    this.#commit(delivery, segment)
    written.settle(delivery.entries)
    invariant(this.#feeds.get(key.id)?.head === lastOf(written.unit).raw.seq, 'one feed has one writer')
    await this.#trim()
  }

  async #take({ sender, segments, asked, isGone }: Arrival): Promise<Outcome> {
    const { scope } = this.deps
    const read = readUnits(segments, { scope, sender, tailOf: (author) => this.#tailOf(author) })
    if (!read.ok)
      return { delivered: 0, gaps: new Map(), further: new Map(), contradicted: new Set(), fault: read.reason }
    const { units, gaps: unreadable } = read.value
    const delivery = this.#newDelivery(isGone, sender.id)
    for (const [author, seq] of unreadable) delivery.gaps.set(author, seq)
    const areAuthentic = await Promise.all(units.map((unit) => this.#forks.isAuthentic(unit)))
    for (const [index, unit] of units.entries()) {
      if (areAuthentic[index]) delivery.take(unit, asked?.get(unit.author))
      // Whoever knows another of its author's forks has another end of the feed.
      else if (this.#feeds.get(unit.author)?.fork) continue
      // Without the hash before it, it was taken to follow what is held, which its author may not have written.
      else if (unit.isAnchored) delivery.fault ??= 'entries that their author has not signed'
      else delivery.gaps.set(unit.author, lastOf(unit).raw.seq)
    }
    delivery.includeFollowing()
    await this.#keep(delivery)
    const { draft, gaps, contradicted, fault } = delivery
    const further = await this.#compare(delivery.doubtful, asked)
    return { delivered: draft.size, gaps, further, contradicted, fault }
  }

  async #release(isGone?: IsGone): Promise<void> {
    const delivery = this.#newDelivery(isGone)
    delivery.includeWaiting()
    await this.#keep(delivery)
  }

  /** What is to be delivered counts from here on. */
  async #keep(delivery: Delivery): Promise<void> {
    const { draft, ahead } = delivery
    for (const [author, lamport] of ahead) this.#ahead.set(author, lamport)
    if (draft.size === 0) return
    const { store } = this.deps
    await store.put(this.name, draft.entries, draft.changed, draft.abandoned)
    this.#commit(delivery, undefined)
    await this.#trim()
  }

  /** Looks for the first of the entries that is another one here. @returns from where on to ask for more to know */
  async #compare(
    units: readonly Unit[],
    asked: ReadonlyMap<PeerId, number> | undefined,
  ): Promise<ReadonlyMap<PeerId, number>> {
    const further = new Map<PeerId, number>()
    for (const author of new Set(units.map((unit) => unit.author))) {
      const theirs = units.filter((unit) => unit.author === author)
      const isFirst = theirs[0] !== undefined && firstOf(theirs[0]).raw.seq > (asked?.get(author) ?? 1)
      const found = await this.#forks.find(theirs, isFirst)
      if (found.kind === 'proof') await this.#convict(found.proof)
      if (found.kind === 'earlier') further.set(author, found.from)
    }
    return further
  }

  async #convict(proof: Uint8Array, isClaimed: (author: PeerId) => boolean = () => false): Promise<string | undefined> {
    const convicted = await this.#forks.convict(proof, isClaimed)
    if (!convicted.ok) return convicted.reason
    const verdict = convicted.value
    if (!verdict) return undefined
    this.#waiting.drop(verdict.author)
    this.#recent.forget(verdict.author)
    this.#events.emit('forked', { ...verdict, proof })
    // What refers to that which will never come waits no longer.
    await this.#release()
    return undefined
  }

  #newDelivery(isGone: IsGone = () => false, sender?: PeerId): Delivery {
    return new Delivery(this.#feeds, this.#waiting, this.#newest, isGone, sender, this.#delivery)
  }

  #commit({ draft, entries }: Delivery, written: Segment | undefined): void {
    this.#feeds.commit(draft)
    this.#recent.add(draft.entries)
    this.#newest = draft.newestAfter(this.#newest)
    const authors = new Set(draft.changed.map(({ author }) => author))
    this.#events.emit('delivered', { entries, authors, written })
  }

  /** What cannot be let go now is when more comes. */
  async #trim(): Promise<void> {
    const { limits, store, name } = this.deps
    await trim(this.#feeds, limits, store, name).catch((error: unknown) => {
      if (!(error instanceof LogStoreError)) throw error
    })
  }

  #tailOf(author: PeerId): Tail | undefined {
    const waiting = this.#waiting.tail(author)
    if (waiting) return waiting
    const feed = this.#feeds.get(author)
    return feed && { seq: feed.head, hash: feed.hash }
  }
}
