/**
 * What somebody is sent who wants entries: whole units, in the order of the log, so that what is referred to comes first.
 * Rules LM3, LG6.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_ANSWERED_ENTRIES, MAX_SEGMENTS } from '../protocol/limits'
import type { Segment } from '../protocol/log-messages'
import { comparePositions, type Position } from './entry'
import type { Feeds } from './feeds'
import type { Range, StoredEntry } from './log-store'
import { SortedList } from './sorted-list'

interface Wanted {
  readonly author: PeerId
  readonly from: number
}

const NO_SIGNATURE = new Uint8Array(64)

/** What is read of one of many feeds at once, at least: less would take more looks at the disk, and of more most is read in vain. */
const PIECE_BYTES = 1024
const PIECE_ENTRIES = 16

/** Reads one feed on, a piece at a time. */
class FeedReader {
  #next: number
  #buffer: StoredEntry[] = []
  #before: StoredEntry | undefined

  constructor(
    private readonly publicKey: Uint8Array | undefined,
    from: number,
    private readonly head: number,
    private readonly read: (from: number) => Promise<readonly StoredEntry[]>,
  ) {
    this.#next = from
  }

  /** The entry that comes next. */
  async peek(): Promise<StoredEntry | undefined> {
    if (this.#buffer.length === 0) await this.#fill()
    return this.#buffer[0]
  }

  /** The next entries up to one that is signed, or up to the end. */
  async take(): Promise<Segment | undefined> {
    let end = this.#findSigned()
    while (end < 0 && (await this.#fill())) end = this.#findSigned()
    const taken = this.#buffer.splice(0, end < 0 ? this.#buffer.length : end + 1)
    const [first] = taken
    if (!first) return undefined
    const isFirst = this.#before === undefined
    this.#before = taken.at(-1)
    return {
      publicKey: this.publicKey,
      previous: isFirst ? first.previous : undefined,
      entries: taken.map(({ bytes }) => bytes),
      // The end of a feed that forked has none of its own: the proof of the fork stands for it.
      signature: this.#before?.signature ?? NO_SIGNATURE,
    }
  }

  #findSigned(): number {
    return this.#buffer.findIndex(({ signature }) => signature !== undefined)
  }

  async #fill(): Promise<boolean> {
    if (this.#next > this.head) return false
    const entries = await this.read(this.#next)
    const hole = entries.findIndex(({ seq }, index) => seq !== this.#next + index)
    // What stands behind a hole does not follow what stands before it, and whoever got it would take that for forged.
    const following = hole < 0 ? entries : entries.slice(0, hole)
    this.#next += following.length
    this.#buffer.push(...following)
    return following.length > 0
  }
}

/** @returns segments with about `budget` bytes of entries, one at least if there is any, and no more than can be read again */
export async function answer(
  wanted: readonly Wanted[],
  budget: number,
  deps: {
    readonly self: PeerId
    readonly feeds: Feeds
    /** see LogStore.read */
    readonly read: (range: Range, maxBytes: number) => Promise<readonly StoredEntry[]>
  },
): Promise<readonly Segment[]> {
  const { self, feeds } = deps
  const share = (all: number) => Math.ceil(all / Math.max(1, wanted.length))
  const piece = {
    bytes: Math.max(PIECE_BYTES, share(budget)),
    entries: Math.max(PIECE_ENTRIES, share(MAX_ANSWERED_ENTRIES)),
  }
  // Each reader stands at its next entry: to find the first of hundreds costs no more than a few comparisons.
  const nexts = new SortedList<Position, Position & { readonly reader: FeedReader }>(comparePositions)
  const look = async (reader: FeedReader) => {
    const next = await reader.peek()
    if (next) nexts.put({ lamport: next.lamport, author: next.author, seq: next.seq, reader })
  }
  for (const { author, from } of wanted) {
    const feed = feeds.get(author)
    if (!feed || from > feed.head) continue
    const read = (next: number) =>
      deps.read({ author, from: next, to: Math.min(feed.head, next + piece.entries - 1) }, piece.bytes)
    const publicKey = author === self ? undefined : feed.publicKey
    await look(new FeedReader(publicKey, Math.max(from, feed.floor), feed.head, read))
  }
  const segments: Segment[] = []
  let size = 0
  let count = 0
  while (size < budget && segments.length < MAX_SEGMENTS) {
    const [next] = nexts.after(undefined, 1)
    if (!next) break
    const segment = await next.reader.take()
    nexts.removeBetween(next, next)
    if (!segment) continue
    size += segment.entries.reduce((sum, { length }) => sum + length, 0)
    count += segment.entries.length
    // One that alone is larger goes alone.
    if (segments.length > 0 && (size > budget || count > MAX_ANSWERED_ENTRIES)) break
    segments.push(segment)
    await look(next.reader)
  }
  return segments
}

/** @returns how many entries of an answer go without a key, since the sender is their author */
export const countOwn = (segments: readonly Segment[]): number =>
  segments.reduce((count, { publicKey, entries }) => (publicKey ? count : count + entries.length), 0)
