/**
 * Who says what: boxes and records that were altered, by somebody who has the room's key or by somebody who has none,
 * and signatures made of nothing. What opens says what its author said, and nothing else opens.
 */
import { isRecordSigned, readRecord, signRecord } from '../../../client/src/mesh/identity/member-record'
import { peerIdOf, peerKeyOf } from '../../../client/src/mesh/identity/peer-key'
import { ReplayWindow } from '../../../client/src/mesh/identity/replay-window'
import { safetyCode } from '../../../client/src/mesh/identity/safety-code'
import { Sealer } from '../../../client/src/mesh/identity/sealer'
import {
  AGREED_BYTES,
  librarySignatures,
  PUBLIC_KEY_BYTES,
  webCryptoSignatures,
} from '../../../client/src/mesh/identity/signatures'
import { isSigned, readEnvelope, signContent } from '../../../client/src/mesh/identity/signed'
import { toBase64Url } from '../../../client/src/mesh/protocol/base64url'
import { type Address, toAddress, toPeerId, toRoomId } from '../../../client/src/mesh/protocol/ids'
import { decodeMsgpack, encodeMsgpack } from '../../../client/src/mesh/protocol/msgpack'
import { seededRandom } from '../../../client/src/sim/seeded-random'
import { mutateBytes } from '../bytes'
import { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { honestIntroduction } from './honest'

/** The library's, whose every verdict is the same everywhere. */
const SIGNATURES = librarySignatures
const NATIVE = webCryptoSignatures(crypto.subtle)

const ROOM = toRoomId(new Uint8Array(16))
const OTHER_ROOM = toRoomId(new Uint8Array(16).fill(1))
const KEY = new Uint8Array(32).fill(7)
const OTHER_KEY = new Uint8Array(32).fill(8)
const ALICE = { address: toAddress('alice'.padEnd(22, '-')), key: await peerKeyOf(new Uint8Array(32), SIGNATURES) }
const BOB = { address: toAddress('bob'.padEnd(22, '-')), key: await peerKeyOf(KEY, SIGNATURES) }
const CAROLS_ADDRESS = toAddress('carol'.padEnd(22, '-'))

/** A signature takes a millisecond, so that a few are made, and altered over and over. */
const POOL = 24

const sealer = (who: typeof ALICE, room = ROOM, sealingKey = KEY): Sealer =>
  new Sealer({ room, sealingKey, ...who, signatures: SIGNATURES, random: seededRandom(1) })

/** @returns as many as there are in a pool, made now: inputs are drawn from it without waiting */
const pool = <Item>(make: (dice: Dice) => Promise<Item>): Promise<readonly Item[]> =>
  Promise.all(Array.from({ length: POOL }, (_, index) => make(new Dice(1, 'pool', index))))

const BOXES = await pool(async (dice) => {
  const { session, signals } = honestIntroduction(dice)
  return { introduction: { session, signals }, box: await sealer(ALICE).seal(BOB.address, { session, signals }) }
})

const ENVELOPES = await pool(async (dice) => {
  const content = dice.bytes(dice.count())
  return { content, envelope: await signContent('wren', content, ALICE.key) }
})

const RECORDS = await pool(async (dice) => {
  const name = dice.pick(['alice', 'Älice 🐦', 'a'])
  const revision = dice.below(2 ** 40)
  const record = await signRecord(ROOM, { name, revision }, ALICE.key)
  return { said: { peer: ALICE.key.id, name, revision }, record }
})

/** One of a pool, altered. */
interface Altered<Honest> {
  readonly honest: Honest
  readonly bytes: Uint8Array
}

/** Altered as bytes, or as what they say and encoded again. */
function alter(dice: Dice, bytes: Uint8Array): Uint8Array {
  const decoded = dice.chance(1 / 2) ? decodeMsgpack(bytes) : undefined
  const value = decoded?.ok && Array.isArray(decoded.value) ? decoded.value : undefined
  if (!value) return mutateBytes(dice, bytes)
  const parts = value.map((part) => (part instanceof Uint8Array && dice.chance(1 / 2) ? mutateBytes(dice, part) : part))
  // An envelope of parts alone, of which some are not what they were, or are no longer there.
  return encodeMsgpack(dice.chance(1 / 4) ? parts.slice(dice.below(parts.length)) : parts)
}

/** Where a box is said to come from, and who tries to open it. */
const WAYS: Readonly<Record<string, { readonly from: Address; readonly opener: () => Sealer }>> = {
  right: { from: ALICE.address, opener: () => sealer(BOB) },
  'another sender': { from: CAROLS_ADDRESS, opener: () => sealer(BOB) },
  'back to the sender': { from: BOB.address, opener: () => sealer(ALICE) },
  'another addressee': { from: ALICE.address, opener: () => sealer({ ...BOB, address: CAROLS_ADDRESS }) },
  'another room': { from: ALICE.address, opener: () => sealer(BOB, OTHER_ROOM) },
  'another key': { from: ALICE.address, opener: () => sealer(BOB, ROOM, OTHER_KEY) },
}

/** Encodings that are no points, or points that fit many messages: those of small order, and those past the prime. */
const ODD_POINTS = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `01${'00'.repeat(30)}80`,
  `${'00'.repeat(31)}80`,
  'ff'.repeat(32),
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))

const point = (dice: Dice): Uint8Array => (dice.chance(3 / 4) ? dice.pick(ODD_POINTS) : dice.bytes(PUBLIC_KEY_BYTES))

