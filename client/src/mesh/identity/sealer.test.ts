import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { addressOf } from '../../sim/people'
import { seededRandom } from '../../sim/seeded-random'
import { simSignatures, simSigner } from '../../sim/sim-signatures'
import { type Address, toRoomId } from '../protocol/ids'
import { encodeIntroduction, type Introduction } from '../protocol/introductions'
import { REPLAY_WINDOW } from '../protocol/limits'
import { newSecretKey, type PeerKey, peerKeyOf, toPeerKey } from './peer-key'
import { Sealer, type SealerDeps } from './sealer'
import { librarySignatures } from './signatures'
import { signContent } from './signed'

const random = seededRandom(1)
const ROOM = toRoomId(random.bytes(16))
const SEALING_KEY = random.bytes(32)
const [ALICE, BOB, CAROL, MALLORY] = [addressOf('alice'), addressOf('bob'), addressOf('carol'), addressOf('mallory')]
const newKey = () => peerKeyOf(newSecretKey(random), librarySignatures)
const [alicesKey, bobsKey, mallorysKey] = [await newKey(), await newKey(), await newKey()]

const OFFER: Introduction = { session: 'call', signals: [{ kind: 'offer', sdp: 'v=0 the way to alice' }] }

function sealerOf(address: Address, key: PeerKey, changes: Partial<SealerDeps> = {}): Sealer {
  const deps = { room: ROOM, sealingKey: SEALING_KEY, address, key, signatures: librarySignatures, random }
  return new Sealer({ ...deps, ...changes })
}

const setUp = () => ({ alice: sealerOf(ALICE, alicesKey), bob: sealerOf(BOB, bobsKey) })

/** What somebody who has the room's key can make: whatever is in the envelope, on whatever way. */
function boxOf(from: Address, to: Address, envelope: Uint8Array): Uint8Array {
  const nonce = random.bytes(24)
  const way = utf8ToBytes(`introduction ${ROOM} ${from} ${to}`)
  return concatBytes(nonce, xchacha20poly1305(SEALING_KEY, nonce, way).encrypt(envelope))
}

/** What is in a box, for somebody who has the room's key. */
function envelopeIn(box: Uint8Array, from: Address, to: Address): Uint8Array {
  const way = utf8ToBytes(`introduction ${ROOM} ${from} ${to}`)
  return xchacha20poly1305(SEALING_KEY, box.subarray(0, 24), way).decrypt(box.subarray(24))
}

const contextOf = (from: Address, to: Address) => `introduction ${ROOM} ${from} ${to}`
const REFUSED = (reason: string) => ({ kind: 'refused', reason })

describe('a sealed box', () => {
  it('[IN3] tells bob what alice said, and that it was alice', async () => {
    const { alice, bob } = setUp()
    const box = await alice.seal(BOB, OFFER)
    expect(await bob.open(ALICE, box)).toEqual({ kind: 'opened', peer: alicesKey.id, introduction: OFFER })
  })

  it('[IN3] tells whoever carries it nothing, and looks different each time', async () => {
    const { alice } = setUp()
    const [one, two] = [await alice.seal(BOB, OFFER), await alice.seal(BOB, OFFER)]
    for (const box of [one, two]) {
      const seen = Buffer.from(box)
      for (const secret of ['v=0', 'alice', 'call', 'offer', alicesKey.id]) expect(seen.includes(secret)).toBe(false)
      expect(seen.includes(Buffer.from(alicesKey.publicKey))).toBe(false)
    }
    expect(one.subarray(0, 24)).not.toEqual(two.subarray(0, 24))
  })

  it('[IN3] altered in any byte, cut short or continued does not open', async () => {
    const { alice, bob } = setUp()
    const box = await alice.seal(BOB, OFFER)
    for (let index = 0; index < box.length; index++) {
      expect(await bob.open(ALICE, box.with(index, (box[index] ?? 0) ^ 1))).toEqual(REFUSED('does-not-open'))
      expect(await bob.open(ALICE, box.subarray(0, index))).toEqual(REFUSED('does-not-open'))
    }
    expect(await bob.open(ALICE, Uint8Array.of(...box, 0))).toEqual(REFUSED('does-not-open'))
    expect(await bob.open(ALICE, new Uint8Array(16_384))).toEqual(REFUSED('does-not-open'))
    expect(await bob.open(ALICE, box)).toMatchObject({ kind: 'opened' })
  })

  it("[IN3] does not open without the room's key, or in a room with another id", async () => {
    const box = await setUp().alice.seal(BOB, OFFER)
    const stranger = sealerOf(BOB, bobsKey, { sealingKey: SEALING_KEY.with(0, 1 ^ (SEALING_KEY[0] ?? 0)) })
    const elsewhere = sealerOf(BOB, bobsKey, { room: toRoomId(new Uint8Array(16)) })
    expect(await stranger.open(ALICE, box)).toEqual(REFUSED('does-not-open'))
    expect(await elsewhere.open(ALICE, box)).toEqual(REFUSED('does-not-open'))
  })

  it('[IN4] opens only where it was sent, and only as from where it came', async () => {
    const { alice, bob } = setUp()
    const box = await alice.seal(BOB, OFFER)
    const carol = sealerOf(CAROL, await newKey())
    expect(await carol.open(ALICE, box), 'cross-delivered').toEqual(REFUSED('does-not-open'))
    expect(await bob.open(CAROL, box), 'from somewhere else').toEqual(REFUSED('does-not-open'))
    for (const from of [BOB, ALICE]) {
      expect(await alice.open(from, box), 'reflected').toEqual(REFUSED('does-not-open'))
    }
  })

  it('[IN4] of an earlier run opens in no later one, of either side', async () => {
    const box = await setUp().alice.seal(BOB, OFFER)
    const reloaded = sealerOf(addressOf('bob-again'), bobsKey)
    expect(await reloaded.open(ALICE, box)).toEqual(REFUSED('does-not-open'))
    const { bob } = setUp()
    expect(await bob.open(addressOf('alice-again'), box)).toEqual(REFUSED('does-not-open'))
  })

  it('[IN4] opens once, also when it comes twice at the same moment', async () => {
    const { alice, bob } = setUp()
    const box = await alice.seal(BOB, OFFER)
    const [one, two] = await Promise.all([bob.open(ALICE, box), bob.open(ALICE, box)])
    expect([one.kind, two.kind].sort()).toEqual(['opened', 'refused'])
    expect(await bob.open(ALICE, box)).toEqual(REFUSED('replayed'))
  })

  it('[IN4] opens out of order, unless it is older than what is remembered', async () => {
    const signatures = simSignatures
    const [a, b] = [toPeerKey(simSigner(random.bytes(32))), toPeerKey(simSigner(random.bytes(32)))]
    const [alice, bob] = [sealerOf(ALICE, a, { signatures }), sealerOf(BOB, b, { signatures })]
    const boxes: Uint8Array[] = []
    for (let count = 0; count <= REPLAY_WINDOW; count++) boxes.push(await alice.seal(BOB, OFFER))
    const [oldest, second] = boxes
    const latest = boxes.at(-1)
    if (!oldest || !second || !latest) throw new Error('nothing was sealed')
    expect(await bob.open(ALICE, latest)).toMatchObject({ kind: 'opened' })
    expect(await bob.open(ALICE, second)).toMatchObject({ kind: 'opened' })
    expect(await bob.open(ALICE, oldest)).toEqual(REFUSED('replayed'))
  })
})

