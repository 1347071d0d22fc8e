/**
 * The door between the disk and the log: what rows look like on the disk, and whether a row read back is one. Disks rot,
 * and other scripts of the site can write to its databases. It looks at shapes and ranges; signatures and hashes are the
 * log's to check. What a run has inside is run-rows.ts's. Rule ST6.
 */
import { PUBLIC_KEY_BYTES } from '../identity/signatures'
import { isPeerId, type PeerId } from '../protocol/ids'
import { HASH_BYTES } from '../protocol/log-messages'
import { type LogName, LogStoreError, type StoredFeed } from './log-store'
import { copyFeed } from './stored-copies'

export type FeedRow = StoredFeed & { readonly log: LogName }

/** Consecutive entries of one author, by whose last one rows are found and in order. */
export interface RunRow {
  readonly log: LogName
  readonly author: PeerId
  readonly first: number
  readonly last: number
  readonly lastLamport: number
  /** only of rows with more than one entry: they alone have an inside, and are in the index of those that do */
  readonly firstLamport?: number
  readonly data: Uint8Array
}

type Check = (value: unknown) => boolean
type Checks<Row> = { readonly [Name in keyof Row]-?: Check }

const isPeer: Check = (value) => typeof value === 'string' && isPeerId(value)
const isLog: Check = (value) => value === 'room' || isPeer(value)
const isBytes: Check = (value) => value instanceof Uint8Array
const isBytesOf =
  (length: number): Check =>
  (value) =>
    value instanceof Uint8Array && value.length === length
const isFrom =
  (least: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least
const isCount = isFrom(0)
/** Numbers and Lamport times of entries begin with 1. */
const isPositive = isFrom(1)
const isOptional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

const RUN: Checks<RunRow> = {
  log: isLog,
  author: isPeer,
  first: isPositive,
  last: isPositive,
  lastLamport: isPositive,
  firstLamport: isOptional(isPositive),
  data: isBytes,
}

const FORK: Checks<NonNullable<StoredFeed['fork']>> = { seq: isPositive, proof: isBytes }

const FEED: Checks<FeedRow> = {
  log: isLog,
  author: isPeer,
  publicKey: isBytesOf(PUBLIC_KEY_BYTES),
  floor: isCount,
  head: isCount,
  lamport: isCount,
  hash: isBytesOf(HASH_BYTES),
  bytes: isCount,
  name: isOptional((value) => typeof value === 'string'),
  acknowledged: isCount,
  fork: isOptional((value) => faultIn(FORK, value) === undefined),
}

export const writeFeedRow = (log: LogName, feed: StoredFeed): FeedRow => ({ log, ...copyFeed(feed) })

/** @throws LogStoreError 'corrupt' */
export function readFeedRow(row: unknown): StoredFeed {
  const { log: _, ...feed } = readAs<FeedRow>(FEED, 'a feed', row)
  return feed
}

/** What is outside of the run alone. @throws LogStoreError 'corrupt' */
export const readRunRow = (row: unknown): RunRow => readAs<RunRow>(RUN, 'a run of entries', row)

/** @throws LogStoreError 'corrupt' */
export function readLogName(name: unknown): LogName {
  if (!isLog(name)) throw malformed('the name of a log')
  return name as LogName
}

/** @param where what of it is wrong; what it holds is not told */
export const malformed = (what: string, where = ''): LogStoreError =>
  new LogStoreError('corrupt', `What the browser kept of this room is damaged: ${what} is malformed (${where}).`)

function readAs<Row>(checks: Checks<Row>, what: string, value: unknown): Row {
  const fault = faultIn(checks, value)
  if (fault !== undefined) throw malformed(what, fault)
  // Each of its fields was looked at, and it has no others.
  return value as Row
}

/** @returns the first field that is not as it should be, if any */
function faultIn<Row>(checks: Checks<Row>, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'nothing'
  const row = value as Record<string, unknown>
  const names = Object.keys(checks) as (string & keyof Row)[]
  return names.find((name) => !checks[name](row[name])) ?? Object.keys(row).find((name) => !Object.hasOwn(checks, name))
}
