/**
 * What two peers say to one another to have the same logs: what each has, what it wants, and entries themselves. They
 * travel in `log` frames, unnumbered: whatever is lost on the way shows in what the other has. Rules LM1-LM4.
 */
import * as v from 'valibot'
import { assertNever } from '../runtime/invariant'
import { toBase64Url } from './base64url'
import { ID_BYTES, idToBytes, type PeerId, toPeerId } from './ids'
import { MAX_FEEDS, MAX_SEGMENT_ENTRIES, MAX_SEGMENTS } from './limits'
import { decodeMsgpack, encodeMsgpack } from './msgpack'
import { bad, malformed, ok, type Result } from './result'

export const HASH_BYTES = 32
/** As much of a hash as tells, among honest mistakes and one liar, that two feeds differ; proofs have all of it. */
export const SHORT_HASH_BYTES = 8
const PUBLIC_KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/** What somebody holds of a feed: from `floor` to `head`. */
export interface HeldFeed {
  readonly author: PeerId
  readonly floor: number
  readonly head: number
  /** the first SHORT_HASH_BYTES of the hash of the entry at `head` */
  readonly hash: Uint8Array
}

/** Entries that follow one another in one feed, the last of them signed. */
export interface Segment {
  /** undefined for the sender's own */
  readonly publicKey: Uint8Array | undefined
  /** hash of the entry before the first; undefined where the receiver is taken to have it */
  readonly previous: Uint8Array | undefined
  /** encoded entries, at least one */
  readonly entries: readonly Uint8Array[]
  readonly signature: Uint8Array
}

/** `direct`: of the log that only sender and receiver share, else everyone's. */
export type LogMessage =
  /** `full`: all that the sender holds; else only what has changed */
  | { readonly kind: 'have'; readonly direct: boolean; readonly full: boolean; readonly feeds: readonly HeldFeed[] }
  /** the receiver's own feed up to `head`: in a few bytes, since it answers every entry */
  | { readonly kind: 'got'; readonly direct: boolean; readonly head: number }
  /** entries of these feeds, each from a number on */
  | {
      readonly kind: 'want'
      readonly direct: boolean
      readonly feeds: readonly { readonly author: PeerId; readonly from: number }[]
    }
  /** `answer`: to what was wanted, so that more may be; else what the sender has just written */
  | {
      readonly kind: 'entries'
      readonly direct: boolean
      readonly answer: boolean
      readonly segments: readonly Segment[]
    }
  /** proofs that somebody wrote two feeds under one key */
  | { readonly kind: 'forks'; readonly direct: boolean; readonly proofs: readonly Uint8Array[] }

const TYPE = { have: 1, want: 2, entries: 3, forks: 4, got: 5 } as const

const bytesOf = (length: number) =>
  v.pipe(
    v.instance(Uint8Array),
    v.check((bytes) => bytes.length === length),
  )
const SeqSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const AuthorSchema = bytesOf(ID_BYTES)
const HeldSchema = v.strictTuple([AuthorSchema, SeqSchema, SeqSchema, bytesOf(SHORT_HASH_BYTES)])
const HaveSchema = v.strictTuple([
  v.literal(TYPE.have),
  v.boolean(),
  v.boolean(),
  v.pipe(v.array(HeldSchema), v.maxLength(MAX_FEEDS)),
])
const GotSchema = v.strictTuple([v.literal(TYPE.got), v.boolean(), SeqSchema])
const WantSchema = v.strictTuple([
  v.literal(TYPE.want),
  v.boolean(),
  v.pipe(v.array(v.strictTuple([AuthorSchema, SeqSchema])), v.maxLength(MAX_FEEDS)),
])
const SegmentSchema = v.strictTuple([
  v.nullable(bytesOf(PUBLIC_KEY_BYTES)),
  v.nullable(bytesOf(HASH_BYTES)),
  v.pipe(v.array(v.instance(Uint8Array)), v.minLength(1), v.maxLength(MAX_SEGMENT_ENTRIES)),
  bytesOf(SIGNATURE_BYTES),
])
const EntriesSchema = v.strictTuple([
  v.literal(TYPE.entries),
  v.boolean(),
  v.boolean(),
  v.pipe(v.array(SegmentSchema), v.maxLength(MAX_SEGMENTS)),
])
const ForksSchema = v.strictTuple([
  v.literal(TYPE.forks),
  v.boolean(),
  v.pipe(v.array(v.instance(Uint8Array)), v.maxLength(MAX_FEEDS)),
])

export function encodeLogMessage(message: LogMessage): Uint8Array {
  const { direct } = message
  switch (message.kind) {
    case 'have': {
      const feeds = message.feeds.map(({ author, floor, head, hash }) => [idToBytes(author), floor, head, hash])
      return encodeMsgpack([TYPE.have, direct, message.full, feeds])
    }
    case 'got':
      return encodeMsgpack([TYPE.got, direct, message.head])
    case 'want':
      return encodeMsgpack([TYPE.want, direct, message.feeds.map(({ author, from }) => [idToBytes(author), from])])
    case 'entries':
      return encodeMsgpack([TYPE.entries, direct, message.answer, message.segments.map(segmentData)])
    case 'forks':
      return encodeMsgpack([TYPE.forks, direct, message.proofs])
    default:
      return assertNever(message)
  }
}

export function decodeLogMessage(bytes: Uint8Array): Result<LogMessage> {
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  const { value } = decoded
  switch (Array.isArray(value) ? value[0] : undefined) {
    case TYPE.have:
      return read(HaveSchema, value, ([, direct, full, feeds]) => ({
        kind: 'have',
        direct,
        full,
        feeds: feeds.map(([author, floor, head, hash]) => ({ author: idOf(author), floor, head, hash })),
      }))
    case TYPE.got:
      return read(GotSchema, value, ([, direct, head]) => ({ kind: 'got', direct, head }))
    case TYPE.want:
      return read(WantSchema, value, ([, direct, feeds]) => ({
        kind: 'want',
        direct,
        feeds: feeds.map(([author, from]) => ({ author: idOf(author), from })),
      }))
    case TYPE.entries:
      return read(EntriesSchema, value, ([, direct, answer, segments]) => ({
        kind: 'entries',
        direct,
        answer,
        segments: segments.map(([publicKey, previous, entries, signature]) => ({
          publicKey: publicKey ?? undefined,
          previous: previous ?? undefined,
          entries,
          signature,
        })),
      }))
    case TYPE.forks:
      return read(ForksSchema, value, ([, direct, proofs]) => ({ kind: 'forks', direct, proofs }))
    default:
      return bad('a log message of no kind that is known')
  }
}

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  toMessage: (parts: v.InferOutput<Schema>) => LogMessage,
): Result<LogMessage> {
  const parsed = v.safeParse(schema, value, { abortEarly: true })
  return parsed.success ? ok(toMessage(parsed.output)) : malformed('log message', parsed.issues)
}

const segmentData = ({ publicKey, previous, entries, signature }: Segment) => [
  publicKey ?? null,
  previous ?? null,
  entries,
  signature,
]

const idOf = (bytes: Uint8Array): PeerId => toPeerId(toBase64Url(bytes))
