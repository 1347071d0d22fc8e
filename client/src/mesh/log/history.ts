/** What a log holds, read a page at a time as applications see it. Rules LG3, LG12. */
import { type DeliveryDeps, describe } from './delivery'
import type { Entry, Position } from './entry'
import { decodeEntry } from './entry-codec'
import type { Feeds } from './feeds'
import type { LogName, LogStore, StoredEntry } from './log-store'

export interface HistoryPage {
  /** oldest first */
  readonly entries: readonly Entry[]
  /** whether there are older ones */
  readonly more: boolean
  /** on the oldest page: false when older ones were written that are not held here any more */
  readonly complete: boolean
}

interface HistoryDeps extends Omit<DeliveryDeps, 'clock'> {
  readonly name: LogName
  readonly store: LogStore
  readonly feeds: Feeds
}

export class History {
  constructor(private readonly deps: HistoryDeps) {}

  /** @returns the newest `limit` entries before `before` */
  async page(before: Position | undefined, limit: number): Promise<HistoryPage> {
    const { store, name, feeds } = this.deps
    const stored = await store.readBefore(name, before, limit + 1)
    const more = stored.length > limit
    const page = more ? stored.slice(1) : stored
    const entries = page.flatMap((entry) => this.#read(entry) ?? [])
    if (entries.length === 0 && more) return this.page(page[0], limit)
    return { entries, more, complete: more || feeds.isComplete }
  }

  /** @returns undefined for what a disk has damaged */
  #read(stored: StoredEntry): Entry | undefined {
    const raw = decodeEntry(stored.bytes, stored)
    if (!raw.ok) return undefined
    const content = this.deps.decode(raw.value)
    const { name } = this.deps.feeds.get(stored.author) ?? {}
    return describe(raw.value, { content, late: stored.late }, name, this.deps)
  }
}
