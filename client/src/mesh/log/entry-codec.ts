/**
 * One entry as it is hashed, stored and sent: what its author says of it, and what it follows. The bytes as they came are
 * what counts; nobody encodes another's entry again. What the body means is content-codec.ts's, whether the entry fits
 * into its feed is the log's. Rules LG4, LG5.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import { toBase64Url } from '../protocol/base64url'
import type { Data } from '../protocol/data'
import { ID_BYTES, idToBytes, type PeerId } from '../protocol/ids'
import { MAX_ENTRY_BYTES, MAX_ENTRY_KIND, MAX_PARENTS } from '../protocol/limits'
import { HASH_BYTES } from '../protocol/log-messages'
import { decodeMsgpack, encodeMsgpack } from '../protocol/msgpack'
import { bad, malformed, ok, type Result } from '../protocol/result'
import { invariant } from '../runtime/invariant'
import type { LogScope } from './log-scope'

/** The latest entry of another author that an entry's author had read when writing it. */
export interface Parent {
  readonly author: PeerId
  readonly seq: number
}

export interface RawEntry {
  readonly author: PeerId
  /** counts the entries of its author's feed, from 1 */
  readonly seq: number
  /** greater than those of all entries that came before it */
  readonly lamport: number
  /** milliseconds since 1970 by the author's clock, which may be wrong */
  readonly at: number
  /** hash of the author's entry before this one, HASH_BYTES; zeros before the first */
  readonly previous: Uint8Array
  /** at most MAX_PARENTS, each of another author */
  readonly parents: readonly Parent[]
  /** up to MAX_ENTRY_KIND; see content-codec.ts */
  readonly kind: number
  readonly body: Data
}

const CountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1))
const AuthorSchema = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.length === ID_BYTES),
  // Sixteen bytes spell an id.
  v.transform((bytes) => toBase64Url(bytes) as PeerId),
)
const ParentSchema = v.strictTuple([AuthorSchema, CountSchema])
const KindSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_ENTRY_KIND))
const EntrySchema = v.strictTuple([
  CountSchema,
  CountSchema,
  v.pipe(
    v.number(),
    v.check((at) => Number.isFinite(at)),
  ),
  v.pipe(v.array(ParentSchema), v.maxLength(MAX_PARENTS)),
  KindSchema,
  // What passed the door of msgpack.ts is made of nothing else.
  v.custom<Data>((value) => value !== undefined),
])

/** @returns what is hashed, stored and sent; the author and the hash before it stand with it, not in it */
export function encodeEntry({ seq, lamport, at, parents, kind, body }: RawEntry): Uint8Array {
  const bytes = encodeMsgpack([
    seq,
    lamport,
    at,
    parents.map((parent) => [idToBytes(parent.author), parent.seq]),
    kind,
    body,
  ])
  invariant(bytes.length <= MAX_ENTRY_BYTES, 'an entry is larger than any that may be sent')
  return bytes
}

/** @param place what stands with the bytes, and not in them */
export function decodeEntry(bytes: Uint8Array, place: Pick<RawEntry, 'author' | 'previous'>): Result<RawEntry> {
  if (bytes.length > MAX_ENTRY_BYTES) return bad(`the entry is larger than ${MAX_ENTRY_BYTES} bytes`)
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  const parsed = v.safeParse(EntrySchema, decoded.value, { abortEarly: true })
  if (!parsed.success) return malformed('entry', parsed.issues)
  const [seq, lamport, at, pairs, kind, body] = parsed.output
  const parents = pairs.map(([author, seq]) => ({ author, seq }))
  const authors = new Set([place.author, ...parents.map(({ author }) => author)])
  if (authors.size <= parents.length) return bad('the entry names an author twice')
  return ok({ author: place.author, seq, lamport, at, previous: place.previous, parents, kind, body })
}

const CONTEXT = utf8ToBytes('starling/1 entry\0')

/** Where an entry stands, and what stands for its bytes: enough to check a signature over it without them. */
export interface Sum extends Pick<RawEntry, 'author' | 'seq' | 'previous'> {
  /** see digestEntry */
  readonly digest: Uint8Array
}

/** @returns HASH_BYTES that stand for the bytes of an entry alone */
export const digestEntry = (bytes: Uint8Array): Uint8Array => sha256(bytes)

/** @returns HASH_BYTES that stand for this entry in this log, and so for all of its author's before it */
export function hashEntry(scope: LogScope, { author, seq, previous, digest }: Sum): Uint8Array {
  invariant(previous.length === HASH_BYTES && digest.length === HASH_BYTES, 'a hash has 32 bytes')
  const number = new Uint8Array(8)
  new DataView(number.buffer).setBigUint64(0, BigInt(seq))
  const hash = sha256.create().update(CONTEXT).update(scope.bytes).update(idToBytes(author))
  return hash.update(number).update(previous).update(digest).digest()
}
