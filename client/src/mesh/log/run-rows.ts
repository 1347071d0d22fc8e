/**
 * Runs as they lie on the disk: consecutive entries of one author in one row, put end to end in one array of bytes, since
 * what a browser's database takes of the page's time goes by rows and by objects, hardly by bytes. Rules ST2, ST6.
 */
import { SIGNATURE_BYTES } from '../identity/signatures'
import type { PeerId } from '../protocol/ids'
import { HASH_BYTES } from '../protocol/log-messages'
import type { LogName, StoredEntry } from './log-store'
import { malformed, type RunRow, readRunRow } from './stored-rows'

/** A page of history takes a few of these, and a quarter of a sync's frame. */
export const MAX_RUN_ENTRIES = 256

/** Of all that a row holds. Chromium puts values of 64 KiB and more into a file of their own each. */
export const MAX_RUN_BYTES = 60 * 1024

/** Lamport times from the first to the last, so that whatever lies around a position is found close to it. */
export const MAX_RUN_SPAN = 512

/** In front of each entry: its length in bytes, how far its Lamport time is before the last one's, and two flags. */
const HEAD_BYTES = 4 + 2 + 1
const IS_LATE = 1
const IS_SIGNED = 2

const sizeOf = ({ bytes, signature }: StoredEntry): number =>
  HEAD_BYTES + HASH_BYTES + (signature ? SIGNATURE_BYTES : 0) + bytes.length

/** @returns rows that have no number of one author in common: of two entries with the same one, the last is kept */
export function writeRuns(log: LogName, entries: readonly StoredEntry[]): readonly RunRow[] {
  const feeds = new Map<PeerId, StoredEntry[]>()
  for (const entry of entries) {
    const feed = feeds.get(entry.author)
    if (feed) feed.push(entry)
    else feeds.set(entry.author, [entry])
  }
  return [...feeds.values()].flatMap((feed) => cutRuns(feed).map((run) => writeRun(log, run)))
}

function cutRuns(feed: StoredEntry[]): readonly StoredEntry[][] {
  feed.sort((a, b) => a.seq - b.seq)
  const runs: StoredEntry[][] = []
  let run: StoredEntry[] = []
  let size = 0
  for (const [index, entry] of feed.entries()) {
    if (feed[index + 1]?.seq === entry.seq) continue
    const [first, before] = [run[0], run[run.length - 1]]
    const more = sizeOf(entry)
    const isNext =
      first !== undefined &&
      before !== undefined &&
      entry.seq === before.seq + 1 &&
      entry.lamport > before.lamport &&
      entry.lamport < first.lamport + MAX_RUN_SPAN &&
      run.length < MAX_RUN_ENTRIES &&
      size + more <= MAX_RUN_BYTES
    if (!isNext) {
      run = []
      runs.push(run)
      size = 0
    }
    run.push(entry)
    size += more
  }
  return runs
}

function writeRun(log: LogName, run: readonly StoredEntry[]): RunRow {
  // A run has one entry at least.
  const [first, last] = [run[0] as StoredEntry, run[run.length - 1] as StoredEntry]
  const data = new Uint8Array(run.reduce((size, entry) => size + sizeOf(entry), 0))
  const view = new DataView(data.buffer)
  let at = 0
  const add = (bytes: Uint8Array): void => {
    data.set(bytes, at)
    at += bytes.length
  }
  for (const { lamport, previous, bytes, signature, late } of run) {
    view.setUint32(at, bytes.length)
    view.setUint16(at + 4, last.lamport - lamport)
    view.setUint8(at + 6, (late ? IS_LATE : 0) | (signature ? IS_SIGNED : 0))
    at += HEAD_BYTES
    add(previous)
    if (signature) add(signature)
    add(bytes)
  }
  const { author, seq, lamport: lastLamport } = last
  const row = { log, author, first: first.seq, last: seq, lastLamport, data }
  return run.length > 1 ? { ...row, firstLamport: first.lamport } : row
}

/**
 * @returns the entries of a row that has come from the disk, those from number `from` up to `to` alone
 * @throws LogStoreError 'corrupt'
 */
export function readRun(value: unknown, from = 0, to = Number.MAX_SAFE_INTEGER): readonly StoredEntry[] {
  const { author, first, last, firstLamport, lastLamport, data } = readRunRow(value)
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const entries: StoredEntry[] = []
  let at = 0
  let before = 0
  // Memory of its own, and not all of the row's for each part of it.
  const take = (length: number): Uint8Array => {
    at += length
    return data.slice(at - length, at)
  }
  if ((firstLamport === undefined) !== (first === last)) throw faultAt('firstLamport')
  for (let seq = first; seq <= last; seq++) {
    if (at + HEAD_BYTES > data.length) throw faultAt('data')
    const length = view.getUint32(at)
    const lamport = lastLamport - view.getUint16(at + 4)
    const flags = view.getUint8(at + 6)
    at += HEAD_BYTES
    const size = HASH_BYTES + (flags & IS_SIGNED ? SIGNATURE_BYTES : 0) + length
    if (at + size > data.length || flags > (IS_LATE | IS_SIGNED)) throw faultAt('data')
    if (lamport <= before || (seq === first && lamport !== (firstLamport ?? lastLamport))) throw faultAt('lamport')
    before = lamport
    if (seq < from || seq > to) {
      at += size
      continue
    }
    const previous = take(HASH_BYTES)
    const signature = flags & IS_SIGNED ? take(SIGNATURE_BYTES) : undefined
    entries.push({ author, seq, lamport, previous, bytes: take(length), signature, late: (flags & IS_LATE) !== 0 })
  }
  if (before !== lastLamport || at !== data.length) throw faultAt('last')
  return entries
}

const faultAt = (where: string) => malformed('a run of entries', where)
