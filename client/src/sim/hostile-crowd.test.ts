/** Those who come with many keys, with other people's keys, or with none that anybody has heard of: what it gets them. */
import { describe, expect, it } from 'vitest'
import { signRecord } from '../mesh/identity/member-record'
import { newSecretKey, type PeerKey, peerKeyOf } from '../mesh/identity/peer-key'
import { Sealer } from '../mesh/identity/sealer'
import { librarySignatures } from '../mesh/identity/signatures'
import type { IntroductionFault } from '../mesh/link/introducer'
import { type Address, toRoomId } from '../mesh/protocol/ids'
import { MAX_LINKED_PEERS } from '../mesh/protocol/limits'
import { seconds } from '../mesh/runtime/clock'
import { seededRandom } from './seeded-random'
import { besieged, Siege } from './siege'
import { Sim } from './sim'
import { Stranger } from './stranger'

/** Alice, bob and mallory with keys as they ship. */
async function besiegedInEarnest() {
  const sim = new Sim({ seed: 1, signatures: librarySignatures })
  const newKey = () => peerKeyOf(newSecretKey(sim.random), librarySignatures)
  for (const name of ['alice', 'bob']) sim.join(name, sim.newProfile(await newKey()))
  await sim.meshed()
  const mallory = new Stranger(sim, 'mallory', { key: await newKey() })
  await sim.clock.until(() => sim.peers.every((peer) => peer.sees('here').includes('mallory')), seconds(2))
  const siege = new Siege(sim, mallory)
  const refused: IntroductionFault[] = []
  siege.alice.room.on('refused', ({ reason }) => refused.push(reason))
  return { siege, refused }
}

/** Says that it is bob, and signs as mallory can. */
const posing = (bob: PeerKey, mallory: PeerKey): PeerKey => ({ ...bob, sign: (message) => mallory.sign(message) })

const OFFER = { session: 'forged', signals: [{ kind: 'offer', sdp: 'v=0 forged' }] } as const

/** Seals what `key` says from an address, as whoever holds the room's link can. */
function sealerOf({ siege: { sim } }: { readonly siege: Siege }, key: PeerKey, address: Address): Sealer {
  const { id: room, sealing: sealingKey } = sim.room.keys
  return new Sealer({ room, sealingKey, address, key, signatures: librarySignatures, random: seededRandom(5) })
}

