/**
 * What is kept in logs: entries as bytes, what they say, their ids, and what two people seal for one another. Whatever
 * comes is refused with a reason or read as it was written, on every screen alike.
 */
import { PairSealer } from '../../../client/src/mesh/identity/pair-sealer'
import { peerKeyOf } from '../../../client/src/mesh/identity/peer-key'
import { librarySignatures } from '../../../client/src/mesh/identity/signatures'
import type { Content, Writable } from '../../../client/src/mesh/log/content'
import { decodeContent, encodeContent } from '../../../client/src/mesh/log/content-codec'
import type { EntryId } from '../../../client/src/mesh/log/entry'
import {
  decodeEntry,
  digestEntry,
  encodeEntry,
  hashEntry,
  type RawEntry,
} from '../../../client/src/mesh/log/entry-codec'
import { entryId, parseEntryId } from '../../../client/src/mesh/log/entry-id'
import { entryIdIn, isEntryIdIn, scopeOfPair, scopeOfRoom } from '../../../client/src/mesh/log/log-scope'
import { readWritable } from '../../../client/src/mesh/log/writable'
import { toBase64Url } from '../../../client/src/mesh/protocol/base64url'
import { findDataFault } from '../../../client/src/mesh/protocol/data'
import { RoomError } from '../../../client/src/mesh/protocol/errors'
import { type PeerId, toPeerId, toRoomId } from '../../../client/src/mesh/protocol/ids'
import { MAX_NAME_LENGTH, MAX_PARENTS } from '../../../client/src/mesh/protocol/limits'
import { seededRandom } from '../../../client/src/sim/seeded-random'
import { mutateBytes } from '../bytes'
import { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'
import { mutateText, text } from '../texts'
import { anything, data, mutateValue } from '../values'
import { altered, expectRoundTrip, msgpackValue, read } from './wire'

const ROOM = toRoomId(new Uint8Array(16))
const [ALICE, BOB, CAROL] = [
  await peerKeyOf(new Uint8Array(32).fill(1), librarySignatures),
  await peerKeyOf(new Uint8Array(32).fill(2), librarySignatures),
  await peerKeyOf(new Uint8Array(32).fill(3), librarySignatures),
]
const SCOPES = { room: scopeOfRoom(ROOM), pair: scopeOfPair(ROOM, ALICE.id, BOB.id) } as const
type ScopeName = keyof typeof SCOPES
const PLACE = { author: ALICE.id, previous: new Uint8Array(32) }

const peer = (dice: Dice): PeerId => toPeerId(toBase64Url(dice.bytes(16)))
const count = (dice: Dice): number => 1 + dice.below(dice.pick([4, 300, 2 ** 32, 2 ** 53 - 1]))
const words = (dice: Dice, most = 200): string =>
  `${text(dice, most - 4)
    .toWellFormed()
    .trim()}wren`
const scopeName = (dice: Dice): ScopeName => dice.pick(['room', 'pair'])

const entry = (dice: Dice): RawEntry => ({
  ...PLACE,
  seq: count(dice),
  lamport: count(dice),
  at: dice.pick([0, -1, 1.5, Date.UTC(2026, 0, 1) + dice.below(2 ** 32), 1e300]),
  parents: dice.list(dice.below(MAX_PARENTS + 1), () => ({ author: peer(dice), seq: count(dice) })),
  kind: dice.below(dice.pick([9, 256])),
  body: dice.chance(1 / 2) ? data(dice) : words(dice),
})

type Makers = {
  readonly [Kind in Writable['kind']]: (dice: Dice, to: () => EntryId) => Extract<Writable, { readonly kind: Kind }>
}

const WRITABLES: Makers = {
  text: (dice) => ({ kind: 'text', text: words(dice) }),
  reply: (dice, to) => ({ kind: 'reply', to: to(), text: words(dice) }),
  reaction: (dice, to) => ({
    kind: 'reaction',
    to: to(),
    emoji: dice.pick(['👍', '👩🏽‍❤️‍💋‍👨🏿', '🇩🇪', 'é']),
    present: dice.chance(1 / 2),
  }),
  edit: (dice, to) => ({ kind: 'edit', to: to(), text: words(dice) }),
  removal: (_, to) => ({ kind: 'removal', to: to() }),
  data: (dice) => ({ kind: 'data', data: data(dice) }),
}

function writable(dice: Dice, scope: ScopeName): Writable {
  const author = () => (scope === 'room' ? peer(dice) : dice.pick([ALICE.id, BOB.id]))
  return dice.pick(Object.values(WRITABLES))(dice, () =>
    entryIdIn(SCOPES[scope], { author: author(), seq: count(dice) }),
  )
}

const content = (dice: Dice, scope: ScopeName): Content =>
  dice.chance(1 / 8) ? { kind: 'name', name: words(dice, MAX_NAME_LENGTH) } : writable(dice, scope)

/** Sealing takes a fraction of a millisecond, agreeing several: the two do it once. */
const [ALICES, BOBS, CAROLS] = await Promise.all([sealer(ALICE, BOB), sealer(BOB, ALICE), sealer(CAROL, ALICE)])

async function sealer(key: typeof ALICE, other: typeof ALICE): Promise<PairSealer> {
  const { publicKey } = other
  const made = await PairSealer.of({ room: ROOM, key, publicKey, random: seededRandom(1) })
  expectThat(made !== undefined, 'honest people agree on nothing')
  return made
}

const BOX_PLACE = { author: ALICE.id, to: BOB.id, seq: 7 }
const BOXES = Array.from({ length: 24 }, (_, index) => {
  const plain = new Dice(1, 'pair-boxes', index).bytes(index)
  return { plain, box: ALICES.seal(plain, BOX_PLACE) }
})
/** Where a box is said to stand, and who opens it. */
const PLACES = [
  { opener: BOBS, place: BOX_PLACE, isRight: true },
  { opener: ALICES, place: BOX_PLACE, isRight: true },
  { opener: CAROLS, place: BOX_PLACE, isRight: false },
  { opener: BOBS, place: { ...BOX_PLACE, seq: 8 }, isRight: false },
  { opener: BOBS, place: { ...BOX_PLACE, author: BOB.id, to: ALICE.id }, isRight: false },
] as const

export const ENTRIES: readonly Target[] = [
  target({
    name: 'entries',
    make(dice) {
      const honest = encodeEntry(entry(dice))
      return { honest, bytes: altered(dice, () => honest, msgpackValue) }
    },
    hold({ honest, bytes }) {
      const raw = read(decodeEntry(bytes, PLACE))?.value
      if (!raw) return expectThat(!isSame(bytes, honest), 'an honest entry is refused')
      for (const number of [raw.seq, raw.lamport, ...raw.parents.map(({ seq }) => seq)]) {
        expectThat(Number.isSafeInteger(number) && number > 0, `it counts ${number}`)
      }
      expectThat(Number.isFinite(raw.at), `it was written at ${raw.at}`)
      const authors = new Set([PLACE.author, ...raw.parents.map(({ author }) => author)])
      expectThat(authors.size === raw.parents.length + 1, 'an author is named twice')
      expectThat(raw.parents.length <= MAX_PARENTS, `it has ${raw.parents.length} parents`)
      expectRoundTrip(raw, decodeEntry(encodeEntry(raw), PLACE))
      const sum = { ...PLACE, seq: raw.seq, digest: digestEntry(bytes) }
      const hash = hashEntry(SCOPES.room, sum)
      const isHonest = isSame(hash, hashEntry(SCOPES.room, { ...sum, digest: digestEntry(honest) }))
      expectThat(isHonest === isSame(bytes, honest), 'two entries have one hash')
      expectThat(!isSame(hash, hashEntry(SCOPES.pair, sum)), 'an entry of one log passes for one of another')
    },
  }),
  target({
    name: 'entry-ids',
    make(dice) {
      const id = entryId({ author: peer(dice), seq: count(dice) }, dice.chance(1 / 2) ? peer(dice) : undefined)
      return dice.chance(1 / 8) ? text(dice) : mutateText(dice, id)
    },
    hold(id) {
      const name = parseEntryId(id)
      if (name) expectThat(entryId(name, name.to) === id, 'an entry has two ids')
    },
  }),
  target({
    name: 'contents',
    make(dice) {
      const scope = scopeName(dice)
      const honest = content(dice, dice.chance(7 / 8) ? scope : scopeName(dice))
      const { kind, body } = encodeContent(honest)
      const other = dice.chance(1 / 4) ? body : mutateValue(dice, body)
      const isData = findDataFault(other) === undefined
      // The compiler cannot know what the line above found out.
      return { scope, kind: dice.chance(1 / 4) ? dice.below(256) : kind, body: isData ? (other as typeof body) : body }
    },
    hold({ scope, kind, body }) {
      const read = decodeContent(kind, body, SCOPES[scope])
      if (read.kind === 'unknown') return
      if ('to' in read) expectThat(isEntryIdIn(SCOPES[scope], read.to), 'it refers to an entry of another log')
      const again = encodeContent(read)
      expectThat(again.kind === kind, 'it is of another kind when it is written again')
      expectThat(isSame(decodeContent(kind, again.body, SCOPES[scope]), read), 'written again it says something else')
    },
  }),
  target({
    name: 'writables',
    make(dice) {
      const scope = scopeName(dice)
      const honest = writable(dice, scope)
      const isHonest = dice.chance(1 / 4)
      return {
        scope,
        isHonest,
        value: isHonest ? honest : dice.chance(1 / 4) ? anything(dice) : mutateValue(dice, honest),
      }
    },
    hold({ scope, isHonest, value }) {
      try {
        const written = readWritable(value, SCOPES[scope])
        const { kind, body } = encodeContent(written)
        const sent = decodeEntry(encodeEntry({ ...PLACE, seq: 1, lamport: 1, at: 0, parents: [], kind, body }), PLACE)
        expectThat(sent.ok, `what may be written is refused on the other side: ${sent.ok || sent.reason}`)
        expectThat(isSame(decodeContent(kind, sent.value.body, SCOPES[scope]), written), 'it arrives as something else')
      } catch (error) {
        if (!(error instanceof RoomError)) throw error
        expectThat(!isHonest, `honest content is refused: ${error.message}`)
        expectThat(error.reason === 'bad-data' || error.reason === 'too-large', `it is refused as ${error.reason}`)
      }
    },
  }),
  target({
    name: 'pair-boxes',
    make(dice) {
      const honest = dice.pick(BOXES)
      const place = dice.chance(3 / 4) ? 0 : dice.below(PLACES.length)
      return { honest, place, box: mutateBytes(dice, honest.box) }
    },
    hold({ honest, place, box }) {
      const way = PLACES[place]
      expectThat(way !== undefined, 'there is no such place')
      const opened = way.opener.open(box, way.place)
      const isRight = way.isRight && isSame(box, honest.box)
      expectThat(isRight === (opened !== undefined), isRight ? 'an honest box is refused' : 'an altered box opened')
      expectThat(!isRight || isSame(opened, honest.plain), 'a box says something else than was sealed')
    },
  }),
]
