/**
 * Where logs are kept, as a port: one peer's logs in one room, that of the room and one for each person it talks with
 * alone. It keeps what it is given, and copies bytes when it is given them; what may be kept is the log's. Calls take
 * effect in their order, awaited or not. Rules ST1-ST6, held by log-store-contract.ts for every implementation.
 */
import type { PeerId } from '../protocol/ids'
import type { Position } from './entry'

/** Names a log: everyone's, or the one shared with that peer alone. */
export type LogName = 'room' | PeerId

export interface StoredEntry extends Position {
  /** hash of the author's entry before this one, 32 bytes; zeros before the first */
  readonly previous: Uint8Array
  /** the entry as it is hashed and travels; see entry-codec.ts */
  readonly bytes: Uint8Array
  /** the author's signature over this entry, and so over all before it; not every entry has one here */
  readonly signature: Uint8Array | undefined
  readonly late: boolean
}

/** What is held of one author's feed: the entries from `floor` to `head`, none when `floor` is above `head`. */
export interface StoredFeed {
  readonly author: PeerId
  readonly publicKey: Uint8Array
  readonly floor: number
  readonly head: number
  /** of the entry at `head` */
  readonly lamport: number
  /** of the entry at `head`, 32 bytes */
  readonly hash: Uint8Array
  /** of the entries held, in bytes */
  readonly bytes: number
  /** what the author was last called */
  readonly name: string | undefined
  /** in a log of two: up to where the other has this feed, as far as known */
  readonly acknowledged: number
  /** proof that the author wrote two feeds, and from which number on they differ; nothing from there on is held */
  readonly fork: { readonly seq: number; readonly proof: Uint8Array } | undefined
}

export interface Range {
  readonly author: PeerId
  /** both included */
  readonly from: number
  readonly to: number
}

export interface LogStore {
  /** whether it outlives the page */
  readonly isDurable: boolean
  /** The logs that have a feed, in no order. */
  list(): Promise<readonly LogName[]>
  /** Every feed of a log, in no order; none of a log that was never written to. */
  feeds(log: LogName): Promise<readonly StoredFeed[]>
  /**
   * Puts entries and the state of their feeds, all or nothing; resolves when that outlives the page, and a power cut when
   * there are entries of the peer's own feed. Putting one twice is safe, also among others: it is there as it was put last.
   * @param removed is taken out before they are put
   */
  put(
    log: LogName,
    entries: readonly StoredEntry[],
    feeds: readonly StoredFeed[],
    removed?: readonly Range[],
  ): Promise<void>
  /** Entries of one feed that are held, in order, from `from` up to `to`: as many as have `maxBytes` together, one at least. */
  read(log: LogName, range: Range, maxBytes: number): Promise<readonly StoredEntry[]>
  /** The newest `count` entries before `position` (of all when undefined), oldest first. */
  readBefore(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]>
  /** The oldest `count` entries after `position` (of all when undefined), oldest first. */
  readAfter(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]>
  /** Removes entries and puts the state of their feeds, all or nothing. */
  remove(log: LogName, ranges: readonly Range[], feeds: readonly StoredFeed[]): Promise<void>
  /** Closes it: what was asked before is still done, later calls reject with 'closed'. Closing twice is safe. */
  close(): void
}

export type LogStoreFault =
  /** the browser gives no database here: a private window, a setting, a sandboxed frame */
  | 'unavailable'
  /** another tab keeps it from being opened or upgraded */
  | 'blocked'
  /** what is on the disk cannot be read */
  | 'corrupt'
  /** a newer version of the app has written it */
  | 'newer'
  /** the disk, or the browser's share of it, is full */
  | 'full'
  /** it was closed here, by the browser or for another tab that removes or upgrades it; it may be opened again */
  | 'closed'

/** Every method of a LogStore, and opening one, rejects with this alone, unless we made a mistake. */
export class LogStoreError extends Error {
  override readonly name = 'LogStoreError'
  constructor(
    readonly fault: LogStoreFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
