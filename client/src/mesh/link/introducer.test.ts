import { describe, expect, it } from 'vitest'
import { addressOf } from '../../sim/people'
import { seededRandom } from '../../sim/seeded-random'
import { simSignatures, simSigner } from '../../sim/sim-signatures'
import { VirtualClock } from '../../sim/virtual-clock'
import { newSecretKey, type PeerKey, toPeerKey } from '../identity/peer-key'
import { Sealer } from '../identity/sealer'
import { type Address, type PeerId, toRoomId } from '../protocol/ids'
import type { Introduction } from '../protocol/introductions'
import { BOX_BURST, SENDER_BOX_BURST, SENDER_BOXES_PER_SECOND } from '../protocol/limits'
import { seconds } from '../runtime/clock'
import { type Delivery, Introducer } from './introducer'

const random = seededRandom(1)
const ROOM = toRoomId(random.bytes(16))
const SEALING_KEY = random.bytes(32)
const newKey = () => toPeerKey(simSigner(newSecretKey(random)))
const OFFER: Introduction = { session: 'call', signals: [{ kind: 'offer', sdp: 'v=0' }] }
const NOBODY = addressOf('nobody')

/** One person with an introducer; what it told is in `heard`, what it sent in `sent`. */
class Person {
  readonly address: Address
  readonly sealer: Sealer
  readonly introducer: Introducer
  readonly heard: string[] = []
  readonly refused: string[] = []
  readonly sent: { readonly to: Address; readonly box: Uint8Array }[] = []
  readonly banned = new Set<PeerId>()
  delivery: Delivery = 'delivered'

  constructor(
    readonly clock: VirtualClock,
    name: string,
    readonly key: PeerKey = newKey(),
  ) {
    this.address = addressOf(name)
    const { address } = this
    this.sealer = new Sealer({ room: ROOM, sealingKey: SEALING_KEY, address, key, signatures: simSignatures, random })
    this.introducer = new Introducer({
      self: key.id,
      clock,
      random,
      sealer: this.sealer,
      deliver: async (to, box) => {
        this.sent.push({ to, box })
        return this.delivery
      },
      objection: (peer) => (this.banned.has(peer) ? 'banned' : undefined),
    })
    this.introducer.on('introduction', ({ address: from, peer, introduction }) => {
      this.heard.push(`${peer} at ${from}: ${introduction.session}`)
    })
    this.introducer.on('refused', ({ reason }) => this.refused.push(reason))
  }
}

function setUp() {
  const clock = new VirtualClock()
  const [alice, bob, carol] = [new Person(clock, 'alice'), new Person(clock, 'bob'), new Person(clock, 'carol')]
  return { clock, alice, bob, carol }
}

describe('an introduction', () => {
  it('[IN3] is told with who signed it and where that is', async () => {
    const { alice, bob } = setUp()
    expect(await alice.introducer.introduce(bob.address, OFFER)).toBe('delivered')
    const [sent] = alice.sent
    expect(sent?.to).toBe(bob.address)
    if (sent) await bob.introducer.receive(alice.address, sent.box)
    expect(bob.heard).toEqual([`${alice.key.id} at ${alice.address}: call`])
    expect(bob.refused).toEqual([])
  })

  it('[IN3] that cannot be delivered says so', async () => {
    const { alice, bob } = setUp()
    for (const delivery of ['not-here', 'unavailable'] as const) {
      alice.delivery = delivery
      expect(await alice.introducer.introduce(bob.address, OFFER)).toBe(delivery)
    }
  })

  it('[IN3] that is refused changes nothing, and its reason is told', async () => {
    const { alice, bob } = setUp()
    const box = await alice.sealer.seal(bob.address, OFFER)
    for (const nonsense of [new Uint8Array(), Uint8Array.of(0xc1), new Uint8Array(20_000), box.subarray(1)]) {
      await bob.introducer.receive(alice.address, nonsense)
    }
    await bob.introducer.receive(NOBODY, box)
    expect(bob.refused).toEqual(Array.from({ length: 5 }, () => 'does-not-open'))
    expect(bob.heard).toEqual([])
    await bob.introducer.receive(alice.address, box)
    await bob.introducer.receive(alice.address, box)
    expect(bob.heard).toHaveLength(1)
    expect(bob.refused.at(-1)).toBe('replayed')
  })

  it("[IN3] with one's own key in another place is refused: a tab does not link with itself", async () => {
    const { clock, bob } = setUp()
    const copy = new Person(clock, 'copy', bob.key)
    await bob.introducer.receive(copy.address, await copy.sealer.seal(bob.address, OFFER))
    await bob.introducer.receive(bob.address, await bob.sealer.seal(bob.address, OFFER))
    expect(bob.refused).toEqual(['own-key', 'own-key'])
    expect(bob.heard).toEqual([])
  })

  it('[CO3] of somebody who is kept out is refused, wherever it comes from', async () => {
    const { clock, alice, bob } = setUp()
    bob.banned.add(alice.key.id)
    const elsewhere = new Person(clock, 'elsewhere', alice.key)
    for (const person of [alice, elsewhere]) {
      await bob.introducer.receive(person.address, await person.sealer.seal(bob.address, OFFER))
    }
    expect(bob.refused).toEqual(['banned', 'banned'])
    bob.banned.clear()
    await bob.introducer.receive(alice.address, await alice.sealer.seal(bob.address, OFFER))
    expect(bob.heard).toHaveLength(1)
  })

  it('[IN5] is not looked at when its sender sends without end; those of others are', async () => {
    const { clock, alice, bob, carol } = setUp()
    for (let count = 0; count < SENDER_BOX_BURST + 5; count++)
      await bob.introducer.receive(carol.address, await carol.sealer.seal(bob.address, OFFER))
    expect(bob.refused).toEqual(Array(5).fill('too-many'))
    await bob.introducer.receive(alice.address, await alice.sealer.seal(bob.address, OFFER))
    expect(bob.heard).toHaveLength(SENDER_BOX_BURST + 1)
    await clock.run(seconds(1) / SENDER_BOXES_PER_SECOND)
    await bob.introducer.receive(carol.address, await carol.sealer.seal(bob.address, OFFER))
    expect(bob.heard).toHaveLength(SENDER_BOX_BURST + 2)
  })

  it('[IN5] is looked at whatever else is said to be from its sender and does not open', async () => {
    const { alice, bob } = setUp()
    for (let count = 0; count < 10 * BOX_BURST; count++)
      await bob.introducer.receive(alice.address, Uint8Array.of(count))
    expect(new Set(bob.refused)).toEqual(new Set(['does-not-open']))
    await bob.introducer.receive(alice.address, await alice.sealer.seal(bob.address, OFFER))
    expect(bob.heard).toHaveLength(1)
  })

  it('[IN3] without signals only tells that somebody is there', async () => {
    const { alice, bob, clock } = setUp()
    alice.introducer.knock(bob.address)
    alice.introducer.knock(bob.address)
    await clock.run(0)
    const sessions = new Set<string>()
    bob.introducer.on('introduction', ({ introduction }) => {
      expect(introduction.signals).toEqual([])
      sessions.add(introduction.session)
    })
    for (const { box } of alice.sent) await bob.introducer.receive(alice.address, box)
    expect(sessions.size).toBe(2)
  })

  it('[RP2] that is being judged when the room is left is told to nobody', async () => {
    const { alice, bob } = setUp()
    const receiving = bob.introducer.receive(alice.address, await alice.sealer.seal(bob.address, OFFER))
    bob.introducer.close()
    await receiving
    expect([...bob.heard, ...bob.refused]).toEqual([])
  })
})
