/**
 * Who says what: boxes and records that were altered, by somebody who has the room's key or by somebody who has none,
 * and signatures made of nothing. What opens says what its author said, and nothing else opens.
 */
import { openRecord, signRecord } from '../../../client/src/mesh/identity/member-record'
import { peerKeyOf } from '../../../client/src/mesh/identity/peer-key'
import { ReplayWindow } from '../../../client/src/mesh/identity/replay-window'
import { safetyCode } from '../../../client/src/mesh/identity/safety-code'
import { Sealer } from '../../../client/src/mesh/identity/sealer'
import { ed25519Signatures, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../../../client/src/mesh/identity/signatures'
import { openSigned, signContent } from '../../../client/src/mesh/identity/signed'
import { toBase64Url } from '../../../client/src/mesh/protocol/base64url'
import { type Address, toAddress, toPeerId, toRoomId } from '../../../client/src/mesh/protocol/ids'
import { decodeMsgpack, encodeMsgpack } from '../../../client/src/mesh/protocol/msgpack'
import { seededRandom } from '../../../client/src/sim/seeded-random'
import { mutateBytes } from '../bytes'
import { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { honestIntroduction } from './honest'

const ROOM = toRoomId(new Uint8Array(16))
const OTHER_ROOM = toRoomId(new Uint8Array(16).fill(1))
const KEY = new Uint8Array(32).fill(7)
const OTHER_KEY = new Uint8Array(32).fill(8)
const ALICE = { address: toAddress('alice'.padEnd(22, '-')), key: peerKeyOf(new Uint8Array(32), ed25519Signatures) }
const BOB = { address: toAddress('bob'.padEnd(22, '-')), key: peerKeyOf(KEY, ed25519Signatures) }
const CAROLS_ADDRESS = toAddress('carol'.padEnd(22, '-'))

/** A signature takes a millisecond, so that a few are made, and altered over and over. */
const POOL = 24

const sealer = (who: typeof ALICE, room = ROOM, sealingKey = KEY): Sealer =>
  new Sealer({ room, sealingKey, ...who, signatures: ed25519Signatures, random: seededRandom(1) })

const fromPool = <Item>(make: (dice: Dice) => Item): ((index: number) => Item) => {
  const made = new Map<number, Item>()
  return (index) => {
    const item = made.get(index) ?? make(new Dice(1, 'pool', index))
    made.set(index, item)
    return item
  }
}

const sealedByAlice = fromPool((dice) => {
  const { session, signals } = honestIntroduction(dice)
  return { introduction: { session, signals }, box: sealer(ALICE).seal(BOB.address, { session, signals }) }
})

const signedByAlice = fromPool((dice) => {
  const content = dice.bytes(dice.count())
  return { content, envelope: signContent('wren', content, ALICE.key) }
})

const recordOfAlice = fromPool((dice) => {
  const name = dice.pick(['alice', 'Älice 🐦', 'a'])
  const revision = dice.below(2 ** 40)
  return { peer: ALICE.key.id, name, revision, record: signRecord(ROOM, { name, revision }, ALICE.key) }
})

/** One of the pool, altered. `of` tells which. */
interface Altered {
  readonly of: number
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
      const of = dice.below(POOL)
      const { box } = sealedByAlice(of)
      return { of, way: dice.chance(3 / 4) ? 'right' : dice.pick(Object.keys(WAYS)), bytes: mutateBytes(dice, box) }
    },
    hold({ of, way, bytes }) {
      const { introduction, box } = sealedByAlice(of)
      const { from, opener } = WAYS[way] ?? WAYS.right ?? { from: ALICE.address, opener: () => sealer(BOB) }
      const at = opener()
      const opened = at.open(from, bytes)
      if (way !== 'right' || !isSame(bytes, box)) return expectThat(opened.kind === 'refused', 'an altered box opened')
      expectThat(opened.kind === 'opened' && opened.peer === ALICE.key.id, 'an honest box is refused')
      expectThat(isSame(opened.introduction, introduction), 'a box says something else than was sealed')
      expectThat(at.open(from, bytes).kind === 'refused', 'a box opened twice')
    },
  }),
  target({
    name: 'signed-content',
    share: 0.1,
    make(dice): Altered {
      const of = dice.below(POOL)
      return { of, bytes: alter(dice, signedByAlice(of).envelope) }
    },
    hold({ of, bytes }) {
      expectThat(!openSigned('crane', bytes, ed25519Signatures).ok, 'it is valid for another use')
      const opened = openSigned('wren', bytes, ed25519Signatures)
      if (!opened.ok) return
      expectThat(opened.value.author === ALICE.key.id, 'somebody else is its author')
      expectThat(isSame(opened.value.content, signedByAlice(of).content), 'alice is said to have signed it')
    },
  }),
  target({
    name: 'records',
    share: 0.1,
    make(dice): Altered {
      const of = dice.below(POOL)
      return { of, bytes: alter(dice, recordOfAlice(of).record) }
    },
    hold({ of, bytes }) {
      const { record, ...said } = recordOfAlice(of)
      expectThat(!isSame(bytes, record) || openRecord(ROOM, bytes, ed25519Signatures).ok, 'an honest record is refused')
      const opened = openRecord(ROOM, bytes, ed25519Signatures)
      if (!opened.ok) return expectThat(opened.reason.length < 500, 'the reason is no short text')
      expectThat(isSame(opened.value, said), 'a record says something else than was signed')
      expectThat(!openRecord(OTHER_ROOM, bytes, ed25519Signatures).ok, 'a record of another room is taken')
    },
  }),
  target({
    name: 'signatures',
    share: 0.1,
    make: (dice) => ({
      publicKey: dice.chance(1 / 16) ? dice.bytes(dice.count()) : point(dice),
      signature: Buffer.concat([point(dice), point(dice)]).subarray(
        0,
        dice.chance(1 / 16) ? dice.below(64) : undefined,
      ),
      message: dice.bytes(dice.count()),
    }),
    hold({ publicKey, signature, message }) {
      const isValid = ed25519Signatures.verify(signature, message, publicKey)
      expectThat(!isValid, 'nobody signed it, and it is valid')
      expectThat(signature.length <= SIGNATURE_BYTES, 'it is no signature')
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
