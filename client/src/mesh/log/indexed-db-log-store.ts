/**
 * Logs on the browser's disk: one IndexedDB database for each peer in each room, so that tabs with keys of their own, and
 * rooms, never wait for one another. What rows look like, and whether one read back is sound, is stored-rows.ts's; waiting
 * for other tabs and what errors mean is browser-database.ts's. Rules ST1-ST6.
 */
import { type IDBPDatabase, unwrap } from 'idb'
import type { PeerId, RoomId } from '../protocol/ids'
import { type Clock, systemClock } from '../runtime/clock'
import {
  committed,
  deleteDatabase,
  hasDatabases,
  listDatabases,
  openDatabase,
  type SchemaStep,
  storeError,
  undo,
} from './browser-database'
import { comparePositions, type Position } from './entry'
import { type EndKey, LOG_SCHEMA, type LogSchema, type RunKey, type RunsToRead, type RunsToWrite } from './log-schema'
import { type LogName, type LogStore, LogStoreError, type Range, type StoredEntry, type StoredFeed } from './log-store'
import { MAX_RUN_SPAN, readRun, writeRuns } from './run-rows'
import { type RunRow, readFeedRow, readLogName, readRunRow, writeFeedRow } from './stored-rows'

export interface IndexedDbLogStoreOptions {
  readonly room: RoomId
  /** whose entries nobody else may have yet: they outlive a power cut once they are put, those of others a crash */
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
  let isRemoved = false
  const onRemoved = () => {
    isRemoved = true
  }
  const db = await openDatabase({ name: databaseName(room, self), steps, clock, onRemoved })
  const hasAll = db.objectStoreNames.contains('runs') && db.objectStoreNames.contains('feeds')
  if (hasAll) return new IndexedDbLogStore(db, self, () => isRemoved)
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
  // Nothing was ever kept here.
  if (!hasDatabases()) return
  const listed = (await listDatabases())?.filter((name) => name.startsWith(roomPrefix(room)))
  const names = listed ?? selves.map((self) => databaseName(room, self))
  const outcomes = await Promise.allSettled(names.map((name) => deleteDatabase(name, clock)))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** Greater than anything that a key of this log goes on with: arrays come after numbers and strings. */
const END: never[] = []

/** Greater than any author. */
const LAST = '\uffff'

class IndexedDbLogStore implements LogStore {
  readonly isDurable = true
  readonly #tails = new Map<string, Tail>()

  constructor(
    private readonly db: IDBPDatabase<LogSchema>,
    private readonly self: PeerId,
    private readonly isRemoved: () => boolean,
  ) {}

