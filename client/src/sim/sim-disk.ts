/**
 * What a browser keeps of one room, on a disk that takes its time, can be full, and may be left in the middle of writing
 * when the page dies. It keeps note of what is on it, so that a simulation can ask at any moment without waiting.
 */
import {
  type LogName,
  type LogStore,
  LogStoreError,
  type Range,
  type StoredEntry,
  type StoredFeed,
} from '../mesh/log/log-store'
import { memoryLogStore } from '../mesh/log/memory-log-store'
import type { PeerId } from '../mesh/protocol/ids'
import type { Clock, Millis } from '../mesh/runtime/clock'
import type { Random } from '../mesh/runtime/random'
import type { Tab } from './tab'

export interface SimDiskOptions {
  readonly clock: Clock
  readonly random: Random
  /** longest time that one reading or writing takes; without it none at all */
  readonly latency?: Millis
}

export class SimDisk {
  /** What is on it. */
  readonly content = memoryLogStore()
  isFull = false
  readonly #feeds = new Map<LogName, Map<PeerId, StoredFeed>>()

  constructor(readonly options: SimDiskOptions) {}

  /** As the page in `tab` has it open. */
  open(tab: Tab): OpenDisk {
    return new OpenDisk(this, tab)
  }

  /** The number up to which it holds an author's feed; 0 when it holds none. */
  head(log: LogName, author: PeerId): number {
    return this.#feeds.get(log)?.get(author)?.head ?? 0
  }

  /** The same of all authors. */
  heads(log: LogName): ReadonlyMap<PeerId, number> {
    return new Map([...(this.#feeds.get(log)?.values() ?? [])].map(({ author, head }) => [author, head]))
  }

  /** Whose logs of two are on it. */
  get logs(): readonly LogName[] {
    return [...this.#feeds.keys()]
  }

  note(log: LogName, feeds: readonly StoredFeed[]): void {
    const held = this.#feeds.get(log) ?? new Map<PeerId, StoredFeed>()
    for (const feed of feeds) held.set(feed.author, feed)
    this.#feeds.set(log, held)
  }
}

/** Readings and writings happen one after the other, as in one database. */
class OpenDisk implements LogStore {
  readonly isDurable = true
  /** Writings that have not happened yet, in order. */
  readonly #writing: (() => void)[] = []
  #freeAt: Millis = 0
  #isClosed = false

  constructor(
    private readonly disk: SimDisk,
    private readonly tab: Tab,
  ) {}

  list(): Promise<readonly LogName[]> {
    return this.#read((content) => content.list())
  }

  feeds(log: LogName): Promise<readonly StoredFeed[]> {
    return this.#read((content) => content.feeds(log))
  }

  read(log: LogName, range: Range, maxBytes: number): Promise<readonly StoredEntry[]> {
    return this.#read((content) => content.read(log, range, maxBytes))
  }

  readBefore(...args: Parameters<LogStore['readBefore']>): Promise<readonly StoredEntry[]> {
    return this.#read((content) => content.readBefore(...args))
  }

  readAfter(...args: Parameters<LogStore['readAfter']>): Promise<readonly StoredEntry[]> {
    return this.#read((content) => content.readAfter(...args))
  }

  put(log: LogName, entries: readonly StoredEntry[], feeds: readonly StoredFeed[]): Promise<void> {
    return this.#write((content) => {
      this.disk.note(log, feeds)
      return content.put(log, entries, feeds)
    })
  }

  remove(log: LogName, ranges: readonly Range[], feeds: readonly StoredFeed[]): Promise<void> {
    return this.#write((content) => {
      this.disk.note(log, feeds)
      return content.remove(log, ranges, feeds)
    })
  }

  close(): void {
    this.#isClosed = true
  }

  /** The page dies: of what it was writing this share gets there, the earlier first, and it learns nothing of it. */
  die(share: number): void {
    const writing = this.#writing.splice(0)
    for (const write of writing.slice(0, Math.round(share * writing.length))) write()
    this.#isClosed = true
  }

  async #read<T>(read: (content: LogStore) => Promise<T>): Promise<T> {
    this.#check()
    await this.#turn(() => {})
    return read(this.disk.content)
  }

  async #write(write: (content: LogStore) => Promise<void>): Promise<void> {
    this.#check()
    let outcome: Promise<void> | undefined
    const happen = () => {
      outcome = this.disk.isFull ? undefined : write(this.disk.content)
    }
    this.#writing.push(happen)
    await this.#turn(() => {
      // A page that has died meanwhile took it out.
      const index = this.#writing.indexOf(happen)
      if (index >= 0) this.#writing.splice(index, 1)
      if (index >= 0) happen()
    })
    if (!outcome) throw new LogStoreError('full', 'The simulated disk is full.')
    await outcome
  }

  /** Waits until it is free, does it, and tells the page, unless it is frozen or gone. */
  #turn(task: () => void): Promise<void> {
    const { clock, random, latency } = this.disk.options
    if (latency === undefined) {
      task()
      return Promise.resolve()
    }
    this.#freeAt = Math.max(this.#freeAt, clock.now()) + random.fraction() * latency
    return new Promise((done) => {
      clock.after(this.#freeAt - clock.now(), () => {
        task()
        if (this.tab.isRunning) done()
        else this.tab.after(0, done)
      })
    })
  }

  #check(): void {
    if (this.#isClosed) throw new LogStoreError('closed', 'The simulated disk was closed.')
  }
}
