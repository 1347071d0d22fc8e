/** What honest peers send, of every kind: where altering begins. The types tell when a kind is missing. */

import { toBase64Url } from '../../../client/src/mesh/protocol/base64url'
import { type Frame, PROTOCOL_VERSION } from '../../../client/src/mesh/protocol/frames'
import { toPeerId } from '../../../client/src/mesh/protocol/ids'
import type { LinkSignal, NumberedIntroduction } from '../../../client/src/mesh/protocol/introductions'
import { MAX_RECORD_BYTES, MAX_TOPIC_LENGTH } from '../../../client/src/mesh/protocol/limits'
import {
  encodeLogMessage,
  HASH_BYTES,
  type LogMessage,
  type Segment,
  SHORT_HASH_BYTES,
} from '../../../client/src/mesh/protocol/log-messages'
import { encodeSignal, type Payload, REFUSAL_REASONS, type Signal } from '../../../client/src/mesh/protocol/payloads'
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
    version: PROTOCOL_VERSION,
    instance: words(dice, 32),
    record: record(dice),
    received: received(dice),
  }),
  ping: (dice) => ({ kind: 'ping', stamp: number(dice) }),
  pong: (dice) => ({ kind: 'pong', stamp: number(dice) }),
  data: (dice) => ({ kind: 'data', seq: count(dice), payload: dice.bytes(1 + dice.count()) }),
  ack: (dice) => ({ kind: 'ack', seq: count(dice) }),
  log: (dice) => ({ kind: 'log', message: encodeLogMessage(honestLogMessage(dice)) }),
  signal: (dice) => ({ kind: 'signal', signal: encodeSignal(honestSignal(dice)) }),
  bye: () => ({ kind: 'bye' }),
}

const author = (dice: Dice) => toPeerId(toBase64Url(dice.bytes(16)))

/** Of the right shape; whether it is signed, and of what, is not said. */
const segment = (dice: Dice): Segment => ({
  publicKey: dice.chance(1 / 2) ? dice.bytes(32) : undefined,
  previous: dice.chance(1 / 2) ? dice.bytes(HASH_BYTES) : undefined,
  entries: dice.list(1 + dice.below(4), () => dice.bytes(1 + dice.count(200))),
  signature: dice.bytes(64),
})

const LOG_MESSAGES: Makers<LogMessage> = {
  have: (dice) => ({
    kind: 'have',
    direct: dice.chance(1 / 2),
    full: dice.chance(1 / 2),
    feeds: dice.list(dice.below(5), () => ({
      author: author(dice),
      floor: count(dice),
      head: count(dice),
      hash: dice.bytes(SHORT_HASH_BYTES),
    })),
  }),
  got: (dice) => ({ kind: 'got', direct: dice.chance(1 / 2), head: count(dice) }),
  want: (dice) => ({
    kind: 'want',
    direct: dice.chance(1 / 2),
    feeds: dice.list(dice.below(5), () => ({ author: author(dice), from: count(dice) })),
  }),
  entries: (dice) => ({
    kind: 'entries',
    direct: dice.chance(1 / 2),
    answer: dice.chance(1 / 2),
    segments: dice.list(dice.below(4), () => segment(dice)),
  }),
  forks: (dice) => ({
    kind: 'forks',
    direct: dice.chance(1 / 2),
    proofs: dice.list(dice.below(4), () => dice.bytes(dice.count())),
  }),
}

const PAYLOADS: Makers<Payload> = {
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

export const honestLogMessage = (dice: Dice): LogMessage => dice.pick(Object.values(LOG_MESSAGES))(dice)

export const honestSignal = (dice: Dice): Signal => ({
  topic: words(dice, MAX_TOPIC_LENGTH),
  data: data(dice),
  direct: dice.chance(1 / 2),
})

export const honestPayload = (dice: Dice): Payload => dice.pick(Object.values(PAYLOADS))(dice)

export const honestIntroduction = (dice: Dice): NumberedIntroduction => ({
  number: 1 + count(dice),
  session: words(dice, 32),
  signals: dice.list(dice.below(4), () => dice.pick(SIGNALS)(dice)),
})
