/**
 * Logs on the browser's disk: one IndexedDB database for each peer in each room, so that tabs with keys of their own, and
 * rooms, never wait for one another. What rows look like, and whether one read back is sound, is stored-rows.ts's; waiting
 * for other tabs and what errors mean is browser-database.ts's. Rules ST1-ST6.
 */
import { type DBSchema, type IDBPDatabase, unwrap } from 'idb'
import type { PeerId, RoomId } from '../protocol/ids'
import { type Clock, systemClock } from '../runtime/clock'
import { committed, deleteDatabase, listDatabases, openDatabase, type SchemaStep, storeError } from './browser-database'
import type { Position } from './entry'
import { type LogName, type LogStore, LogStoreError, type Range, type StoredEntry, type StoredFeed } from './log-store'
import {
  type EntryRow,
  type FeedRow,
  readEntryRow,
  readFeedRow,
  readLogName,
  writeEntryRow,
  writeFeedRow,
} from './stored-rows'

export interface LogSchema extends DBSchema {
  entries: {
    key: [log: string, author: string, seq: number]
    value: EntryRow
    indexes: { position: [log: string, lamport: number, author: string, seq: number] }
  }
  feeds: { key: [log: string, author: string]; value: FeedRow }
}

/** Steps that were ever released stay as they are; a new shape is a new step. */
export const LOG_SCHEMA: readonly SchemaStep<LogSchema>[] = [
  (db) => {
    const entries = db.createObjectStore('entries', { keyPath: ['log', 'author', 'seq'] })
    entries.createIndex('position', ['log', 'lamport', 'author', 'seq'])
    db.createObjectStore('feeds', { keyPath: ['log', 'author'] })
  },
]

export interface IndexedDbLogStoreOptions {
  readonly room: RoomId
  readonly self: PeerId
  readonly clock?: Clock
  /** other than those of this version only in tests */
  readonly steps?: readonly SchemaStep<LogSchema>[]
}

const PREFIX = 'starling:'
const roomPrefix = (room: RoomId): string => `${PREFIX}${room}:`
export const databaseName = (room: RoomId, self: PeerId): string => roomPrefix(room) + self

/** @throws LogStoreError */
export async function openIndexedDbLogStore(options: IndexedDbLogStoreOptions): Promise<LogStore> {
  const { room, self, clock = systemClock, steps = LOG_SCHEMA } = options
  const db = await openDatabase({ name: databaseName(room, self), steps, clock })
  const hasAll = db.objectStoreNames.contains('entries') && db.objectStoreNames.contains('feeds')
  if (hasAll) return new IndexedDbLogStore(db)
  db.close()
  throw new LogStoreError(
    'corrupt',
    'What the browser kept of this room is damaged: parts of its database are missing.',
  )
}

export interface ForgetOptions {
  /** whoever this browser is known to have been there: all that can be found where browsers do not list databases */
  readonly selves?: readonly PeerId[]
  readonly clock?: Clock
}

/**
 * Removes all that this browser keeps of a room's logs, of every peer that it was there. Stores that are open are closed,
 * in other tabs too.
 * @throws LogStoreError 'blocked' when a tab does not let go of one; the others are removed, and that one when it does
 */
