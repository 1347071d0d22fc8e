/**
 * What travels over one link between two peers: a type byte, then fixed fields, then at most one
 * MessagePack value. Frames that carry conversation are numbered (`data`); what is inside those is
 * payloads.ts's. Rules FR1-FR6.
 */
import * as v from 'valibot'
import { assertNever } from '../runtime/invariant'
import { MAX_FRAME_BYTES, MAX_RECORD_BYTES, MAX_SIGNAL_BYTES } from './limits'
import { decodeMsgpack, encodeMsgpack } from './msgpack'
import { bad, malformed, ok, type Result } from './result'

/** Raised when an older peer would misread a newer one. */
export const PROTOCOL_VERSION = 2

/** The last payload that was received in one numbering of the other peer. */
export interface Received {
  readonly instance: string
  readonly seq: number
}

/** The first frame on every link, from both sides. */
export interface Hello {
  readonly kind: 'hello'
  readonly version: number
  /** Names this side's numbering of payloads for the other: random, anew when either side has forgotten the other. */
  readonly instance: string
  /** What this side says of itself, signed by it; reading it is member-record.ts's. */
  readonly record: Uint8Array
  /** What this side already has of the other's payloads, so that the other sends only the rest. */
  readonly received: Received | undefined
}

export type Frame =
  | Hello
  /** `stamp` is the sender's own clock and means nothing to the other side, who returns it. */
  | { readonly kind: 'ping'; readonly stamp: number }
  | { readonly kind: 'pong'; readonly stamp: number }
  /** One numbered payload. */
  | { readonly kind: 'data'; readonly seq: number; readonly payload: Uint8Array }
  /** Everything up to and including `seq` has arrived. */
  | { readonly kind: 'ack'; readonly seq: number }
  /** What two peers do to have the same logs, see log-messages.ts. */
  | { readonly kind: 'log'; readonly message: Uint8Array }
  /** Something of the moment, see payloads.ts; lost when it is lost. */
  | { readonly kind: 'signal'; readonly signal: Uint8Array }
  /** The sender leaves the room. */
  | { readonly kind: 'bye' }

/** The hello of a peer that speaks another version of the protocol; nothing but the version is known of it. */
export interface ForeignHello {
  readonly kind: 'foreign'
  readonly version: number
}

/** What can come over a link. */
export type InboundFrame = Frame | ForeignHello

const TYPE = { hello: 1, ping: 2, pong: 3, data: 4, ack: 5, bye: 6, log: 7, signal: 8 } as const

const MAX_SEQ = 0xffff_ffff

/** @internal The published declarations know nothing of schemas. */
export const RecordSchema = v.pipe(
  v.instance(Uint8Array),
  v.check(({ length }) => length > 0 && length <= MAX_RECORD_BYTES),
)
const InstanceSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(32))
const ForeignSchema = v.custom<readonly [number, ...unknown[]]>(
  (value) => Array.isArray(value) && Number.isInteger(value[0]) && value[0] !== PROTOCOL_VERSION,
)
const HelloSchema = v.strictTuple([
  v.literal(PROTOCOL_VERSION),
  InstanceSchema,
  RecordSchema,
  v.nullable(v.strictTuple([InstanceSchema, v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_SEQ))])),
])

export function encodeFrame(frame: Frame): Uint8Array {
  switch (frame.kind) {
    case 'hello': {
      const received = frame.received ? [frame.received.instance, frame.received.seq] : null
      return withType(TYPE.hello, encodeMsgpack([frame.version, frame.instance, frame.record, received]))
    }
    case 'ping':
    case 'pong': {
      const bytes = typed(TYPE[frame.kind], 8)
      new DataView(bytes.buffer).setFloat64(1, frame.stamp)
      return bytes
    }
    case 'data': {
      const bytes = typed(TYPE.data, 4 + frame.payload.length)
      new DataView(bytes.buffer).setUint32(1, frame.seq)
      bytes.set(frame.payload, 5)
      return bytes
    }
    case 'ack': {
      const bytes = typed(TYPE.ack, 4)
      new DataView(bytes.buffer).setUint32(1, frame.seq)
      return bytes
    }
    case 'log':
      return withType(TYPE.log, frame.message)
    case 'signal':
      return withType(TYPE.signal, frame.signal)
    case 'bye':
      return typed(TYPE.bye, 0)
    default:
      return assertNever(frame)
  }
}

/** Reads a frame from another peer. The payload of a `data` frame is a view of `bytes`, not a copy. */
export function decodeFrame(bytes: Uint8Array): Result<InboundFrame> {
  if (bytes.length === 0) return bad('the frame is empty')
  if (bytes.length > MAX_FRAME_BYTES) return bad(`the frame is larger than ${MAX_FRAME_BYTES} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = bytes.length - 1
  switch (bytes[0]) {
    case TYPE.hello:
      return decodeHello(bytes.subarray(1))
    case TYPE.ping:
      return size === 8 ? ok({ kind: 'ping', stamp: view.getFloat64(1) }) : bad('a ping is 9 bytes')
    case TYPE.pong:
      return size === 8 ? ok({ kind: 'pong', stamp: view.getFloat64(1) }) : bad('a pong is 9 bytes')
    case TYPE.data:
      if (size < 5) return bad('a data frame has a number and a payload')
      return ok({ kind: 'data', seq: view.getUint32(1), payload: bytes.subarray(5) })
    case TYPE.ack:
      return size === 4 ? ok({ kind: 'ack', seq: view.getUint32(1) }) : bad('an ack is 5 bytes')
    case TYPE.log:
      return size > 0 ? ok({ kind: 'log', message: bytes.subarray(1) }) : bad('a log frame has a message')
    case TYPE.signal:
      if (size > MAX_SIGNAL_BYTES) return bad(`a signal is larger than ${MAX_SIGNAL_BYTES} bytes`)
      return ok({ kind: 'signal', signal: bytes.subarray(1) })
    case TYPE.bye:
      return size === 0 ? ok({ kind: 'bye' }) : bad('a bye is 1 byte')
    default:
      return bad(`frame type ${bytes[0]} is unknown`)
  }
}

function decodeHello(bytes: Uint8Array): Result<Hello | ForeignHello> {
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  // Before anything else: what follows a version may differ with it.
  const foreign = v.safeParse(ForeignSchema, decoded.value)
  if (foreign.success) return ok({ kind: 'foreign', version: foreign.output[0] })
  const hello = v.safeParse(HelloSchema, decoded.value)
  if (!hello.success) return malformed('hello', hello.issues)
  const [version, instance, record, received] = hello.output
  return ok({
    kind: 'hello',
    version,
    instance,
    record,
    received: received ? { instance: received[0], seq: received[1] } : undefined,
  })
}

function typed(type: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + size)
  bytes[0] = type
  return bytes
}

function withType(type: number, content: Uint8Array): Uint8Array {
  const bytes = typed(type, content.length)
  bytes.set(content, 1)
  return bytes
}
