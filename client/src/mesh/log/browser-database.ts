/**
 * One database of the browser: opened and deleted with an end to the waiting for other tabs, and its errors in the words
 * of a LogStore. What is in it belongs to its user. Rule ST6.
 */
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { LogStoreError, type LogStoreFault } from './log-store'

/** Tabs that are alive let go at once; this is for those that are busy. A frozen one does not, however long one waits. */
const BLOCKED_PATIENCE: Millis = seconds(3)

/** Longer than a slow phone takes for a large database; there are browsers that at times never answer. */
const OPENING_PATIENCE: Millis = seconds(10)

/** Brings a database from one version to the next; it may read and write in this transaction, and wait for nothing else. */
export type SchemaStep<Schema extends DBSchema> = (
  db: IDBPDatabase<Schema>,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
) => void | Promise<void>

export interface DatabaseOptions<Schema extends DBSchema> {
  readonly name: string
  /** from nothing to version 1, from there to 2 and so on: their number is the version */
  readonly steps: readonly SchemaStep<Schema>[]
  readonly clock: Clock
  /** another tab removes it, and it was closed for that */
  readonly onRemoved?: () => void
}

/**
 * Opens it, and closes it as soon as another tab wants to remove or upgrade it.
 * @throws LogStoreError
 */
export async function openDatabase<Schema extends DBSchema>(
  options: DatabaseOptions<Schema>,
): Promise<IDBPDatabase<Schema>> {
  const { name, steps, clock, onRemoved } = options
  let failure: unknown
  try {
    checkAvailable()
    const patience = new Patience(clock, 'opened')
    const opening = openDB<Schema>(name, steps.length, {
      upgrade(db, from, _, transaction) {
        // The request to open it tells that it was undone, but not why.
        transaction.done.catch(() => {})
        runSteps(steps.slice(from), db, transaction).catch((error: unknown) => {
          failure = error
          undo(transaction)
        })
      },
      blocked: () => patience.shorten(),
      blocking(_current, next, { target }) {
        if (target instanceof IDBDatabase) target.close()
        if (next === null) onRemoved?.()
      },
    })
    return await patience.race(opening, (late) => late.close())
  } catch (error) {
    throw storeError(failure ?? error, 'opening')
  }
}

/** @throws LogStoreError 'blocked' when another tab does not let go of it; it is deleted as soon as that one does */
export async function deleteDatabase(name: string, clock: Clock): Promise<void> {
  try {
    checkAvailable()
    const patience = new Patience(clock, 'deleted')
    await patience.race(deleteDB(name, { blocked: () => patience.shorten() }), () => {})
  } catch (error) {
    throw storeError(error, 'opening')
  }
}

/** @returns the names of all databases that this page may see; undefined where browsers do not tell (Firefox before 126) */
export async function listDatabases(): Promise<readonly string[] | undefined> {
  try {
    checkAvailable()
    if (!('databases' in indexedDB)) return undefined
    return (await indexedDB.databases()).flatMap(({ name }) => name ?? [])
  } catch (error) {
    throw storeError(error, 'opening')
  }
}

/** Resolves when all of it is kept. The library's own promise of that is broken before the browser tells the reason. */
export function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    // Not on 'error': why it failed is known only when it was undone. Without a reason it was the browser that closed it.
    transaction.addEventListener('abort', () => reject(transaction.error ?? new DOMException('It ended', 'AbortError')))
  })
}

/** Nothing of it happens. */
export function undo(transaction: { abort(): void }): void {
  try {
    transaction.abort()
  } catch {
    // A request of it failed, and the browser has undone it all.
  }
}

/**
 * @returns what `error` means for a LogStore
 * @throws `error` when it is a bug of ours
 */
export function storeError(error: unknown, when: 'opening' | 'open'): LogStoreError {
  if (error instanceof LogStoreError) return error
  if (!(error instanceof DOMException) || OWN_BUGS.has(error.name)) throw error
  const fault = faultOf(error, when)
  // What the browser says is for whoever looks for the cause; people read the words.
  return new LogStoreError(fault, WORDS[fault], { cause: error })
}

const OWN_BUGS: ReadonlySet<string> = new Set(['DataError', 'DataCloneError', 'ReadOnlyError', 'SyntaxError'])

const WORDS: Record<LogStoreFault, string> = {
  unavailable: 'It keeps nothing for this page',
  blocked: 'Another tab keeps the database of this room from being used',
  corrupt: 'What the browser kept of this room cannot be read',
  newer: 'What the browser kept of this room was written by a newer version',
  full: 'The disk, or what the browser may use of it, is full',
  closed: 'The browser has closed what it keeps of this room',
}

function faultOf({ name, message }: DOMException, when: 'opening' | 'open'): LogStoreFault {
  switch (name) {
    case 'QuotaExceededError':
      return 'full'
    case 'VersionError':
      return 'newer'
    case 'SecurityError':
    case 'NotAllowedError':
    case 'NotSupportedError':
      return 'unavailable'
    case 'InvalidStateError':
      return when === 'opening' ? 'unavailable' : 'closed'
    case 'AbortError':
    case 'TransactionInactiveError':
      return 'closed'
    default:
      // Safari, when the process that serves databases was ended under the page.
      return /connection|server/i.test(message) ? 'closed' : 'corrupt'
  }
}

/** Whether this page has databases at all; some browsers have none in private windows. */
export const hasDatabases = (): boolean => typeof indexedDB !== 'undefined' && indexedDB !== null

function checkAvailable(): void {
  if (!hasDatabases()) throw new LogStoreError('unavailable', WORDS.unavailable)
}

async function runSteps<Schema extends DBSchema>(
  steps: readonly SchemaStep<Schema>[],
  ...[db, transaction]: Parameters<SchemaStep<Schema>>
): Promise<void> {
  for (const step of steps) await step(db, transaction)
}

/** Waiting for the browser, with an end. */
class Patience {
  #cancel: () => void
  #giveUp: (error: LogStoreError) => void = () => {}
  readonly #given = new Promise<never>((_, reject) => {
    this.#giveUp = reject
  })

  constructor(
    private readonly clock: Clock,
    private readonly what: 'opened' | 'deleted',
  ) {
    this.#cancel = this.#wait(OPENING_PATIENCE)
  }

  /** Another tab is known to be in the way. */
  shorten(): void {
    this.#cancel()
    this.#cancel = this.#wait(BLOCKED_PATIENCE)
  }

  /** @param drop takes what comes after nobody waits for it any more */
  async race<Value>(promise: Promise<Value>, drop: (late: Value) => void): Promise<Value> {
    try {
      return await Promise.race([promise, this.#given])
    } catch (error) {
      promise.then(drop, () => {})
      throw error
    } finally {
      this.#cancel()
    }
  }

  #wait(time: Millis): () => void {
    return this.clock.after(time, () =>
      this.#giveUp(new LogStoreError('blocked', `${WORDS.blocked}: it was not ${this.what} in ${time / 1000} s.`)),
    )
  }
}
