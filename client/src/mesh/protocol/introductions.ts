/**
 * What two peers tell one another through a go-between in order to link: the content of the boxes that a signaling
 * server hands on. Sealing and signing them is the sealer's. Rules IN1, IN2.
 */
import * as v from 'valibot'
import { MAX_HELD_SIGNALS, MAX_SIGNAL_LENGTHS_TOGETHER } from './limits'
import { decodeMsgpack, encodeMsgpack } from './msgpack'
import { malformed, ok, type Result } from './result'

/** One WebRTC signal: a session description or an ICE candidate. */
export type LinkSignal =
  | { readonly kind: 'offer' | 'answer'; readonly sdp: string }
  | {
      readonly kind: 'candidate'
      readonly candidate: string
      readonly sdpMid: string | null
      readonly sdpMLineIndex: number | null
    }

/** Signals that travel together, and the attempt to link that they belong to. Without any it only says that somebody is there. */
export interface Introduction {
  readonly session: string
  readonly signals: readonly LinkSignal[]
}

/** `number` counts the introductions of its sender, from 1, so that none is taken twice. */
export interface NumberedIntroduction extends Introduction {
  readonly number: number
}

const SdpSchema = v.pipe(v.string(), v.regex(/^v=0/), v.maxLength(MAX_SIGNAL_LENGTHS_TOGETHER))
const SignalSchema = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['offer', 'answer']), sdp: SdpSchema }),
  v.strictObject({
    kind: v.literal('candidate'),
    candidate: v.pipe(v.string(), v.maxLength(1024)),
    sdpMid: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    sdpMLineIndex: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(255))),
  }),
])
const IntroductionSchema = v.strictObject({
  number: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  session: v.pipe(v.string(), v.minLength(1), v.maxLength(32)),
  signals: v.pipe(v.array(SignalSchema), v.maxLength(MAX_HELD_SIGNALS)),
})

export const encodeIntroduction = ({ number, session, signals }: NumberedIntroduction): Uint8Array =>
  encodeMsgpack({ number, session, signals: signals.map((signal) => ({ ...signal })) })

export function decodeIntroduction(bytes: Uint8Array): Result<NumberedIntroduction> {
  const decoded = decodeMsgpack(bytes)
  if (!decoded.ok) return decoded
  const parsed = v.safeParse(IntroductionSchema, decoded.value)
  return parsed.success ? ok(parsed.output) : malformed('introduction', parsed.issues)
}
