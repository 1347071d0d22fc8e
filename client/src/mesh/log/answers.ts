/**
 * What somebody is sent who wants entries: whole units, in the order of the log, so that what is referred to comes first.
 * Rules LM3, LG6.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_SEGMENTS } from '../protocol/limits'
import type { Segment } from '../protocol/log-messages'
import { comparePositions } from './entry'
import type { Feeds } from './feeds'
import type { Range, StoredEntry } from './log-store'

interface Wanted {
  readonly author: PeerId
  readonly from: number
}

const NO_SIGNATURE = new Uint8Array(64)

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

/** @returns segments with about `budget` bytes of entries, one at least if there is any */
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
  const piece = Math.max(4096, Math.ceil(budget / Math.max(1, wanted.length)))
  const readers = wanted.flatMap(({ author, from }) => {
    const feed = feeds.get(author)
    if (!feed || from > feed.head) return []
    const start = Math.max(from, feed.floor)
    const read = (next: number) => deps.read({ author, from: next, to: feed.head }, piece)
    return [new FeedReader(author === self ? undefined : feed.publicKey, start, feed.head, read)]
  })
  const nexts = new Map<FeedReader, StoredEntry>()
  const look = async (reader: FeedReader) => {
    const next = await reader.peek()
    if (next) nexts.set(reader, next)
    else nexts.delete(reader)
  }
  for (const reader of readers) await look(reader)
  const segments: Segment[] = []
  let size = 0
  while (nexts.size > 0 && size < budget && segments.length < MAX_SEGMENTS) {
    const [reader] = [...nexts].reduce((best, other) => (comparePositions(other[1], best[1]) < 0 ? other : best))
    const segment = await reader.take()
    await look(reader)
    if (!segment) continue
    const more = segment.entries.reduce((sum, { length }) => sum + length, 0)
    // One that alone is larger goes alone.
    if (segments.length > 0 && size + more > budget) break
    segments.push(segment)
    size += more
  }
  return segments
}

/** @returns how many entries of an answer go without a key, since the sender is their author */
export const countOwn = (segments: readonly Segment[]): number =>
  segments.reduce((count, { publicKey, entries }) => (publicKey ? count : count + entries.length), 0)
