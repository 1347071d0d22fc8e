/**
 * What two members say to one another besides entries: requests with their answers and new records of oneself, inside
 * numbered `data` frames, and signals of the moment in frames of their own. Rules PL1-PL6.
 */
import * as v from 'valibot'
import { assertNever } from '../runtime/invariant'
import type { Data } from './data'
import { RecordSchema } from './frames'
import { MAX_TOPIC_LENGTH } from './limits'
import { decodeMsgpack, encodeMsgpack } from './msgpack'
import { malformed, ok, type Result } from './result'

export const REFUSAL_REASONS = ['no-handler', 'handler-failed', 'overloaded', 'too-large'] as const
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

export type Payload =
  | { readonly kind: 'request'; readonly number: number; readonly topic: string; readonly body: Data }
  /** Answers the request of that number. */
  | { readonly kind: 'answer'; readonly number: number; readonly body: Data }
  | { readonly kind: 'refusal'; readonly number: number; readonly reason: RefusalReason; readonly message: string }
  /** What a member says of itself from now on, signed by it. */
  | { readonly kind: 'record'; readonly record: Uint8Array }

const TYPE = { request: 2, answer: 3, refusal: 4, record: 5 } as const

const NumberSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** What passed the door of msgpack.ts is made of nothing else. */
const DataSchema = v.custom<Data>((value) => value !== undefined)

const TopicSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_TOPIC_LENGTH))
const RequestSchema = v.strictTuple([v.literal(TYPE.request), NumberSchema, TopicSchema, DataSchema])
const AnswerSchema = v.strictTuple([v.literal(TYPE.answer), NumberSchema, DataSchema])
const RefusalSchema = v.strictTuple([
  v.literal(TYPE.refusal),
  NumberSchema,
  v.picklist(REFUSAL_REASONS),
  v.pipe(v.string(), v.maxLength(1024)),
])
const DescriptionSchema = v.strictTuple([v.literal(TYPE.record), RecordSchema])
const PayloadSchema = v.union([RequestSchema, AnswerSchema, RefusalSchema, DescriptionSchema])

export function encodePayload(payload: Payload): Uint8Array {
  switch (payload.kind) {
    case 'request':
      return encodeMsgpack([TYPE.request, payload.number, payload.topic, payload.body])
    case 'answer':
      return encodeMsgpack([TYPE.answer, payload.number, payload.body])
    case 'refusal':
      return encodeMsgpack([TYPE.refusal, payload.number, payload.reason, payload.message])
    case 'record':
      return encodeMsgpack([TYPE.record, payload.record])
    default:
      return assertNever(payload)
  }
}

export function decodePayload(bytes: Uint8Array): Result<Payload> {
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  const parsed = v.safeParse(PayloadSchema, decoded.value)
  if (!parsed.success) return malformed('payload', parsed.issues)
  const parts = parsed.output
  switch (parts[0]) {
    case TYPE.request:
      return ok({ kind: 'request', number: parts[1], topic: parts[2], body: parts[3] })
    case TYPE.answer:
      return ok({ kind: 'answer', number: parts[1], body: parts[2] })
    case TYPE.refusal:
      return ok({ kind: 'refusal', number: parts[1], reason: parts[2], message: parts[3] })
    case TYPE.record:
      return ok({ kind: 'record', record: parts[1] })
    default:
      return assertNever(parts)
  }
}

/** Something of the moment, as typing is: it arrives now or never. */
export interface Signal {
  readonly topic: string
  readonly data: Data
  /** for the receiver alone */
  readonly direct: boolean
}

const SignalSchema = v.strictTuple([TopicSchema, v.boolean(), DataSchema])

export const encodeSignal = ({ topic, data, direct }: Signal): Uint8Array => encodeMsgpack([topic, direct, data])

export function decodeSignal(bytes: Uint8Array): Result<Signal> {
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  const parsed = v.safeParse(SignalSchema, decoded.value)
  if (!parsed.success) return malformed('signal', parsed.issues)
  const [topic, direct, data] = parsed.output
  return ok({ topic, direct, data })
}
