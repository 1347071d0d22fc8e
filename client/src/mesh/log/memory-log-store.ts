/**
 * Logs in memory: those of a browser that keeps nothing on its disk, and those of tests and the simulator, where a
 * MemoryDisk stands for what outlives a page and for all that can go wrong with it. Rules ST1-ST6.
 */
import type { PeerId } from '../protocol/ids'
import { comparePositions, type Position } from './entry'
import {
  type LogName,
  type LogStore,
  LogStoreError,
  type LogStoreFault,
  type Range,
  type StoredEntry,
  type StoredFeed,
} from './log-store'
import { SortedList } from './sorted-list'
import { copyEntry, copyFeed } from './stored-copies'

/** Logs that are gone with the page. */
export const memoryLogStore = (): LogStore => new MemoryLogStore(new Content(), false)

/** What one peer has on its disk of one room. Opened once more, it is as another tab sees it, or the next page. */
export class MemoryDisk {
  readonly #content = new Content()
  readonly #stores = new Set<MemoryLogStore>()
  #openingFault: LogStoreFault | undefined

  async open(): Promise<LogStore> {
    if (this.#openingFault) throw faultOf(this.#openingFault)
    const store = new MemoryLogStore(this.#content, true)
    this.#stores.add(store)
    return store
  }

  /** What opening it fails with from now on; undefined for nothing. */
  failOpening(fault: LogStoreFault | undefined): void {
    this.#openingFault = fault
  }

  /** What every write fails with from now on; undefined for nothing. */
  failWrites(fault: LogStoreFault | undefined): void {
    this.#content.writeFault = fault
  }

  /** Lets writes wait, as a slow disk does. @returns what lets them happen, in their order */
  holdWrites(): () => void {
    return this.#content.hold()
  }

  /** The power goes: writes that wait never happen, and whatever is open is of no use any more. */
  crash(): void {
    this.#content.dropWaiting()
    for (const store of this.#stores) store.close()
    this.#stores.clear()
  }

  /** Everything is removed, as by another tab. */
  forget(): void {
    this.crash()
    this.#content.logs.clear()
  }
}

type Numbered = Pick<StoredEntry, 'seq'>

interface MemoryLog {
  readonly feeds: Map<PeerId, StoredFeed>
  readonly entries: Map<PeerId, SortedList<Numbered, StoredEntry>>
  readonly order: SortedList<Position, StoredEntry>
}

/** What several stores may have open at once. */
class Content {
  readonly logs = new Map<LogName, MemoryLog>()
  writeFault: LogStoreFault | undefined
  #waiting: { readonly happen: () => void; readonly drop: () => void }[] | undefined

  /** Resolves once `change` has been made. */
  write(log: LogName, change: (content: MemoryLog) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const happen = () => {
        if (this.writeFault) return reject(faultOf(this.writeFault))
        change(this.#logOf(log))
        resolve()
      }
      if (this.#waiting) this.#waiting.push({ happen, drop: () => reject(faultOf('closed')) })
      else happen()
    })
  }

  hold(): () => void {
    const waiting = this.#waiting ?? []
    this.#waiting = waiting
    return () => {
      if (this.#waiting !== waiting) return
      this.#waiting = undefined
      for (const { happen } of waiting) happen()
    }
  }

  dropWaiting(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const { drop } of waiting) drop()
  }

  #logOf(name: LogName): MemoryLog {
    const known = this.logs.get(name)
    if (known) return known
    const log: MemoryLog = { feeds: new Map(), entries: new Map(), order: new SortedList(comparePositions) }
    this.logs.set(name, log)
    return log
  }
}

class MemoryLogStore implements LogStore {
  #isClosed = false

  constructor(
    private readonly content: Content,
    readonly isDurable: boolean,
  ) {}

  async list(): Promise<readonly LogName[]> {
    this.#check()
    return [...this.content.logs].filter(([, { feeds }]) => feeds.size > 0).map(([name]) => name)
  }

  async feeds(log: LogName): Promise<readonly StoredFeed[]> {
    return [...(this.#log(log)?.feeds.values() ?? [])].map(copyFeed)
  }

  async put(
    log: LogName,
    entries: readonly StoredEntry[],
    feeds: readonly StoredFeed[],
    removed: readonly Range[] = [],
  ): Promise<void> {
    this.#check()
    const copies = { entries: entries.map(copyEntry), feeds: feeds.map(copyFeed) }
    await this.content.write(log, (content) => {
      for (const range of removed) removeEntries(content, range)
      for (const entry of copies.entries) putEntry(content, entry)
      for (const feed of copies.feeds) content.feeds.set(feed.author, feed)
    })
  }

  async read(log: LogName, { author, from, to }: Range, maxBytes: number): Promise<readonly StoredEntry[]> {
    const feed = this.#log(log)?.entries.get(author)
    const read: StoredEntry[] = []
    let left = maxBytes
    for (const entry of feed?.between({ seq: from }, { seq: to }) ?? []) {
      left -= entry.bytes.length
      if (left < 0 && read.length > 0) break
      read.push(copyEntry(entry))
    }
    return read
  }

  async readBefore(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return this.#log(log)?.order.before(position, count).map(copyEntry) ?? []
  }

  async readAfter(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return this.#log(log)?.order.after(position, count).map(copyEntry) ?? []
  }

  async remove(log: LogName, ranges: readonly Range[], feeds: readonly StoredFeed[]): Promise<void> {
    this.#check()
    const copies = feeds.map(copyFeed)
    await this.content.write(log, (content) => {
      for (const range of ranges) removeEntries(content, range)
      for (const feed of copies) content.feeds.set(feed.author, feed)
    })
  }

  close(): void {
    this.#isClosed = true
  }

  #log(name: LogName): MemoryLog | undefined {
    this.#check()
    return this.content.logs.get(name)
  }

  #check(): void {
    if (this.#isClosed) throw faultOf('closed')
  }
}

function putEntry({ entries, order }: MemoryLog, entry: StoredEntry): void {
  const feed = entries.get(entry.author) ?? new SortedList<Numbered, StoredEntry>((a, b) => a.seq - b.seq)
  entries.set(entry.author, feed)
  const replaced = feed.put(entry)
  if (replaced && comparePositions(replaced, entry) !== 0) order.removeAll(new Set([replaced]))
  order.put(entry)
}

function removeEntries({ entries, order }: MemoryLog, { author, from, to }: Range): void {
  order.removeAll(new Set(entries.get(author)?.removeBetween({ seq: from }, { seq: to })))
}

const faultOf = (fault: LogStoreFault): LogStoreError =>
  new LogStoreError(fault, `The store in memory was told to be ${fault}, or is.`)