export async function forgetLogs(
  room: RoomId,
  { selves = [], clock = systemClock }: ForgetOptions = {},
): Promise<void> {
  const listed = (await listDatabases())?.filter((name) => name.startsWith(roomPrefix(room)))
  const names = listed ?? selves.map((self) => databaseName(room, self))
  const outcomes = await Promise.allSettled(names.map((name) => deleteDatabase(name, clock)))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

const WRITE: IDBTransactionOptions = { durability: 'strict' }

/** Greater than anything that a key of this log goes on with: arrays come after numbers and strings. */
const END: never[] = []

/** Greater than any author. */
const LAST = '\uffff'

class IndexedDbLogStore implements LogStore {
  readonly isDurable = true

  constructor(private readonly db: IDBPDatabase<LogSchema>) {}

  list(): Promise<readonly LogName[]> {
    return this.#attempt(async () => {
      const logs: LogName[] = []
      const { store } = this.#reading('feeds')
      let cursor = await store.openKeyCursor()
      while (cursor) {
        const [log] = cursor.key
        logs.push(readLogName(log))
        // From log to log, whatever the number of feeds.
        cursor = await cursor.continue([log, LAST])
      }
      return logs
    })
  }

  feeds(log: LogName): Promise<readonly StoredFeed[]> {
    return this.#attempt(async () => (await this.#reading('feeds').store.getAll(allOf(log))).map(readFeedRow))
  }

  put(log: LogName, entries: readonly StoredEntry[], feeds: readonly StoredFeed[]): Promise<void> {
    return this.#write((entryStore, feedStore) => {
      for (const entry of entries) entryStore.put(writeEntryRow(log, entry))
      for (const feed of feeds) feedStore.put(writeFeedRow(log, feed))
    })
  }

  read(log: LogName, { author, from, to }: Range, maxBytes: number): Promise<readonly StoredEntry[]> {
    return this.#attempt(async () => {
      if (from > to) return []
      const range = IDBKeyRange.bound([log, author, from], [log, author, to])
      const entries: StoredEntry[] = []
      let left = maxBytes
      // One after the other, since an entry may be a thousand times as large as the one before it.
      let cursor = await this.#reading('entries').store.openCursor(range)
      while (cursor) {
        const entry = readEntryRow(cursor.value)
        left -= entry.bytes.length
        if (left < 0 && entries.length > 0) break
        entries.push(entry)
        cursor = await cursor.continue()
      }
      return entries
    })
  }

  readBefore(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return this.#attempt(async () => {
      if (count < 1) return []
      const index = this.#reading('entries').store.index('position')
      const end = position === undefined ? [log, END] : keyOf(log, position)
      // Browsers load many at once only forwards; so where they begin is looked for first, by keys alone.
      const cursor = await index.openKeyCursor(IDBKeyRange.bound([log], end, false, true), 'prev')
      const first = count > 1 ? await cursor?.advance(count - 1) : cursor
      const rows = await index.getAll(IDBKeyRange.bound(first?.key ?? [log], end, false, true), count)
      return rows.map(readEntryRow)
    })
  }

  readAfter(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return this.#attempt(async () => {
      if (count < 1) return []
      const start = position === undefined ? [log] : keyOf(log, position)
      const range = IDBKeyRange.bound(start, [log, END], true, true)
      return (await this.#reading('entries').store.index('position').getAll(range, count)).map(readEntryRow)
    })
  }

  remove(log: LogName, ranges: readonly Range[], feeds: readonly StoredFeed[]): Promise<void> {
    return this.#write((entryStore, feedStore) => {
      for (const { author, from, to } of ranges)
        if (from <= to) entryStore.delete(IDBKeyRange.bound([log, author, from], [log, author, to]))
      for (const feed of feeds) feedStore.put(writeFeedRow(log, feed))
    })
  }

  close(): void {
    this.db.close()
  }

  /** Transactions begin in the order of the calls, so nothing is awaited before this. */
  #reading<Name extends 'entries' | 'feeds'>(name: Name) {
    const transaction = this.db.transaction(name)
    // What fails is told by the requests.
    transaction.done.catch(() => {})
    return transaction
  }

  #write(change: (entries: IDBObjectStore, feeds: IDBObjectStore) => void): Promise<void> {
    return this.#attempt(async () => {
      // Without the library's promises, of which hundreds would be made for nobody.
      const transaction = unwrap(this.db).transaction(['entries', 'feeds'], 'readwrite', WRITE)
      const ended = committed(transaction)
      try {
        change(transaction.objectStore('entries'), transaction.objectStore('feeds'))
      } catch (error) {
        ended.catch(() => {})
        transaction.abort()
        throw error
      }
      transaction.commit()
      await ended
    })
  }

  async #attempt<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (error) {
      throw storeError(error, 'open')
    }
  }
}

const allOf = (log: LogName): IDBKeyRange => IDBKeyRange.bound([log], [log, END], false, true)

const keyOf = (log: LogName, { lamport, author, seq }: Position): LogSchema['entries']['indexes']['position'] => [
  log,
  lamport,
  author,
  seq,
]
