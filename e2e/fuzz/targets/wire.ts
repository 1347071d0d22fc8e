/**
 * The doors for bytes from peers. Each answers with a value or a reason and never throws; what it takes is made again by
 * its encoder, and says the same.
 */
import { fromBase64Url, toBase64Url } from '../../../client/src/mesh/protocol/base64url'
import { findDataFault, leastSize } from '../../../client/src/mesh/protocol/data'
import { decodeFrame, encodeFrame } from '../../../client/src/mesh/protocol/frames'
import { decodeIntroduction, encodeIntroduction } from '../../../client/src/mesh/protocol/introductions'
import { decodeMsgpack, encodeMsgpack } from '../../../client/src/mesh/protocol/msgpack'
import { decodePayload, encodePayload } from '../../../client/src/mesh/protocol/payloads'
import type { Result } from '../../../client/src/mesh/protocol/result'
import { embed, mutateBytes, wildMsgpack } from '../bytes'
import type { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { mutateText, text } from '../texts'
import { anything, data, mutateValue } from '../values'
import { honestFrame, honestIntroduction, honestPayload } from './honest'

/** Characters. A reason is for a log or a developer; whoever sends nonsense must not fill either. */
const MAX_REASON = 500

/** Bytes to be decoded: those of `encode` altered as bytes or as values, or anything. */
export function altered(dice: Dice, encode: () => Uint8Array, decode: (bytes: Uint8Array) => unknown): Uint8Array {
  switch (dice.below(8)) {
    case 0:
      return embed(dice, wildMsgpack(dice))
    case 1:
      return dice.bytes(dice.count())
    case 2:
      return reshaped(dice, encode(), decode)
    default:
      return embed(dice, mutateBytes(dice, encode()))
  }
}

/** Well-formed MessagePack of the wrong shape, which altered bytes seldom are. */
function reshaped(dice: Dice, bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): Uint8Array {
  const value = mutateValue(dice, decode(bytes))
  return findDataFault(value) ? bytes : encodeMsgpack(value as never)
}

/** @returns the value, once it is known that a refusal is given in words, and not in many */
export function read<Value>(result: Result<Value>): { readonly value: Value } | undefined {
  if (result.ok) return result
  expectThat(result.reason.length > 0 && result.reason.length <= MAX_REASON, 'the reason is no short text')
  return undefined
}

export function expectRoundTrip<Value>(value: Value, again: Result<Value>): void {
  expectThat(again.ok, `what was taken is refused when it is made again: ${again.ok || again.reason}`)
  expectThat(isSame(value, again.value), 'what was taken is something else when it is made again')
}

export const msgpackValue = (bytes: Uint8Array): unknown => {
  const decoded = decodeMsgpack(bytes)
  return decoded.ok ? decoded.value : undefined
}

/** A frame of one MessagePack value, which stands behind the type. */
const helloValueOf = (bytes: Uint8Array): unknown => (bytes[0] === 1 ? msgpackValue(bytes.subarray(1)) : undefined)

const withType = (type: number, bytes: Uint8Array): Uint8Array => Uint8Array.from([type, ...bytes])

function hostileFrame(dice: Dice): Uint8Array {
  const honest = encodeFrame(honestFrame(dice))
  const isHello = helloValueOf(honest) !== undefined
  return isHello && dice.chance(1 / 2)
    ? withType(1, reshaped(dice, honest.subarray(1), msgpackValue))
    : altered(dice, () => honest, helloValueOf)
}

export const WIRE: readonly Target[] = [
  target({
    name: 'msgpack',
    make: (dice) => altered(dice, () => encodeMsgpack(data(dice)), msgpackValue),
    hold(bytes) {
      const decoded = read(decodeMsgpack(bytes))
      if (!decoded) return
      const { value } = decoded
      expectThat(leastSize(value, Infinity) <= bytes.length, 'more came out than went in')
      const fault = findDataFault(value)
      expectThat(!fault || fault.problem.startsWith('is nested deeper'), `what came out ${fault?.problem}`)
      expectRoundTrip(value, decodeMsgpack(encodeMsgpack(value)))
      expectThat(!(value instanceof Uint8Array && value.buffer === bytes.buffer), 'bytes keep the message in memory')
    },
  }),
  target({
    name: 'data',
    make: anything,
    hold(value) {
      const fault = findDataFault(value)
      if (fault) return expectThat(fault.path.startsWith('data') && fault.problem.length > 0, 'it has no words')
      // The compiler cannot know what the line above found out.
      const decoded = decodeMsgpack(encodeMsgpack(value as never))
      expectThat(decoded.ok, `it is refused on the other side: ${decoded.ok || decoded.reason}`)
      expectThat(isSame(value, decoded.value), 'it arrives as something else')
    },
  }),
  target({
    name: 'frames',
    make: hostileFrame,
    hold(bytes) {
      const frame = read(decodeFrame(bytes))?.value
      if (frame && frame.kind !== 'foreign') expectRoundTrip(frame, decodeFrame(encodeFrame(frame)))
    },
  }),
  target({
    name: 'payloads',
    make: (dice) => altered(dice, () => encodePayload(honestPayload(dice)), msgpackValue),
    hold(bytes) {
      const payload = read(decodePayload(bytes))
      if (payload) expectRoundTrip(payload.value, decodePayload(encodePayload(payload.value)))
    },
  }),
  target({
    name: 'introductions',
    make: (dice) => altered(dice, () => encodeIntroduction(honestIntroduction(dice)), msgpackValue),
    hold(bytes) {
      const introduction = read(decodeIntroduction(bytes))
      if (introduction) expectRoundTrip(introduction.value, decodeIntroduction(encodeIntroduction(introduction.value)))
    },
  }),
  target({
    name: 'base64url',
    make: (dice) => (dice.chance(1 / 8) ? text(dice) : mutateText(dice, toBase64Url(dice.bytes(dice.count(64))))),
    hold(encoded) {
      const bytes = fromBase64Url(encoded)
      if (!bytes) return
      expectThat(/^[A-Za-z0-9_-]*$/.test(encoded), 'it took what is no base64url')
      expectThat(isSame(fromBase64Url(toBase64Url(bytes)), bytes), 'its bytes are others when made again')
    },
  }),
]