  list(): Promise<readonly LogName[]> {
    return this.#attempt(async () => {
      const logs: LogName[] = []
      let cursor = await this.#reading('feeds').openKeyCursor()
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
    return this.#attempt(async () => {
      const rows = await this.#reading('feeds').getAll(IDBKeyRange.bound([log], [log, END]))
      return rows.map(readFeedRow)
    })
  }

  put(
    log: LogName,
    entries: readonly StoredEntry[],
    feeds: readonly StoredFeed[],
    removed: readonly Range[] = [],
  ): Promise<void> {
    const rows = writeRuns(log, entries).map((row) => ({ row, isBehindAll: this.#tailOf(row).append(row) }))
    const durability = rows.some(({ row }) => row.author === this.self) ? 'strict' : 'relaxed'
    return this.#write(log, feeds, durability, async (runs) => {
      for (const range of removed) await cut(runs, log, range)
      for (const { row, isBehindAll } of rows) {
        if (!isBehindAll && row.first <= (await this.#tailOf(row).find(runs, row)))
          await cut(runs, log, { author: row.author, from: row.first, to: row.last })
        unheard(runs.put(row))
      }
    })
  }

  read(log: LogName, range: Range, maxBytes: number): Promise<readonly StoredEntry[]> {
    return this.#attempt(async () => {
      const entries: StoredEntry[] = []
      if (range.from > range.to) return entries
      let left = maxBytes
      // One after the other, since an entry may be a thousand times as large as the one before it.
      let cursor = await this.#reading('runs').openCursor(from(log, range.author, range.from))
      while (cursor) {
        for (const entry of readRun(cursor.value, range.from, range.to)) {
          left -= entry.bytes.length
          if (left < 0 && entries.length > 0) return entries
          entries.push(entry)
        }
        if (readRunRow(cursor.value).last >= range.to) break
        cursor = await cursor.continue()
      }
      return entries
    })
  }

  readBefore(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return this.#attempt(async () => {
      if (count < 1) return []
      const runs = this.#reading('runs')
      const found = position === undefined ? [] : await readAround(runs, log, position)
      const end = position === undefined ? [log, END] : endOf(log, position)
      await gather(runs, IDBKeyRange.bound([log], end, false, true), 'prev', count, found)
      return found.sort(comparePositions).slice(-count)
    })
  }

  readAfter(log: LogName, position: Position | undefined, count: number): Promise<readonly StoredEntry[]> {
    return this.#attempt(async () => {
      if (count < 1) return []
      const runs = this.#reading('runs')
      const found: StoredEntry[] = []
      const start = position === undefined ? [log] : endOf(log, position)
      const isAfter = (entry: Position) => position === undefined || comparePositions(entry, position) > 0
      const last = await gather(runs, IDBKeyRange.bound(start, [log, END], true), 'next', count, found, isAfter)
      // What rows that end behind these hold of what stands between these.
      if (last) found.push(...(await readAround(runs, log, { ...last, seq: last.seq + 1 })).filter(isAfter))
      return found.sort(comparePositions).slice(0, count)
    })
  }

  remove(log: LogName, ranges: readonly Range[], feeds: readonly StoredFeed[]): Promise<void> {
    return this.#write(log, feeds, 'relaxed', async (runs) => {
      for (const range of ranges) if (range.from <= range.to) await cut(runs, log, range)
    })
  }

  close(): void {
    this.db.close()
  }

  #tailOf({ log, author }: RunRow): Tail {
    const name = `${log} ${author}`
    const tail = this.#tails.get(name) ?? new Tail()
    this.#tails.set(name, tail)
    return tail
  }

  /** Transactions begin in the order of the calls, so nothing is awaited before this. */
  #reading<Name extends 'runs' | 'feeds'>(name: Name) {
    const transaction = this.db.transaction(name)
    // What fails is told by the requests.
    unheard(transaction.done)
    return transaction.store
  }

  #write(
    log: LogName,
    feeds: readonly StoredFeed[],
    durability: IDBTransactionDurability,
    change: (runs: RunsToWrite) => Promise<void>,
  ): Promise<void> {
    return this.#attempt(async () => {
      const transaction = this.db.transaction(['runs', 'feeds'], 'readwrite', { durability })
      const ended = committed(unwrap(transaction))
      unheard(transaction.done)
      try {
        const states = transaction.objectStore('feeds')
        for (const feed of feeds) unheard(states.put(writeFeedRow(log, feed)))
        await change(transaction.objectStore('runs'))
        transaction.commit()
      } catch (error) {
        undo(transaction)
        await ended.catch(() => {})
        // Why the browser has undone it, if it has.
        throw transaction.error ?? error
      }
      await ended
    })
  }

  async #attempt<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (error) {
      const told = storeError(error, 'open')
      if (told.fault !== 'closed' || !this.isRemoved()) throw told
      throw new LogStoreError('closed', 'This room was forgotten in another tab', { cause: error })
    }
  }
}

/** What comes of these is told by the transaction that they are in, or by its requests. */
function unheard(outcome: Promise<unknown>): void {
  outcome.catch(() => {})
}

/**
 * The last number of a feed that there may be a row of, so that what goes behind it, as nearly all does, is put without a
 * look at what is there. It knows what this page has put: a feed is written by one page at a time.
 */
class Tail {
  #last = 0
  #isKnown = false

  /** In the order of the calls. @returns whether it is known that there is nothing from its first number on */
  append({ first, last }: RunRow): boolean {
    const isBehindAll = this.#isKnown && first > this.#last
    this.#last = Math.max(this.#last, last)
    return isBehindAll
  }

