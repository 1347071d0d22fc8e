/**
 * A store that goes on in memory when the disk takes nothing any more: what is on the disk is still read, what comes is
 * held until the page is left. Whoever has to know is told once, before anything goes on. Rule ST7.
 */
import type { PeerId } from '../protocol/ids'
import { comparePositions, type Position } from './entry'
import { type LogName, type LogStore, LogStoreError, type Range, type StoredEntry, type StoredFeed } from './log-store'
import { memoryLogStore } from './memory-log-store'

export class SpillingLogStore implements LogStore {
  readonly #memory = memoryLogStore()
  /** what was removed and could not be removed from the disk */
  readonly #hidden = new Map<LogName, readonly Range[]>()
  #spilled: Promise<void> | undefined
  #isMute = false
  #closed = false

  /**
   * @param onSpill told why; what is to be kept in memory waits for it. Where it fails, the key is not given up: then this
   *   peer says nothing more, since it would be said once more otherwise, and what others say is kept
   * @param self whose entries are not taken then
   */
  constructor(
    private readonly disk: LogStore,
    private readonly onSpill: (why: string) => Promise<void>,
    private readonly self?: PeerId,
  ) {}

  get isDurable(): boolean {
    return this.disk.isDurable && !this.#spilled
  }

  async list(): Promise<readonly LogName[]> {
    const logs = await Promise.all([this.#try((disk) => disk.list()), this.#memory.list()])
    return [...new Set(logs.flatMap((names) => names ?? []))]
  }

  async feeds(log: LogName): Promise<readonly StoredFeed[]> {
    const feeds = await Promise.all([this.#try((disk) => disk.feeds(log)), this.#memory.feeds(log)])
    return [...new Map(feeds.flatMap((some) => some ?? []).map((feed) => [feed.author, feed])).values()]
  }

  async put(
    log: LogName,
    entries: readonly StoredEntry[],
    feeds: readonly StoredFeed[],
    removed: readonly Range[] = [],
  ): Promise<void> {
    if (!this.#spilled && (await this.#try((disk) => disk.put(log, entries, feeds, removed).then(() => true)))) return
    if (this.#isMute && entries.some(({ author }) => author === this.self))
      throw new LogStoreError('full', 'The disk takes nothing more, and the key that it has cannot be given up.')
    if (removed.length > 0) this.#hidden.set(log, [...(this.#hidden.get(log) ?? []), ...removed])
    await this.#memory.put(log, entries, feeds, removed)
  }

  async read(log: LogName, range: Range, maxBytes: number): Promise<readonly StoredEntry[]> {
    const kept = await this.#try((disk) => disk.read(log, range, maxBytes))
    const left = (kept ?? []).filter((entry) => !this.#isHidden(log, entry))
    return left.length > 0 ? left : this.#memory.read(log, range, maxBytes)
  }

  async readBefore(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return (await this.#merge(log, count, (store, most) => store.readBefore(log, position, most))).slice(-count)
  }

  async readAfter(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return (await this.#merge(log, count, (store, most) => store.readAfter(log, position, most))).slice(0, count)
  }

  async remove(log: LogName, ranges: readonly Range[], feeds: readonly StoredFeed[]): Promise<void> {
    const isRemoved = await this.#try((disk) => disk.remove(log, ranges, feeds).then(() => true))
    if (!isRemoved) this.#hidden.set(log, [...(this.#hidden.get(log) ?? []), ...ranges])
    if (isRemoved && !this.#spilled) return
    await this.#memory.remove(log, ranges, feeds)
  }

  close(): void {
    this.#closed = true
    this.disk.close()
    this.#memory.close()
  }

  async #merge(
    log: LogName,
    count: number,
    read: (store: LogStore, most: number) => Promise<readonly StoredEntry[]>,
  ): Promise<StoredEntry[]> {
    const hidden = (this.#hidden.get(log) ?? []).reduce((sum, { from, to }) => sum + to - from + 1, 0)
    const kept = ((await this.#try((disk) => read(disk, count + hidden))) ?? []).filter(
      (entry) => !this.#isHidden(log, entry),
    )
    if (!this.#spilled) return kept
    return [...kept, ...(await read(this.#memory, count))].sort(comparePositions)
  }

  #isHidden(log: LogName, { author, seq }: StoredEntry): boolean {
    return (
      this.#hidden.get(log)?.some((range) => range.author === author && range.from <= seq && seq <= range.to) ?? false
    )
  }

  /** @returns undefined when the disk fails, which from then on is not relied on */
  async #try<T>(use: (disk: LogStore) => Promise<T>): Promise<T | undefined> {
    try {
      return await use(this.disk)
    } catch (error) {
      if (!(error instanceof LogStoreError) || this.#closed) throw error
      this.#spilled ??= this.onSpill(error.message).catch(() => {
        this.#isMute = true
      })
      await this.#spilled
      return undefined
    }
  }
}
