/**
 * Those who wrote two feeds under one key: finds where what is held and what somebody else holds part, and takes out what
 * comes after. Rules LG8, LG9.
 */
import type { Signatures } from '../identity/signatures'
import type { PeerId } from '../protocol/ids'
import { ENTRIES_FRAME_BYTES, MAX_FRAME_BYTES, MAX_SEGMENT_ENTRIES } from '../protocol/limits'
import type { Result } from '../protocol/result'
import { sameBytes } from './bytes'
import type { EntryId } from './entry'
import { digestEntry } from './entry-codec'
import { emptyFeed, type Feeds } from './feeds'
import { type Branch, encodeProof, type Fork, isStricter, readProof } from './fork-proof'
import { entryIdIn, type LogScope } from './log-scope'
import type { LogName, LogStore, StoredEntry, StoredFeed } from './log-store'
import { type ChainedEntry, firstOf, type Unit } from './runs'

interface ForksDeps {
  readonly name: LogName
  readonly scope: LogScope
  readonly store: LogStore
  readonly signatures: Signatures
  readonly feeds: Feeds
}

/** What both have before they part, and what one signature covers here from there on. */
const MAX_COMPARED_BYTES = 2 * MAX_FRAME_BYTES

type Found =
  /** they are the same */
  | { readonly kind: 'none' }
  | { readonly kind: 'proof'; readonly proof: Uint8Array }
  /** they differ from their first entry on: what comes before it is needed */
  | { readonly kind: 'earlier'; readonly from: number }

export interface Verdict {
  readonly author: PeerId
  readonly removed: readonly EntryId[]
}

export class Forks {
  readonly #known = new Map<Uint8Array, Fork>()

  constructor(private readonly deps: ForksDeps) {}

  read(proof: Uint8Array): Promise<Result<Fork>> {
    return readProof(proof, this.deps.scope, this.deps.signatures)
  }

  /** What is known of an author's fork, if it forked. */
  async of(author: PeerId): Promise<Fork | undefined> {
    const proof = this.deps.feeds.get(author)?.fork?.proof
    if (!proof) return undefined
    const known = this.#known.get(proof)
    if (known) return known
    const read = await this.read(proof)
    if (!read.ok) return undefined
    this.#known.set(proof, read.value)
    return read.value
  }

  /**
   * Compares a signed unit with what is held under the same numbers.
   * @param isFirst whether whoever brought it holds nothing before it
   */
  async find(unit: Unit, isFirst: boolean): Promise<Found> {
    const { store, name, feeds } = this.deps
    const feed = feeds.get(unit.author)
    if (!feed) return { kind: 'none' }
    const { raw: first } = firstOf(unit)
    const range = { author: unit.author, from: Math.max(first.seq, feed.floor), to: feed.head }
    const held = range.from > range.to ? [] : await store.read(name, range, MAX_COMPARED_BYTES)
    const start = unit.entries.findIndex((entry) => this.#differs(entry, held, range.from))
    const other = unit.entries[start]
    const own = held[(other?.raw.seq ?? 0) - range.from]
    const isEarliest = other?.raw.seq === feed.floor || (isFirst && start === 0)
    if (other && own && (isEarliest || sameBytes(other.raw.previous, own.previous))) {
      const end = held.findIndex(({ seq, signature }) => seq >= own.seq && signature !== undefined)
      const signature = held[end]?.signature
      if (!signature) return { kind: 'none' }
      const ours = held.slice(own.seq - range.from, end + 1).map(({ bytes }) => digestEntry(bytes))
      const theirs = unit.entries.slice(start).map(({ bytes }) => digestEntry(bytes))
      const branches: readonly [Branch, Branch] = [
        { previous: own.previous, digests: ours, signature },
        { previous: other.raw.previous, digests: theirs, signature: unit.signature },
      ]
      return { kind: 'proof', proof: encodeProof(unit.publicKey, other.raw.seq, ...branches) }
    }
    const follows = first.seq === feed.head + 1 && sameBytes(first.previous, feed.hash)
    if ((start < 0 && first.seq <= feed.head) || follows || first.seq > feed.head + 1) return { kind: 'none' }
    const from = Math.max(feed.floor, first.seq - MAX_SEGMENT_ENTRIES)
    return from < first.seq ? { kind: 'earlier', from } : { kind: 'none' }
  }

  /** Takes out what a proof, which holds, takes out. @returns undefined when it is out already */
  async convict(proof: Uint8Array): Promise<Verdict | undefined> {
    const { feeds, store, name, scope } = this.deps
    const read = await this.read(proof)
    if (!read.ok) return undefined
    const fork = read.value
    const { author } = fork
    const before = await this.of(author)
    if (before && !isStricter(fork, before)) return undefined
    const feed = feeds.get(author) ?? emptyFeed(author, fork.publicKey)
    const kept = await this.#keep(feed, fork)
    const from = Math.max(kept.head + 1, feed.floor)
    const removed: EntryId[] = []
    for (let seq = from; seq <= feed.head; seq++) removed.push(entryIdIn(scope, { author, seq }))
    const changed = { ...kept, fork: { seq: fork.seq, proof } }
    await store.remove(name, removed.length > 0 ? [{ author, from, to: feed.head }] : [], [changed])
    feeds.set(changed)
    this.#known.set(proof, fork)
    return { author, removed }
  }

  /** What is left of a feed: the entries before the fork, when they are those that the proof means. */
  async #keep(feed: StoredFeed, { seq, previous, publicKey }: Fork): Promise<StoredFeed> {
    const { author } = feed
    const nothing = { ...emptyFeed(author, publicKey), name: feed.name, acknowledged: feed.acknowledged }
    if (feed.head < seq - 1) return feed
    if (feed.head === seq - 1) return sameBytes(feed.hash, previous) ? feed : nothing
    if (feed.floor > seq) return nothing
    const { store, name } = this.deps
    const [last, first] = await this.#around(feed, seq)
    if (!first || !sameBytes(first.previous, previous)) return nothing
    let bytes = feed.bytes
    for (let next = seq; next <= feed.head; ) {
      const piece = await store.read(name, { author, from: next, to: feed.head }, 4 * ENTRIES_FRAME_BYTES)
      if (piece.length === 0) break
      bytes -= piece.reduce((sum, entry) => sum + entry.bytes.length, 0)
      next += piece.length
    }
    return { ...feed, head: seq - 1, hash: previous, lamport: last?.lamport ?? 0, bytes }
  }

  /** @returns the entries with the numbers before `seq` and at it, as far as they are held */
  async #around({ author, floor }: StoredFeed, seq: number): Promise<readonly (StoredEntry | undefined)[]> {
    const from = Math.max(floor, seq - 1)
    const entries = await this.deps.store.read(this.deps.name, { author, from, to: seq }, 2 * MAX_FRAME_BYTES)
    return [seq - 1, seq].map((wanted) => entries.find((entry) => entry.seq === wanted))
  }

  #differs({ raw, bytes }: ChainedEntry, held: readonly StoredEntry[], from: number): boolean {
    const own = held[raw.seq - from]
    return own !== undefined && !(sameBytes(own.bytes, bytes) && sameBytes(own.previous, raw.previous))
  }
}
