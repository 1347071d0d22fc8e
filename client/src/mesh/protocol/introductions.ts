/**
 * What two peers tell one another through a go-between in order to link: the content of the opaque
 * boxes that a signaling server hands on. Rules IN1-IN3.
 */
import * as v from 'valibot'
import { decodeMsgpack, encodeMsgpack } from './msgpack'
import { bad, ok, type Result } from './result'

/** One WebRTC signal: a session description or an ICE candidate. */
export type LinkSignal =
  | { readonly kind: 'offer' | 'answer'; readonly sdp: string }
  | {
      readonly kind: 'candidate'
      readonly candidate: string
      readonly sdpMid: string | null
      readonly sdpMLineIndex: number | null
    }

/** A signal and the attempt to link that it belongs to. */
export interface Introduction {
  readonly session: string
  readonly signal: LinkSignal
}

const SdpSchema = v.pipe(v.string(), v.startsWith('v=0'), v.maxLength(12 * 1024))
const SignalSchema = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['offer', 'answer']), sdp: SdpSchema }),
  v.strictObject({
    kind: v.literal('candidate'),
    candidate: v.pipe(v.string(), v.maxLength(1024)),
    sdpMid: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    sdpMLineIndex: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  }),
])
const IntroductionSchema = v.strictObject({
  session: v.pipe(v.string(), v.minLength(1), v.maxLength(32)),
  signal: SignalSchema,
})

export const encodeIntroduction = (introduction: Introduction): Uint8Array =>
  encodeMsgpack({ session: introduction.session, signal: { ...introduction.signal } })

export function decodeIntroduction(box: Uint8Array): Result<Introduction> {
  const decoded = decodeMsgpack(box)
  if (!decoded.ok) return decoded
  const parsed = v.safeParse(IntroductionSchema, decoded.value)
  return parsed.success ? ok(parsed.output) : bad(`the introduction is malformed: ${parsed.issues[0].message}`)
}