  /** @returns the last number that there is a row of now */
  async find(runs: RunsToWrite, { log, author }: RunRow): Promise<number> {
    const cursor = await runs.openKeyCursor(from(log, author, 0), 'prev')
    const last = cursor?.key[2] ?? 0
    this.#last = Math.max(this.#last, last)
    this.#isKnown = true
    return last
  }
}

/** The rows of an author that have this number or later ones, in order. */
const from = (log: LogName, author: PeerId, seq: number): IDBKeyRange =>
  IDBKeyRange.bound([log, author, seq], [log, author, END])

const endOf = (log: LogName, { lamport, author, seq }: Position): EndKey => [log, lamport, author, seq]

/** Takes these numbers out of the rows that have them. Rows of one author have no number in common. */
async function cut(runs: RunsToWrite, log: LogName, { author, from: start, to }: Range): Promise<void> {
  const rows = await Promise.all([start, to + 1].map((seq) => runs.get(from(log, author, seq))))
  const [begun, ended] = rows.map((row) => (row === undefined ? undefined : readRunRow(row)))
  unheard(runs.delete(IDBKeyRange.bound([log, author, start], [log, author, to, END])))
  const put = (entries: readonly StoredEntry[]): void => {
    for (const row of writeRuns(log, entries)) unheard(runs.put(row))
  }
  if (begun && begun.first < start) put(readRun(begun, 0, start - 1))
  if (!ended || ended.first > to) return
  unheard(runs.delete(keyOf(ended)))
  put(readRun(ended, to + 1))
}

const keyOf = ({ log, author, last, first }: RunRow): RunKey => [log, author, last, first]

/** The entries before `position` in rows that end there or behind it. */
async function readAround(runs: RunsToRead, log: LogName, position: Position): Promise<StoredEntry[]> {
  const { lamport } = position
  const range = IDBKeyRange.bound([log, lamport - MAX_RUN_SPAN], [log, lamport])
  const rows = await runs.index('start').getAll(range)
  return rows.flatMap((value) => {
    const row = readRunRow(value)
    const last = { lamport: row.lastLamport, author: row.author, seq: row.last }
    if (comparePositions(last, position) < 0) return []
    return readRun(row).filter((entry) => comparePositions(entry, position) < 0)
  })
}

/** Rows that are read without a look at how much they hold, of which the ones before had one entry each. */
const MAX_JUMP = 64

/**
 * Adds entries of rows from one end of `range` on, until `count` of those wanted stand before the ends of all other rows.
 * Keys tell how many a row has; where they stand is known when it was read, and that may make more rows necessary.
 * @returns where the last row of those read ends; undefined when there are no others
 */
async function gather(
  runs: RunsToRead,
  range: IDBKeyRange,
  direction: 'prev' | 'next',
  count: number,
  found: StoredEntry[],
  isWanted: (entry: Position) => boolean = () => true,
): Promise<Position | undefined> {
  const sign = direction === 'next' ? 1 : -1
  const ends = runs.index('end')
  let cursor = await ends.openKeyCursor(range, direction)
  let last: Position | undefined
  while (cursor) {
    const start = cursor.key
    const next = positionOf(start)
    const missing = count - found.filter((entry) => sign * comparePositions(entry, next) < 0).length
    if (missing <= 0) return last
    let end: EndKey | undefined = start
    let size = 0
    let jump = 1
    while (cursor && size < missing) {
      end = cursor.key
      const [, , last, first] = cursor.primaryKey
      size += last - first + 1
      // Where one entry a row is the rule, most keys need not be looked at: each row has one at least.
      jump = first === last ? Math.max(1, Math.min(2 * jump, missing - size, MAX_JUMP)) : 1
      cursor = await cursor.advance(jump)
      size += jump - 1
    }
    // Less than a jump before the end of it all.
    if (!cursor && jump > 1) end = undefined
    const rows = await ends.getAll(
      sign > 0
        ? IDBKeyRange.bound(start, end ?? range.upper, false, !end && range.upperOpen)
        : IDBKeyRange.bound(end ?? range.lower, start, !end && range.lowerOpen),
    )
    for (const row of rows) found.push(...readRun(row).filter(isWanted))
    if (end) last = positionOf(end)
  }
  return undefined
}

const positionOf = ([, lamport, author, seq]: EndKey): Position => ({ lamport, author, seq })