describe('a member who works together with the server', () => {
  it("[IN3] cannot speak in alice's name without her key", async () => {
    const { bob } = setUp()
    const content = encodeIntroduction({ ...OFFER, number: 1 })
    // Alice's public key is no secret; only her signature is hers.
    const pretended = { ...mallorysKey, publicKey: alicesKey.publicKey }
    const envelope = await signContent(contextOf(ALICE, BOB), content, pretended)
    expect(await bob.open(ALICE, boxOf(ALICE, BOB, envelope))).toEqual(REFUSED('forged'))
  })

  it('[IN3] cannot pass on what alice told somebody else, or told bob in another run', async () => {
    const { alice, bob } = setUp()
    const toMallory = envelopeIn(await alice.seal(MALLORY, OFFER), ALICE, MALLORY)
    expect(await bob.open(ALICE, boxOf(ALICE, BOB, toMallory))).toEqual(REFUSED('forged'))
    expect(await bob.open(MALLORY, boxOf(MALLORY, BOB, toMallory))).toEqual(REFUSED('forged'))
    const earlier = addressOf('bob-earlier')
    const toEarlierBob = envelopeIn(await alice.seal(earlier, OFFER), ALICE, earlier)
    expect(await bob.open(ALICE, boxOf(ALICE, BOB, toEarlierBob))).toEqual(REFUSED('forged'))
  })

  it('[IN4] cannot make a box new by sealing it again', async () => {
    const { alice, bob } = setUp()
    const box = await alice.seal(BOB, OFFER)
    const again = boxOf(ALICE, BOB, envelopeIn(box, ALICE, BOB))
    expect(await bob.open(ALICE, box)).toMatchObject({ kind: 'opened' })
    expect(await bob.open(ALICE, again)).toEqual(REFUSED('replayed'))
  })

  it("[IN3] is heard as nobody but itself at alice's address, and uses up none of her numbers", async () => {
    const { alice, bob } = setUp()
    const mallory = sealerOf(ALICE, mallorysKey)
    const huge = encodeIntroduction({ ...OFFER, number: Number.MAX_SAFE_INTEGER })
    const envelope = await signContent(contextOf(ALICE, BOB), huge, mallorysKey)
    expect(await bob.open(ALICE, boxOf(ALICE, BOB, envelope))).toMatchObject({ peer: mallorysKey.id })
    expect(await bob.open(ALICE, await mallory.seal(BOB, OFFER))).toEqual(REFUSED('replayed'))
    expect(await bob.open(ALICE, await alice.seal(BOB, OFFER))).toMatchObject({ peer: alicesKey.id })
  })

  it('[IN3] who seals what is no introduction is refused, whatever it is', async () => {
    const { bob } = setUp()
    for (const content of [new Uint8Array(), Uint8Array.of(0xc1), Uint8Array.of(0x80), random.bytes(500)]) {
      const envelope = await signContent(contextOf(MALLORY, BOB), content, mallorysKey)
      expect(await bob.open(MALLORY, boxOf(MALLORY, BOB, envelope))).toEqual(REFUSED('malformed'))
      expect(await bob.open(MALLORY, boxOf(MALLORY, BOB, content))).toEqual(REFUSED('malformed'))
    }
  })
})
