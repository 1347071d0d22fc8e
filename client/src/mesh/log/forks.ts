/**
 * Those who wrote two feeds under one key: finds where what is held and what somebody else holds part, and takes out what
 * comes after. Rules LG8, LG9.
 */
import type { Signatures } from '../identity/signatures'
import type { PeerId } from '../protocol/ids'
import { ENTRIES_FRAME_BYTES, MAX_FEEDS, MAX_FRAME_BYTES, MAX_SEGMENT_ENTRIES } from '../protocol/limits'
import { bad, ok, type Result } from '../protocol/result'
import { sameBytes } from './bytes'
import type { EntryId } from './entry'
import { digestEntry } from './entry-codec'
import { emptyFeed, type Feeds } from './feeds'
import { type Branch, checkAccusation, decodeProof, encodeProof, type Fork, isStricter } from './fork-proof'
import { entryIdIn, isAuthorIn, type LogScope } from './log-scope'
import type { LogName, LogStore, StoredEntry, StoredFeed } from './log-store'
import { type ChainedEntry, firstOf, follows, isUnitSigned, lastOf, type Unit } from './runs'

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
  readonly #known = new WeakMap<Uint8Array, Fork>()

  constructor(private readonly deps: ForksDeps) {}

  /** What is known of an author's fork, if it forked: its proof was checked before it was kept. */
  of(author: PeerId): Fork | undefined {
    const proof = this.deps.feeds.get(author)?.fork?.proof
    if (!proof) return undefined
    const known = this.#known.get(proof)
    if (known) return known
    const decoded = decodeProof(proof)
    if (!decoded.ok) return undefined
    this.#known.set(proof, decoded.value.fork)
    return decoded.value.fork
  }

  /** The end of a feed that forked is not signed by itself: what is known of the fork stands for it. */
  async isAuthentic(unit: Unit): Promise<boolean> {
    const fork = this.of(unit.author)
    const { raw, hash } = lastOf(unit)
    if (fork && raw.seq === fork.seq - 1) return sameBytes(hash, fork.previous)
    if (fork && firstOf(unit).raw.seq >= fork.seq) return false
    return isUnitSigned(unit, this.deps.signatures)
  }

  /**
   * Compares signed units of one author, in order, with what is held under the same numbers.
   * @param isFirst whether whoever brought them holds nothing before the first
   */
  async find(units: readonly Unit[], isFirst: boolean): Promise<Found> {
    const [{ author } = { author: undefined }] = units
    const feed = author && this.deps.feeds.get(author)
    const others = feed ? await this.#withoutHeld(units, feed) : []
    const [first] = others
    const last = others.at(-1)
    if (!feed || !first || !last) return { kind: 'none' }
    // What one signature covers here ends no later.
    const to = Math.min(feed.head, lastOf(last).raw.seq + MAX_SEGMENT_ENTRIES)
    const range = { author: feed.author, from: Math.max(firstOf(first).raw.seq, feed.floor), to }
    const { store, name } = this.deps
    const held = range.from > range.to ? [] : await store.read(name, range, MAX_COMPARED_BYTES)
    for (const unit of others) {
      const found = this.#compare(unit, isFirst && unit === units[0], feed, held)
      if (found.kind !== 'none') return found
    }
    return { kind: 'none' }
  }

  /** What is not known to be the same: one hash stands for all that comes before it. */
  async #withoutHeld(units: readonly Unit[], feed: StoredFeed): Promise<readonly Unit[]> {
    const last = units.at(-1)
    if (!last || !(await this.#isHeld(lastOf(last), feed))) return units
    let count = units.length - 1
    for (let next = last; count > 0; count--) {
      const unit = units[count - 1]
      if (!unit || !follows(next, { seq: lastOf(unit).raw.seq, hash: lastOf(unit).hash })) break
      next = unit
    }
    return units.slice(0, count)
  }

  /** Whether the same entry is held: its hash is in the next one, or that of the feed. */
  async #isHeld({ raw: { seq }, hash }: ChainedEntry, { author, head, hash: end }: StoredFeed): Promise<boolean> {
    if (seq >= head) return seq === head && sameBytes(hash, end)
    const [next] = await this.deps.store.read(this.deps.name, { author, from: seq + 1, to: seq + 1 }, 1)
    return next !== undefined && sameBytes(next.previous, hash)
  }

  #compare(unit: Unit, isFirst: boolean, feed: StoredFeed, held: readonly StoredEntry[]): Found {
    const { raw: first } = firstOf(unit)
    const base = held[0]?.seq ?? 0
    const start = unit.entries.findIndex((entry) => this.#differs(entry, held, base))
    const other = unit.entries[start]
    const own = held[(other?.raw.seq ?? 0) - base]
    const isEarliest = other?.raw.seq === feed.floor || (isFirst && start === 0)
    if (other && own && (isEarliest || sameBytes(other.raw.previous, own.previous))) {
      const end = held.findIndex(({ seq, signature }) => seq >= own.seq && signature !== undefined)
      const signature = held[end]?.signature
      if (!signature) return { kind: 'none' }
      const ours = held.slice(own.seq - base, end + 1).map(({ bytes }) => digestEntry(bytes))
      const theirs = unit.entries.slice(start).map(({ bytes }) => digestEntry(bytes))
      const branches: readonly [Branch, Branch] = [
        { previous: own.previous, digests: ours, signature },
        { previous: other.raw.previous, digests: theirs, signature: unit.signature },
      ]
      return { kind: 'proof', proof: encodeProof(unit.publicKey, other.raw.seq, ...branches) }
    }
    const isBehind = first.seq === feed.head + 1 && sameBytes(first.previous, feed.hash)
    if ((start < 0 && first.seq <= feed.head) || isBehind || first.seq > feed.head + 1) return { kind: 'none' }
    const from = Math.max(feed.floor, first.seq - MAX_SEGMENT_ENTRIES)
    return from < first.seq ? { kind: 'earlier', from } : { kind: 'none' }
  }

  /**
   * Takes out what a proof takes out, if it holds. What would change nothing is not checked.
   * @param isClaimed whether somebody says to hold entries of that author
   * @returns undefined when nothing is to be taken out
   */
  async convict(proof: Uint8Array, isClaimed: (author: PeerId) => boolean): Promise<Result<Verdict | undefined>> {
    const { feeds, store, name, scope, signatures } = this.deps
    const decoded = decodeProof(proof)
    if (!decoded.ok) return decoded
    const { fork } = decoded.value
    const { author } = fork
    if (!isAuthorIn(scope, author)) return bad('a proof against somebody who does not share the log')
    const before = this.of(author)
    if (before && !isStricter(fork, before)) return ok(undefined)
    // Keys cost nothing: who is nobody here needs no proof, and it is found out again where it matters.
    if (!feeds.get(author) && (feeds.size >= MAX_FEEDS || !isClaimed(author))) return ok(undefined)
    const checked = await checkAccusation(decoded.value, scope, signatures)
    if (!checked.ok) return checked
    const feed = feeds.get(author) ?? emptyFeed(author, fork.publicKey)
    const kept = await this.#keep(feed, fork)
    const from = Math.max(kept.head + 1, feed.floor)
    const removed: EntryId[] = []
    for (let seq = from; seq <= feed.head; seq++) removed.push(entryIdIn(scope, { author, seq }))
    const changed = { ...kept, fork: { seq: fork.seq, proof } }
    await store.remove(name, removed.length > 0 ? [{ author, from, to: feed.head }] : [], [changed])
    feeds.set(changed)
    this.#known.set(proof, fork)
    return ok({ author, removed })
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