describe('a member that speaks in the name of another', () => {
  it('[IN3] with a box under his key, signed with its own: it is forged', async () => {
    const scene = await besiegedInEarnest()
    const { alice, bob, mallory, sim } = scene.siege
    const sealer = sealerOf(scene, posing(bob.profile.key, mallory.key), mallory.address)
    const delivered = mallory.signaling.deliver(alice.address, await sealer.seal(alice.address, OFFER))
    await sim.run(100)
    expect(await delivered).toBe('delivered')
    expect(scene.refused).toEqual(['forged'])
    await scene.siege.passes(false)
  })

  it('[IN3] with a server that brings its boxes as if they came from where he is: his link is his', async () => {
    const scene = await besiegedInEarnest()
    const { alice, bob, mallory, sim } = scene.siege
    const before = sim.network.linksMade
    const sealer = sealerOf(scene, mallory.key, bob.address)
    for (let round = 0; round < 5; round++) {
      alice.signaling.receive({ from: bob.address, box: await sealer.seal(alice.address, OFFER) })
      await sim.run(seconds(2))
    }
    expect(scene.refused).toEqual(Array(5).fill('not-yours'))
    expect(sim.network.linksMade).toBe(before)
    await scene.siege.passes(false)
  })

  it('[CO3] and is banned, with such a server: that costs him nothing', async () => {
    const scene = await besiegedInEarnest()
    const { alice, bob, mallory, sim } = scene.siege
    mallory.tells(...Array.from({ length: 9 }, () => Uint8Array.of(0xc1)))
    await sim.run(200)
    const before = sim.network.linksMade
    alice.signaling.receive({
      from: bob.address,
      box: await sealerOf(scene, mallory.key, bob.address).seal(alice.address, OFFER),
    })
    await sim.run(200)
    expect(scene.refused.at(-1)).toBe('banned')
    expect(alice.room.members().find(({ id }) => id === bob.id)).toMatchObject({ status: 'here', reach: 'direct' })
    expect(sim.network.linksMade - before).toBeLessThan(3)
    await scene.siege.passes(true)
  })

  it('[IN4] by saying again what he said: it opens nowhere else, and nowhere twice', async () => {
    const scene = await besiegedInEarnest()
    const { alice, bob, mallory, sim } = scene.siege
    const his = await sealerOf(scene, bob.profile.key, bob.address).seal(alice.address, { session: 'his', signals: [] })
    alice.signaling.receive({ from: bob.address, box: his })
    await sim.run(50)
    const taken = [...scene.refused]
    alice.signaling.receive({ from: bob.address, box: his })
    void mallory.signaling.deliver(alice.address, his)
    await sim.run(100)
    expect(scene.refused.slice(taken.length)).toEqual(['replayed', 'does-not-open'])
    await scene.siege.passes(false)
  })

  it('[ID3] with his record, as her own, in a hello or later: nobody is called bob but bob', async () => {
    const { siege } = await besiegedInEarnest()
    const { alice, bob, mallory, sim } = siege
    const { id } = alice.room
    const his = await signRecord(id, { name: 'bob', revision: 2 ** 50 }, bob.profile.key)
    const forged = await signRecord(id, { name: 'bob', revision: 2 ** 50 }, posing(bob.profile.key, mallory.key))
    for (let round = 0; round < 5; round++) {
      for (const record of [his, forged]) {
        mallory.tells({ kind: 'record', record })
        await sim.run(600)
      }
    }
    expect(alice.sees('here')).toEqual(['bob'])
    expect(alice.sees('gone')).toEqual(['mallory'])
    await siege.passes(true)
  })

  it('[ID3] with a record in her hello that she has not signed: nobody sees her', async () => {
    const sim = new Sim({ seed: 1, peers: ['alice', 'bob'] })
    await sim.meshed()
    const [key, other] = [sim.newProfile().key, sim.newProfile().key]
    const record = await signRecord(sim.room.keys.id, { name: 'mallory', revision: 9 }, posing(key, other))
    const siege = new Siege(sim, new Stranger(sim, 'mallory', { key, hello: { record } }))
    await sim.run(seconds(60))
    for (const peer of sim.peers) expect(peer.room.members()).toHaveLength(1)
    await siege.passes(false)
  })

  it('[ID3] with his record in the first hello of every link: it comes in nowhere, and soon calls rarely', async () => {
    const sim = new Sim({ seed: 1, peers: ['alice', 'bob'] })
    await sim.meshed()
    const record = await signRecord(sim.room.keys.id, { name: 'bob', revision: 9 }, sim.peer('bob').profile.key)
    const mallory = new Stranger(sim, 'mallory', { hello: { record } })
    const siege = new Siege(sim, mallory)
    await sim.run(seconds(60))
    const before = sim.network.linksMade
    await sim.run(seconds(300))
    expect(sim.network.linksMade - before).toBeLessThan(100)
    for (const peer of sim.peers) expect(peer.room.members()).toHaveLength(1)
    await siege.passes(false)
  })

  it('[ID3] with an older record of its own, or one for another room: the latest of this room counts', async () => {
    const { siege } = await besiegedInEarnest()
    const { alice, mallory, sim } = siege
    const revisions = [5, 3, 4, 5, 1]
    for (const [index, revision] of revisions.entries()) {
      const record = await signRecord(alice.room.id, { name: `name ${index}`, revision }, mallory.key)
      mallory.tells({ kind: 'record', record })
      await sim.run(600)
    }
    expect(alice.sees('here')).toEqual(['bob', 'name 0'])
    const elsewhere = await signRecord(toRoomId(new Uint8Array(16)), { name: 'other', revision: 2 }, mallory.key)
    for (let count = 0; count < 9; count++) {
      mallory.tells({ kind: 'record', record: elsewhere })
      await sim.run(600)
    }
    await siege.passes(true)
  })
})