export const IDENTITY: readonly Target[] = [
  target({
    name: 'boxes',
    share: 0.5,
    make(dice) {
      const honest = dice.pick(BOXES)
      const way = dice.chance(3 / 4) ? 'right' : dice.pick(Object.keys(WAYS))
      return { honest, way, bytes: mutateBytes(dice, honest.box) }
    },
    async hold({ honest, way, bytes }) {
      const known = WAYS[way]
      expectThat(known !== undefined, 'there is no such way')
      const opener = known.opener()
      const opened = await opener.open(known.from, bytes)
      if (way !== 'right' || !isSame(bytes, honest.box)) {
        return expectThat(opened.kind === 'refused', 'an altered box opened')
      }
      expectThat(opened.kind === 'opened' && opened.peer === ALICE.key.id, 'an honest box is refused')
      expectThat(isSame(opened.introduction, honest.introduction), 'a box says something else than was sealed')
      expectThat((await opener.open(known.from, bytes)).kind === 'refused', 'a box opened twice')
    },
  }),
  target({
    name: 'signed-content',
    share: 0.1,
    make(dice): Altered<(typeof ENVELOPES)[number]> {
      const honest = dice.pick(ENVELOPES)
      return { honest, bytes: alter(dice, honest.envelope) }
    },
    async hold({ honest, bytes }) {
      const envelope = readEnvelope(bytes)
      if (!envelope.ok) return expectThat(!isSame(bytes, honest.envelope), 'an honest envelope is refused')
      const { author, content } = envelope.value
      expectThat(!(await isSigned('crane', envelope.value, SIGNATURES)), 'it is valid for another use')
      const isValid = await isSigned('wren', envelope.value, SIGNATURES)
      expectThat(isValid === (await isSigned('wren', envelope.value, NATIVE)), 'browsers disagree about a signature')
      if (!isValid) return expectThat(!isSame(bytes, honest.envelope), 'an honest signature is not valid')
      expectThat(author === ALICE.key.id, 'somebody else is its author')
      expectThat(isSame(content, honest.content), 'alice is said to have signed it')
    },
  }),
  target({
    name: 'records',
    share: 0.1,
    make(dice): Altered<(typeof RECORDS)[number]> {
      const honest = dice.pick(RECORDS)
      return { honest, bytes: alter(dice, honest.record) }
    },
    async hold({ honest, bytes }) {
      const read = readRecord(bytes)
      const isValid = await isRecordSigned(ROOM, bytes, SIGNATURES)
      if (isSame(bytes, honest.record)) expectThat(read.ok && isValid, 'an honest record is refused')
      if (!read.ok) return expectThat(read.reason.length > 0 && read.reason.length < 500, 'the reason is no short text')
      if (!isValid) return
      const { publicKey, ...said } = read.value
      expectThat(isSame(said, honest.said), 'a record says something else than was signed')
      expectThat(peerIdOf(publicKey) === said.peer, 'a record names a key that is not of its peer')
      expectThat(!(await isRecordSigned(OTHER_ROOM, bytes, SIGNATURES)), 'a record of another room is taken')
    },
  }),
  target({
    name: 'signatures',
    share: 0.1,
    make: (dice) => ({
      publicKey: dice.chance(1 / 16) ? dice.bytes(dice.count()) : point(dice),
      signature: Buffer.concat([point(dice), point(dice)]).subarray(0, dice.chance(1 / 16) ? dice.below(64) : 64),
      message: dice.bytes(dice.count()),
    }),
    async hold({ publicKey, signature, message }) {
      expectThat(!(await SIGNATURES.verify(signature, message, publicKey)), 'nobody signed it, and it is valid')
      expectThat(!(await NATIVE.verify(signature, message, publicKey)), 'nobody signed it, and WebCrypto takes it')
    },
  }),
  target({
    name: 'agreements',
    share: 0.1,
    make: (dice) => (dice.chance(1 / 16) ? dice.bytes(dice.count()) : point(dice)),
    async hold(publicKey) {
      const agreed = await ALICE.key.agree(publicKey)
      const isOdd = ODD_POINTS.some((odd) => isSame(odd, publicKey))
      expectThat(!(agreed && isOdd), 'everybody can know what is agreed on with a key of small order')
      expectThat(!agreed || (agreed.length === AGREED_BYTES && agreed.some((byte) => byte !== 0)), 'it is nothing')
    },
  }),
  target({
    name: 'replays',
    make: (dice) => dice.list(dice.count(), () => dice.pick([1 + dice.below(12), dice.below(2 ** 32), 2 ** 53 - 1])),
    hold(numbers) {
      const window = new ReplayWindow(4)
      const taken = new Set<number>()
      for (const number of numbers) {
        const isNew = window.take(number)
        expectThat(!(isNew && taken.has(number)), `${number} is taken twice`)
        const isLate = number <= Math.max(0, ...taken) - 4
        expectThat(isNew || isLate || taken.has(number) || number < 1, `${number} never came, and is not taken`)
        if (isNew) taken.add(number)
      }
    },
  }),
  target({
    name: 'safety-codes',
    make: (dice) => dice.list(2, () => toBase64Url(dice.bytes(16))),
    hold([one = '', other = '']) {
      const code = safetyCode(ROOM, toPeerId(one), toPeerId(other))
      expectThat(/^(\d{5} ){7}\d{5}$/.test(code), `a code reads ${code}`)
      expectThat(code === safetyCode(ROOM, toPeerId(other), toPeerId(one)), 'two people see two codes')
      expectThat(code !== safetyCode(OTHER_ROOM, toPeerId(one), toPeerId(other)), 'a code is good for every room')
    },
  }),
]
