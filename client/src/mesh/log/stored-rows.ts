/**
 * The door between the disk and the log: what rows look like on the disk, and whether a row read back is one. Disks rot,
 * and other scripts of the site can write to its databases. It looks at shapes and ranges; signatures and hashes are the
 * log's to check. Rule ST6.
 */
import * as v from 'valibot'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../identity/signatures'
import { isPeerId, type PeerId } from '../protocol/ids'
import { type LogName, LogStoreError, type StoredEntry, type StoredFeed } from './log-store'
import { copyEntry, copyFeed } from './stored-copies'

export type EntryRow = StoredEntry & { readonly log: LogName }
export type FeedRow = StoredFeed & { readonly log: LogName }

const HASH_BYTES = 32

const bytesOf = (length: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.length === length),
  )
const BytesSchema = v.instance(Uint8Array)
const PeerSchema = v.custom<PeerId>((value) => typeof value === 'string' && isPeerId(value))
const LogNameSchema = v.custom<LogName>((value) => typeof value === 'string' && (value === 'room' || isPeerId(value)))
const CountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** Numbers and Lamport times of entries begin with 1. */
const PositiveSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

const EntryRowSchema = v.strictObject({
  log: LogNameSchema,
  author: PeerSchema,
  seq: PositiveSchema,
  lamport: PositiveSchema,
  previous: bytesOf(HASH_BYTES),
  bytes: BytesSchema,
  signature: v.undefinedable(bytesOf(SIGNATURE_BYTES)),
  late: v.boolean(),
})

const FeedRowSchema = v.strictObject({
  log: LogNameSchema,
  author: PeerSchema,
  publicKey: bytesOf(PUBLIC_KEY_BYTES),
  floor: CountSchema,
  head: CountSchema,
  lamport: CountSchema,
  hash: bytesOf(HASH_BYTES),
  bytes: CountSchema,
  name: v.undefinedable(v.string()),
  acknowledged: CountSchema,
  fork: v.undefinedable(v.strictObject({ seq: PositiveSchema, proof: BytesSchema })),
})

export const writeEntryRow = (log: LogName, entry: StoredEntry): EntryRow => ({ log, ...copyEntry(entry) })

export const writeFeedRow = (log: LogName, feed: StoredFeed): FeedRow => ({ log, ...copyFeed(feed) })

/** @throws LogStoreError 'corrupt' */
export function readEntryRow(row: unknown): StoredEntry {
  const { log: _, ...entry } = readAs(EntryRowSchema, 'an entry', row)
  return entry
}

/** @throws LogStoreError 'corrupt' */
export function readFeedRow(row: unknown): StoredFeed {
  const { log: _, ...feed } = readAs(FeedRowSchema, 'a feed', row)
  return feed
}

/** @throws LogStoreError 'corrupt' */
export const readLogName = (name: unknown): LogName => readAs(LogNameSchema, 'the name of a log', name)

function readAs<Schema extends v.GenericSchema>(schema: Schema, what: string, value: unknown): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value, { abortEarly: true })
  if (parsed.success) return parsed.output
  const path = v.getDotPath(parsed.issues[0]) ?? ''
  throw new LogStoreError('corrupt', `What the browser kept of this room is damaged: ${what} is malformed (${path}).`)
}
