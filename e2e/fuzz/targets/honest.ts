/** What honest peers send, of every kind: where altering begins. The types tell when a kind is missing. */
import type { Frame } from '../../../client/src/mesh/protocol/frames'
import type { LinkSignal, NumberedIntroduction } from '../../../client/src/mesh/protocol/introductions'
import { MAX_RECORD_BYTES, MAX_TOPIC_LENGTH } from '../../../client/src/mesh/protocol/limits'
import { type Payload, REFUSAL_REASONS } from '../../../client/src/mesh/protocol/payloads'
import type { Dice } from '../dice'
import { text } from '../texts'
import { data, number } from '../values'

type Makers<Kind extends { readonly kind: string }> = {
  readonly [Name in Kind['kind']]: (dice: Dice) => Extract<Kind, { readonly kind: Name }>
}

const words = (dice: Dice, most: number): string => text(dice, most).toWellFormed() || 'wren'
const count = (dice: Dice): number => dice.below(dice.pick([4, 300, 2 ** 32]))
const record = (dice: Dice): Uint8Array => dice.bytes(1 + dice.count(MAX_RECORD_BYTES - 1))
const received = (dice: Dice) => (dice.chance(1 / 2) ? { instance: words(dice, 32), seq: count(dice) } : undefined)

const FRAMES: Makers<Frame> = {
  hello: (dice) => ({
    kind: 'hello',
    version: 1,
    instance: words(dice, 32),
    record: record(dice),
    received: received(dice),
  }),
  ping: (dice) => ({ kind: 'ping', stamp: number(dice) }),
  pong: (dice) => ({ kind: 'pong', stamp: number(dice) }),
  data: (dice) => ({ kind: 'data', seq: count(dice), payload: dice.bytes(1 + dice.count()) }),
  ack: (dice) => ({ kind: 'ack', seq: count(dice) }),
  bye: () => ({ kind: 'bye' }),
}

const PAYLOADS: Makers<Payload> = {
  message: (dice) => ({
    kind: 'message',
    number: count(dice),
    direct: dice.chance(1 / 2),
    at: dice.chance(1 / 4) ? dice.pick([0, -1, 8.64e15, 8.65e15, 1e300, 0.5]) : Date.UTC(2026, 0, 1) + count(dice),
    data: data(dice),
  }),
  request: (dice) => ({
    kind: 'request',
    number: count(dice),
    topic: words(dice, MAX_TOPIC_LENGTH),
    body: data(dice),
  }),
  answer: (dice) => ({ kind: 'answer', number: count(dice), body: data(dice) }),
  refusal: (dice) => ({
    kind: 'refusal',
    number: count(dice),
    reason: dice.pick(REFUSAL_REASONS),
    message: words(dice, 500),
  }),
  record: (dice) => ({ kind: 'record', record: record(dice) }),
}

const description = (dice: Dice): string => `v=0\r\no=- ${count(dice)} 2 IN IP4 127.0.0.1\r\n${words(dice, 200)}`

const SIGNALS: readonly ((dice: Dice) => LinkSignal)[] = [
  (dice) => ({ kind: 'offer', sdp: description(dice) }),
  (dice) => ({ kind: 'answer', sdp: description(dice) }),
  (dice) => ({
    kind: 'candidate',
    candidate: `candidate:${count(dice)} 1 udp 2113937151 ${words(dice, 60)} 60000 typ host`,
    sdpMid: dice.pick([null, '0', words(dice, 64)]),
    sdpMLineIndex: dice.pick([null, 0, dice.below(256)]),
  }),
]

export const honestFrame = (dice: Dice): Frame => dice.pick(Object.values(FRAMES))(dice)

export const honestPayload = (dice: Dice): Payload => dice.pick(Object.values(PAYLOADS))(dice)

export const honestIntroduction = (dice: Dice): NumberedIntroduction => ({
  number: 1 + count(dice),
  session: words(dice, 32),
  signals: dice.list(dice.below(4), () => dice.pick(SIGNALS)(dice)),
})
