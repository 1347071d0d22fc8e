/**
 * What a log holds, in numbers: one state for each feed, how much there is in all, the greatest Lamport time, and which
 * entries nobody has followed yet. The entries themselves are the store's. Rules LG1, LG3, LG7.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_PARENTS } from '../protocol/limits'
import { HASH_BYTES, type HeldFeed, SHORT_HASH_BYTES } from '../protocol/log-messages'
import { comparePositions, type Position } from './entry'
import type { Parent, RawEntry } from './entry-codec'
import type { Range, StoredEntry, StoredFeed } from './log-store'

export const NO_HASH = new Uint8Array(HASH_BYTES)

export const emptyFeed = (author: PeerId, publicKey: Uint8Array): StoredFeed => ({
  author,
  publicKey,
  floor: 1,
  head: 0,
  lamport: 0,
  hash: NO_HASH,
  bytes: 0,
  name: undefined,
  acknowledged: 0,
  fork: undefined,
})

/** How many of the newest heads a log that was just opened takes for those that nobody has followed. */
const ASSUMED_FRONTIER = 2 * MAX_PARENTS

export class Feeds {
  readonly #feeds: Map<PeerId, StoredFeed>
  /** The heads that no delivered entry names, with their Lamport times. */
  readonly #frontier = new Map<PeerId, { readonly seq: number; readonly lamport: number }>()
  #lamport = 0
  #count = 0
  #bytes = 0

  constructor(stored: readonly StoredFeed[]) {
    this.#feeds = new Map(stored.map((feed) => [feed.author, feed]))
    for (const feed of stored) this.#add(feed, 1)
    const newest = stored.filter(({ head }) => head > 0).sort((a, b) => b.lamport - a.lamport)
    for (const { author, head, lamport } of newest.slice(0, ASSUMED_FRONTIER))
      this.#frontier.set(author, { seq: head, lamport })
  }

  get all(): readonly StoredFeed[] {
    return [...this.#feeds.values()]
  }

  get size(): number {
    return this.#feeds.size
  }

  /** the greatest Lamport time of all entries that were ever delivered here */
  get lamport(): number {
    return this.#lamport
  }

  /** entries held */
  get count(): number {
    return this.#count
  }

  /** bytes of the entries held */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether everything that was ever written, as far as known here, is held. */
  get isComplete(): boolean {
    return this.all.every(({ floor }) => floor === 1)
  }

  get(author: PeerId): StoredFeed | undefined {
    return this.#feeds.get(author)
  }

  /** What others are told. */
  held(author: PeerId): HeldFeed | undefined {
    const feed = this.#feeds.get(author)
    if (!feed || feed.head === 0) return undefined
    return { author, floor: feed.floor, head: feed.head, hash: feed.hash.subarray(0, SHORT_HASH_BYTES) }
  }

  /** What the next entry of `author` follows: the newest that nobody has followed, and so its Lamport time. */
  next(author: PeerId): { readonly parents: readonly Parent[]; readonly lamport: number } {
    const newest = [...this.#frontier]
      .filter(([other]) => other !== author)
      .sort(([, a], [, b]) => b.lamport - a.lamport)
      .slice(0, MAX_PARENTS)
    // Behind what was taken out as well, since people have read it.
    return { parents: newest.map(([other, { seq }]) => ({ author: other, seq })), lamport: this.#lamport + 1 }
  }

  commit(draft: Draft): void {
    for (const feed of draft.changed) this.set(feed)
    for (const raw of draft.delivered) this.#advance(raw)
  }

  set(feed: StoredFeed): void {
    const before = this.#feeds.get(feed.author)
    if (before) this.#add(before, -1)
    this.#add(feed, 1)
    this.#feeds.set(feed.author, feed)
    const open = this.#frontier.get(feed.author)
    if (open && open.seq > feed.head) this.#frontier.delete(feed.author)
  }

  #add({ floor, head, bytes, lamport }: StoredFeed, sign: 1 | -1): void {
    this.#count += sign * (head - floor + 1)
    this.#bytes += sign * bytes
    this.#lamport = Math.max(this.#lamport, lamport)
  }

  #advance({ author, seq, lamport, parents }: RawEntry): void {
    for (const parent of parents) {
      const open = this.#frontier.get(parent.author)
      if (open && open.seq <= parent.seq) this.#frontier.delete(parent.author)
    }
    if ((this.#feeds.get(author)?.head ?? 0) >= seq) this.#frontier.set(author, { seq, lamport })
  }
}

/** What is about to be delivered together: seen by whoever comes next in it, and by nobody else until it is stored. */
export class Draft {
  readonly entries: StoredEntry[] = []
  readonly delivered: RawEntry[] = []
  /** what is held no longer, because a feed goes on behind what nobody has any more */
  readonly abandoned: Range[] = []
  readonly #changed = new Map<PeerId, StoredFeed>()
  #lamport: number

  constructor(private readonly feeds: Feeds) {
    this.#lamport = feeds.lamport
  }

  get changed(): readonly StoredFeed[] {
    return [...this.#changed.values()]
  }

  get lamport(): number {
    return this.#lamport
  }

  get size(): number {
    return this.entries.length
  }

  get(author: PeerId): StoredFeed | undefined {
    return this.#changed.get(author) ?? this.feeds.get(author)
  }

  /** Whether that many feeds and this one are known. */
  hasRoomFor(author: PeerId, limit: number): boolean {
    if (this.get(author)) return true
    const added = [...this.#changed.keys()].filter((other) => !this.feeds.get(other)).length
    return this.feeds.size + added < limit
  }

  abandon(range: Range): void {
    this.abandoned.push(range)
  }

  /** The last of all that was delivered, this included. */
  newestAfter(newest: Position | undefined): Position | undefined {
    let last = newest
    for (const raw of this.delivered) if (!last || comparePositions(raw, last) > 0) last = raw
    return last
  }

  add(feed: StoredFeed, entries: readonly StoredEntry[], delivered: readonly RawEntry[]): void {
    this.#changed.set(feed.author, feed)
    this.entries.push(...entries)
    this.delivered.push(...delivered)
    this.#lamport = Math.max(this.#lamport, feed.lamport)
  }
}
