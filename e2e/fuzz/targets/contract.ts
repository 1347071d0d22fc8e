/**
 * The contract between server and clients: what either side may send the other, altered; and the server's answers, which
 * fit the contract whatever was asked, and repeat nothing of it.
 */
import * as v from 'valibot'
import * as contract from '../../../signaling-server/src/contract'
import { Introductions, type Peer } from '../../../signaling-server/src/introductions'
import { LIMITS } from '../../../signaling-server/src/limits'
import { check } from '../../../signaling-server/src/validation'
import type { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { text } from '../texts'
import { anything, mutateValue } from '../values'

/** Stands in what a client asks, never in a field's name: no answer may have it. */
const SECRET = 'secret-wren'

/** Characters. The longest answer of the contract. */
const MAX_WORDS = 1024

const IDS = ['AAECAwQFBgcICQoLDA0ODw', 'a'.repeat(22), '-_-_-_-_-_-_-_-_-_-_-_', 'wren------------------'] as const

const id = (dice: Dice): string => dice.pick(IDS)
const box = (dice: Dice): Uint8Array =>
  dice.chance(1 / 50) ? new Uint8Array(contract.MAX_BOX_BYTES + dice.below(2)) : dice.bytes(1 + dice.count())
const iceServer = (dice: Dice): unknown => {
  const urls = dice.list(1 + dice.below(3), () => dice.pick(['stun:example.org:3478', 'turns:[::1]?transport=tcp']))
  return { urls: dice.chance(1 / 2) ? urls : urls[0], ...(dice.chance(1 / 2) && { username: 'wren', credential: 'x' }) }
}
const join = (dice: Dice): object => ({ v: contract.CONTRACT_VERSION, room: id(dice), peer: id(dice), token: id(dice) })
const signal = (dice: Dice): object => ({ room: id(dice), to: id(dice), box: box(dice) })
const leave = (dice: Dice): object => ({ room: id(dice) })
const refused = (dice: Dice): object => ({ ok: false, reason: dice.pick(contract.REFUSALS), message: text(dice) })
const joined = (dice: Dice): object => ({
  ok: true,
  peers: dice.list(dice.count(contract.MAX_LISTED_PEERS + 1), () => id(dice)),
  iceServers: dice.list(dice.below(4), () => iceServer(dice)),
})

interface Document {
  readonly name: string
  readonly schema: v.GenericSchema
  readonly make: (dice: Dice) => unknown
}

/** Whatever one side sends, as the other reads it. */
const DOCUMENTS: readonly Document[] = [
  { name: 'join', schema: contract.JoinRequestSchema, make: join },
  { name: 'signal', schema: contract.SignalRequestSchema, make: signal },
  { name: 'leave', schema: contract.LeaveRequestSchema, make: leave },
  { name: 'joined', schema: contract.JoinReplySchema, make: (dice) => dice.pick([joined, refused])(dice) },
  { name: 'done', schema: contract.DoneReplySchema, make: (dice) => dice.pick([refused, () => ({ ok: true })])(dice) },
  {
    name: 'delivery',
    schema: contract.SignalDeliverySchema,
    make: (dice) => ({ room: id(dice), from: id(dice), box: box(dice) }),
  },
  { name: 'ICE', schema: contract.IceServersSchema, make: (dice) => dice.list(dice.below(4), () => iceServer(dice)) },
  { name: 'box', schema: contract.BoxSchema, make: box },
  { name: 'address', schema: contract.AddressSchema, make: id },
  { name: 'room', schema: contract.RoomIdSchema, make: id },
  { name: 'token', schema: contract.TokenSchema, make: id },
]

function hostile(dice: Dice, honest: unknown): unknown {
  if (dice.chance(1 / 8)) return anything(dice)
  return dice.chance(1 / 8) ? honest : plant(dice, mutateValue(dice, honest))
}

/** Puts the secret into some of the texts. */
function plant(dice: Dice, value: unknown): unknown {
  if (typeof value === 'string') return dice.chance(1 / 4) ? `${value.slice(0, 11)}${SECRET}` : value
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plant(dice, part)]))
}

interface Request {
  readonly asker: number
  readonly event: string
  readonly payload: unknown
}

function request(dice: Dice): Request {
  const event = dice.pick(['join', 'join', 'signal', 'signal', 'leave', SECRET, 'constructor', '__proto__', ''])
  const honest = event === 'signal' ? signal(dice) : event === 'leave' ? leave(dice) : join(dice)
  return { asker: dice.below(4), event, payload: dice.chance(1 / 2) ? honest : hostile(dice, honest) }
}

const PLACES = { ...LIMITS, peersPerRoom: 3, roomsPerSocket: 2 }

function expectQuiet(words: string): void {
  expectThat(words.length > 0 && words.length <= MAX_WORDS, `an answer has ${words.length} characters`)
  expectThat(!words.includes(SECRET), `an answer repeats what was asked: ${words}`)
}

export const CONTRACT: readonly Target[] = [
  target({
    name: 'contract',
    make(dice) {
      const { name, make } = dice.pick(DOCUMENTS)
      return { name, value: hostile(dice, make(dice)) }
    },
    hold({ name, value }) {
      const schema = DOCUMENTS.find((document) => document.name === name)?.schema
      expectThat(schema !== undefined, 'there is no such document')
      const checked = check(schema, value, name)
      const parsed = v.safeParse(schema, value)
      expectThat(parsed.success === checked.ok, 'the two sides disagree about it')
      if (!checked.ok) return expectQuiet(checked.fault)
      const again = v.safeParse(schema, checked.output)
      expectThat(
        again.success && isSame(again.output, checked.output),
        'what was taken is something else when passed on',
      )
      expectThat(isPlain(checked.output), 'what was taken has more to it than its fields')
    },
  }),
  target({
    name: 'server',
    share: 0.5,
    make: (dice) => dice.list(1 + dice.count(30), () => request(dice)),
    hold(requests) {
      const server = new Introductions({ limits: PLACES, iceServers: [{ urls: 'stun:example.org' }] })
      const peers = Array.from({ length: 4 }, (): Peer => ({ spend: () => true, deliver: expectDelivery }))
      for (const { asker, event, payload } of requests) {
        const peer = peers[asker]
        expectThat(peer !== undefined, 'there is no such asker')
        const answer = server.answer(peer, event, payload)
        const schema = event === 'join' ? contract.JoinReplySchema : contract.DoneReplySchema
        expectThat(v.is(schema, answer), `the answer does not fit: ${JSON.stringify(answer)}`)
        if (!answer.ok) expectQuiet(answer.message)
        const { rooms, places } = server.counts()
        expectThat(places <= 4 * PLACES.roomsPerSocket && rooms <= places, `${rooms} rooms, ${places} places`)
      }
      for (const peer of peers) server.forget(peer)
      expectThat(isSame(server.counts(), { rooms: 0, places: 0 }), 'a room is left that nobody is in')
    },
  }),
]

function expectDelivery(delivery: contract.SignalDelivery): boolean {
  expectThat(v.is(contract.SignalDeliverySchema, delivery), 'what is delivered does not fit')
  return true
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  if (Array.isArray(value)) return value.every(isPlain)
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain)
}