describe('a member that never says hello', () => {
  it('[CO1] costs few links, none that stays, and no patience that begins anew with each', async () => {
    const sim = new Sim({ seed: 1, peers: ['alice', 'bob'] })
    await sim.meshed()
    const mallory = new Stranger(sim, 'mallory', { isMute: true })
    const siege = new Siege(sim, mallory)
    await sim.run(seconds(60))
    const before = sim.network.linksMade
    await sim.run(seconds(300))
    expect(sim.network.linksMade - before).toBeLessThan(100)
    expect(siege.alice.sees('here')).toEqual(['bob'])
    await siege.passes(true)
  })
})

describe('a crowd of keys that one person made up', () => {
  it('[CO4] gets no more places than there are, and none of those who were there before', async () => {
    const sim = new Sim({ seed: 1, peers: ['alice', 'bob'] })
    await sim.meshed()
    const crowd = Array.from({ length: 300 }, (_, number) => new Stranger(sim, `mallory ${number}`))
    const breathe = async (time: number) => {
      for (let second = 0; second < time; second++) {
        for (const stranger of crowd) stranger.says({ kind: 'ping', stamp: 0 })
        await sim.run(seconds(1))
      }
    }
    await breathe(10)
    const [alice, bob] = [sim.peer('alice'), sim.peer('bob')]
    const linked = () => alice.room.members().filter(({ reach }) => reach === 'direct')
    expect(linked()).toHaveLength(MAX_LINKED_PEERS)
    expect(alice.sees('here')).toContain('bob')
    // Whoever was there before keeps its place while the link is lost.
    for (let time = 0; time < 4; time++) {
      sim.network.dropLinks('alice', 'bob')
      await breathe(3)
      expect(alice.sees('here')).toContain('bob')
    }
    expect(bob.sees('here')).toContain('alice')
    expect(linked().length).toBeLessThanOrEqual(MAX_LINKED_PEERS)
    const sent = alice.room.send(bob.id, 'among ourselves')
    await sim.run(seconds(1))
    await sent
    expect(bob.data()).toEqual(['among ourselves'])
  })

  it('[CO4] ends no link that is there by coming back', async () => {
    const sim = new Sim({ seed: 1, peers: ['alice'] })
    await sim.run(seconds(1))
    const keys = Array.from({ length: MAX_LINKED_PEERS }, () => sim.newProfile().key)
    const crowd = keys.map((key, number) => new Stranger(sim, `early ${number}`, { key, isMute: number % 2 === 0 }))
    await sim.run(seconds(8))
    for (const [number, { signaling }] of crowd.entries()) {
      sim.network.silence(`early ${number}`)
      sim.server.disconnect(signaling)
    }
    await sim.run(seconds(20))
    const honest = ['bob', 'carol', 'dave']
    for (const name of honest) sim.join(name)
    await sim.meshed()
    const again = keys.map((key, number) => new Stranger(sim, `late ${number}`, { key }))
    for (let second = 0; second < 15; second++) {
      for (const stranger of again) stranger.says({ kind: 'ping', stamp: 0 })
      await sim.run(seconds(1))
      expect(sim.peer('alice').sees('here')).toEqual(expect.arrayContaining(honest))
    }
  })

  it('[IN5] and boxes without end, keep nobody from coming in', async () => {
    const siege = await besieged({}, {})
    const { sim, alice, mallory } = siege
    const flood = async () => {
      const box = await mallory.sealer.seal(alice.address, { session: 'none', signals: [] })
      for (let count = 0; count < 300; count++) void mallory.signaling.deliver(alice.address, box)
      await sim.run(seconds(1))
    }
    for (let second = 0; second < 5; second++) await flood()
    sim.join('carol')
    for (let second = 0; second < 5; second++) await flood()
    expect(alice.sees('here')).toContain('carol')
    await siege.passes(false)
  })
})
