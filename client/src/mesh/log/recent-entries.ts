/** The entries that were stored last, kept in memory as well: most of what others want is a few moments old. */
import type { PeerId } from '../protocol/ids'
import { RECENT_BYTES } from '../protocol/limits'
import type { Range, StoredEntry } from './log-store'

/** Bytes that an entry takes here besides its own. */
const OVERHEAD = 300

export class RecentEntries {
  readonly #feeds = new Map<PeerId, Map<number, StoredEntry>>()
  /** the same entries, oldest first */
  #queue: StoredEntry[] = []
  #dropped = 0
  #bytes = 0

  add(entries: readonly StoredEntry[]): void {
    for (const entry of entries) {
      const feed = this.#feeds.get(entry.author) ?? new Map<number, StoredEntry>()
      this.#feeds.set(entry.author, feed.set(entry.seq, entry))
      this.#queue.push(entry)
      this.#bytes += entry.bytes.length + OVERHEAD
    }
    while (this.#bytes > RECENT_BYTES) this.#dropOldest()
    if (this.#dropped < this.#queue.length / 2) return
    this.#queue = this.#queue.slice(this.#dropped)
    this.#dropped = 0
  }

  /** As LogStore.read does; undefined when the first of them is not here. */
  read({ author, from, to }: Range, maxBytes: number): readonly StoredEntry[] | undefined {
    const feed = this.#feeds.get(author)
    if (!feed?.has(from)) return undefined
    const entries: StoredEntry[] = []
    let size = 0
    for (let seq = from; seq <= to; seq++) {
      const entry = feed.get(seq)
      size += entry?.bytes.length ?? 0
      if (!entry || (entries.length > 0 && size > maxBytes)) break
      entries.push(entry)
    }
    return entries
  }

  /** What of an author's is taken out of the log. */
  forget(author: PeerId): void {
    this.#feeds.delete(author)
  }

  #dropOldest(): void {
    const oldest = this.#queue[this.#dropped]
    if (!oldest) return
    this.#dropped += 1
    this.#bytes -= oldest.bytes.length + OVERHEAD
    const feed = this.#feeds.get(oldest.author)
    if (feed?.get(oldest.seq) === oldest) feed.delete(oldest.seq)
    if (feed?.size === 0) this.#feeds.delete(oldest.author)
  }
}
