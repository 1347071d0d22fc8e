/** Rooms whose members have keys: who comes back, who is at which address, and who has the wrong password. */
import { describe, expect, it } from 'vitest'
import { seconds } from '../mesh/runtime/clock'
import { namedRoom, Sim } from './sim'

const password = (seed: number) => new Uint8Array(32).fill(seed)

describe('identity', () => {
  it('[DI13] bob loads his page again: the same member at a new address, and his old link is given up', async () => {
    const sim = new Sim({ seed: 1, peers: ['alice', 'bob'] })
    await sim.meshed()
    const { id, address, profile } = sim.peer('bob')
    const alice = sim.peer('alice').room

    sim.crash('bob')
    const again = sim.join('bob again', profile)
    await sim.meshed(seconds(2))

    expect(again.address).not.toBe(address)
    expect(alice.members()).toMatchObject([{ id, status: 'here', reach: 'direct' }])
    await sim.run(seconds(60))
    expect(alice.members()).toMatchObject([{ id, status: 'here', reach: 'direct' }])
  })

  it('[RP1] what was said to bob while he loaded his page again arrives, once', async () => {
    const sim = new Sim({ seed: 2, peers: ['alice', 'bob'] })
    await sim.meshed()
    const { id, profile } = sim.peer('bob')
    sim.crash('bob')
    const sent = sim.peer('alice').room.send(id, 'are you there?')

    sim.join('bob again', profile)
    await sim.run(seconds(3))
    await sent

    expect(sim.peer('bob again').data()).toEqual(['are you there?'])
  })

  it('[LG2] no entry of a page that was loaded again has the id of an earlier one', async () => {
    const sim = new Sim({ seed: 3, peers: ['alice', 'bob'] })
    await sim.meshed()
    const { profile, room } = sim.peer('bob')
    await room.broadcast('before')
    await sim.run(seconds(1))
    sim.crash('bob')
    sim.join('bob again', profile)
    await sim.meshed(seconds(5))
    await sim.peer('bob again').room.broadcast('after')
    await sim.run(seconds(1))

    const { entries, texts } = sim.peer('alice')
    expect(texts()).toEqual(['before', 'after'])
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  })

  it('[ID4] two tabs that speak with one key do not take turns for ever in pushing one another out', async () => {
    const sim = new Sim({ seed: 4, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.join('copy of bob', sim.peer('bob').profile)
    await sim.run(seconds(60))
    const before = sim.network.linksMade
    await sim.run(seconds(60))
    expect(sim.network.linksMade - before).toBeLessThan(20)
  })

  it('[ID5] a safety code is the same on both screens, and a mark stays over reloads', async () => {
    const sim = new Sim({ seed: 5, peers: ['alice', 'bob', 'carol'] })
    await sim.meshed()
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => sim.peer(name))
    if (!alice || !bob || !carol) throw new Error('somebody is missing')
    expect(alice.room.safetyCode(bob.id)).toBe(bob.room.safetyCode(alice.id))
    expect(alice.room.safetyCode(bob.id)).not.toBe(alice.room.safetyCode(carol.id))

    await alice.room.setVerified(bob.id, true)
    const marks = () => new Map(alice.room.members().map(({ name, verified }) => [name, verified]))
    expect(marks()).toEqual(new Map(Object.entries({ bob: true, carol: false })))

    sim.crash('bob')
    sim.join('bob again', bob.profile)
    await sim.meshed(seconds(5))
    expect(marks()).toEqual(new Map(Object.entries({ 'bob again': true, carol: false })))
    await alice.room.setVerified(bob.id, false)
    expect(marks().get('bob again')).toBe(false)
    expect(() => alice.room.safetyCode('nobody')).toThrow(/no member/)
    await expect(alice.room.setVerified('nobody', true)).rejects.toMatchObject({ reason: 'unknown-peer' })
  })

  it('[IN6] whoever has another password than all the others is told so, and nobody else', async () => {
    const sim = new Sim({ seed: 6 })
    const right = namedRoom('garden', password(1))
    for (const name of ['alice', 'bob']) sim.join(name, sim.newProfile(), right)
    await sim.meshed()

    const carol = sim.join('carol', sim.newProfile(), namedRoom('garden', password(2)))
    await sim.run(seconds(30))

    expect(carol.errors.map(({ reason }) => reason)).toContain('wrong-password')
    expect(carol.room.members()).toEqual([])
    expect(sim.peer('alice').errors).toEqual([])
    expect(sim.peer('bob').errors).toEqual([])
  })

  it('[IN6] of two people with two passwords the one who finds somebody there is told, once', async () => {
    const sim = new Sim({ seed: 7 })
    for (const [name, seed] of Object.entries({ alice: 1, bob: 2 })) {
      sim.join(name, sim.newProfile(), namedRoom('garden', password(seed)))
      await sim.run(seconds(1))
    }
    await sim.run(seconds(60))
    expect(sim.peer('alice').errors).toEqual([])
    expect(sim.peer('bob').errors.map(({ reason }) => reason)).toEqual(['wrong-password'])
  })

  it('[IN6] somebody with the right password is not told when a stranger with a wrong one is there as well', async () => {
    const sim = new Sim({ seed: 8 })
    const right = namedRoom('garden', password(1))
    sim.join('mallory', sim.newProfile(), namedRoom('garden', password(2)))
    sim.join('alice', sim.newProfile(), right)
    await sim.run(seconds(1))
    const bob = sim.join('bob', sim.newProfile(), right)
    await sim.run(seconds(30))
    expect(bob.errors.map(({ reason }) => reason)).not.toContain('wrong-password')
    expect(bob.sees('here')).toEqual(['alice'])
  })
})
