/**
 * From segments that somebody sent to entries that their authors have signed, chained each to the one before it. Whether
 * they fit behind what is held is the log's. Rules LG4, LG5, LG6.
 */

import { peerIdOf } from '../identity/peer-key'
import type { Signatures } from '../identity/signatures'
import { signatureMessage } from '../identity/signed'
import type { PeerId } from '../protocol/ids'
import { MAX_ENTRY_BYTES } from '../protocol/limits'
import type { Segment } from '../protocol/log-messages'
import { bad, ok, type Result } from '../protocol/result'
import { sameBytes } from './bytes'
import { decodeEntry, digestEntry, hashEntry, type RawEntry } from './entry-codec'
import { NO_HASH } from './feeds'
import { isAuthorIn, type LogScope } from './log-scope'

export interface ChainedEntry {
  readonly raw: RawEntry
  readonly bytes: Uint8Array
  readonly hash: Uint8Array
}

/** What one signature covers: entries that are taken together or not at all. */
export interface Unit {
  readonly author: PeerId
  readonly publicKey: Uint8Array
  readonly entries: readonly ChainedEntry[]
  readonly signature: Uint8Array
  /** of the entries, in bytes */
  readonly size: number
  /** it came with the hash of the entry before it, or behind one that did; else it was taken to follow what is here */
  readonly isAnchored: boolean
}

export const firstOf = (unit: Unit): ChainedEntry => unit.entries[0] as ChainedEntry
export const lastOf = (unit: Unit): ChainedEntry => unit.entries[unit.entries.length - 1] as ChainedEntry

/** The last entry of a feed that is known: the next one follows it. */
export interface Tail {
  readonly seq: number
  readonly hash: Uint8Array
}

interface ReaderDeps {
  readonly scope: LogScope
  /** whose own entries come without a key */
  readonly sender: { readonly id: PeerId; readonly publicKey: Uint8Array | undefined }
  readonly tailOf: (author: PeerId) => Tail | undefined
}

export interface ReadUnits {
  readonly units: readonly Unit[]
  /** authors of whom something came that does not follow what is known, and up to where it says to go */
  readonly gaps: ReadonlyMap<PeerId, number>
}

/** Reads segments in the order they came. */
export function readUnits(segments: readonly Segment[], deps: ReaderDeps): Result<ReadUnits> {
  const units: Unit[] = []
  const gaps = new Map<PeerId, number>()
  const tails = new Map<PeerId, Tail & { readonly isAnchored: boolean }>()
  for (const segment of segments) {
    const publicKey = segment.publicKey ?? deps.sender.publicKey
    if (!publicKey) return bad('entries came without the key of their author')
    const author = segment.publicKey ? peerIdOf(segment.publicKey) : deps.sender.id
    if (!isAuthorIn(deps.scope, author)) return bad('entries of somebody who does not share the log')
    const before = tails.get(author)
    const isAnchored = segment.previous !== undefined || before?.isAnchored === true
    const tail = before ?? deps.tailOf(author)
    const entries = readEntries(segment, author, tail, deps.scope)
    if (!entries.ok) return entries
    const last = entries.value.at(-1)
    if (!last) {
      gaps.set(author, seqOfLast(segment, author))
      continue
    }
    tails.set(author, { seq: last.raw.seq, hash: last.hash, isAnchored })
    const size = segment.entries.reduce((sum, { length }) => sum + length, 0)
    // With the hash before it and its author's key, which whoever hands it on adds, it has to fit into a frame.
    if (size > MAX_ENTRY_BYTES) return bad('one signature over more than travels together')
    units.push({ author, publicKey, entries: entries.value, signature: segment.signature, size, isAnchored })
  }
  return ok({ units, gaps })
}

/** @returns nothing when the entry before them is not known */
function readEntries(
  segment: Segment,
  author: PeerId,
  tail: Tail | undefined,
  scope: LogScope,
): Result<readonly ChainedEntry[]> {
  const chained: ChainedEntry[] = []
  // Of somebody of whom nothing is here, it can only be the first.
  let previous = segment.previous ?? tail?.hash ?? NO_HASH
  const expected = segment.previous ? undefined : (tail?.seq ?? 0) + 1
  for (const bytes of segment.entries) {
    const decoded = decodeEntry(bytes, { author, previous })
    if (!decoded.ok) return decoded
    const raw = decoded.value
    const before = chained.at(-1)?.raw
    if (before && (raw.seq !== before.seq + 1 || raw.lamport <= before.lamport)) return bad('entries out of order')
    if (!before && expected !== undefined && raw.seq !== expected) return ok([])
    if (!before && raw.seq === 1 && !sameBytes(previous, NO_HASH)) return bad('a first entry that follows another')
    const hash = hashEntry(scope, { author, seq: raw.seq, previous, digest: digestEntry(bytes) })
    chained.push({ raw, bytes, hash })
    previous = hash
  }
  return ok(chained)
}

/** What it says of itself, which nobody has checked. */
function seqOfLast({ entries }: Segment, author: PeerId): number {
  const last = decodeEntry(entries[entries.length - 1] ?? new Uint8Array(), { author, previous: NO_HASH })
  return last.ok ? last.value.seq : 0
}

/** What an author signs: the hash of an entry, and so all before it. */
export const signedMessage = (hash: Uint8Array): Uint8Array => signatureMessage('entry', hash)

/** @returns whether the author has signed the last entry of the unit, and so all of it */
export const isUnitSigned = (unit: Unit, signatures: Signatures): Promise<boolean> =>
  signatures.verify(unit.signature, signedMessage(lastOf(unit).hash), unit.publicKey)

/** @returns whether the unit begins right behind the tail, as its author wrote it */
export function follows(unit: Unit, tail: Tail | undefined): boolean {
  const { raw } = firstOf(unit)
  return tail !== undefined && raw.seq === tail.seq + 1 && sameBytes(raw.previous, tail.hash)
}
