/** Stories of whole rooms in virtual time: the shipping code on a simulated network. */
import { describe, expect, it } from 'vitest'
import { MAX_GONE_MEMBERS, MAX_MESSAGE_BYTES } from '../mesh/protocol/limits'
import { seconds } from '../mesh/runtime/clock'
import { Sim } from './sim'
import { Stranger } from './stranger'

const FLOCK = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi']

describe('a room', () => {
  it('[DI1] everybody finds everybody when eight people open the link at once', async () => {
    const sim = new Sim({ seed: 1, peers: FLOCK })
    await sim.meshed()
    for (const peer of sim.peers) expect(peer.sees('here')).toHaveLength(7)
  })

  it('[LG3] a broadcast reaches everyone else once, and nobody twice', async () => {
    const sim = new Sim({ seed: 2, peers: FLOCK })
    await sim.meshed()
    for (const peer of sim.peers) await peer.room.broadcast(`hello from ${peer.room.self.name}`)
    await sim.run(seconds(1))
    for (const peer of sim.peers) {
      const expected = FLOCK.filter((name) => name !== peer.room.self.name).map((name) => `hello from ${name}`)
      expect([...peer.data()].sort()).toEqual(expected.sort())
    }
  })

  it('[DM1] a direct message is seen by its addressee alone, and is acknowledged', async () => {
    const sim = new Sim({ seed: 3, peers: ['alice', 'bob', 'carol'] })
    await sim.meshed()
    const data = { secret: [1, new Uint8Array([2])] }
    const sent = sim.peer('alice').room.send(sim.peer('bob').id, { kind: 'data', data })
    await sim.run(seconds(1))
    await sent
    const { id: bob, entries } = sim.peer('bob')
    expect(entries).toMatchObject([{ to: bob, name: 'alice', content: { kind: 'data', data } }])
    expect(sim.peer('carol').entries).toEqual([])
  })

  it('[LM2] what is said while a link is down arrives once when it is back', async () => {
    const sim = new Sim({ seed: 4, peers: ['alice', 'bob'] })
    await sim.meshed()
    const { room } = sim.peer('alice')
    for (let number = 0; number < 50; number++) {
      await room.broadcast({ kind: 'data', data: number })
      if (number % 10 === 5) sim.network.dropLinks('alice', 'bob')
      await sim.run(30)
    }
    await sim.run(seconds(5))
    expect(sim.peer('bob').data()).toEqual(Array.from({ length: 50 }, (_, number) => number))
  })

  it('[DI6] a dropped link is back within 3 s', async () => {
    const sim = new Sim({ seed: 5, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.network.dropLinks('alice', 'bob')
    await sim.run(1)
    expect(sim.peer('alice').sees('suspected')).toEqual(['bob'])
    await sim.meshed(seconds(3))
    expect(sim.peer('alice').sees('here')).toEqual(['bob'])
  })

  it('[KA4] a crashed tab is gone within 5 s and the others go on', async () => {
    const sim = new Sim({ seed: 6, peers: ['alice', 'bob', 'carol'] })
    await sim.meshed()
    sim.crash('carol')
    await sim.run(seconds(5))
    expect(sim.peer('alice').sees('gone')).toEqual(['carol'])
    const sent = sim.peer('alice').room.send(sim.peer('bob').id, 'still here')
    await sim.run(seconds(1))
    await sent
    expect(sim.peer('bob').data()).toEqual(['still here'])
  })

  it('[KA4] a host that vanishes without a trace is gone within 5 s, also while the server believes it is here', async () => {
    const sim = new Sim({ seed: 7, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.network.silence('bob')
    await sim.run(seconds(5))
    expect(sim.peer('alice').sees('gone')).toEqual(['bob'])
  })

  it('[RP2] [DM2] somebody who leaves is gone at once: who asks is told, and what is said waits for the return', async () => {
    const sim = new Sim({ seed: 8, peers: ['alice', 'bob'], jitter: 0 })
    await sim.meshed()
    const { room } = sim.peer('alice')
    const { id, profile } = sim.peer('bob')
    void sim.peer('bob').room.leave()
    const told = expect(room.request(id, 'time')).rejects.toMatchObject({ reason: 'unreachable' })
    const sent = room.send(id, 'too late')
    await sim.run(100)
    expect(sim.peer('alice').sees('gone')).toEqual(['bob'])
    await told
    await expect(room.request(id, 'time')).rejects.toMatchObject({ reason: 'unreachable' })
    const later = room.send(id, 'later still')
    await sim.run(seconds(60))
    sim.crash('bob')
    const again = sim.join('bob', profile)
    await sim.settled(Promise.all([sent, later]))
    expect(again.texts()).toEqual(['too late', 'later still'])
  })

  it('[RP3] a host that slept for 8 s is here again within seconds, and gets what it missed once', async () => {
    const sim = new Sim({ seed: 9, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.network.silence('bob')
    await sim.run(seconds(1))
    const sent = sim.peer('alice').room.send(sim.peer('bob').id, 'good morning')
    await sim.run(seconds(7))
    expect(sim.peer('alice').sees('gone')).toEqual(['bob'])
    sim.network.wake('bob')
    await sim.run(seconds(3))
    await sent
    expect(sim.peer('alice').sees('here')).toEqual(['bob'])
    expect(sim.peer('bob').data()).toEqual(['good morning'])
  })

  it('[DI6] two that could not reach one another for a minute find each other again by themselves', async () => {
    const sim = new Sim({ seed: 10, peers: ['alice', 'bob', 'carol'] })
    await sim.meshed()
    sim.network.cut('alice', 'bob')
    await sim.run(seconds(60))
    expect(sim.peer('alice').sees('gone')).toEqual(['bob'])
    expect(sim.peer('carol').sees('here')).toEqual(['alice', 'bob'])
    sim.network.mend('alice', 'bob')
    await sim.meshed(seconds(45))
  })

  it('[SE7] whoever waits for an answer that cannot come is told after half a minute', async () => {
    const sim = new Sim({ seed: 11, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.network.silence('bob')
    const asked = sim.peer('alice').room.request(sim.peer('bob').id, 'time', null, { timeout: seconds(60) })
    const told = expect(asked).rejects.toMatchObject({ reason: 'unreachable' })
    await sim.run(seconds(40))
    await told
  })

  it('[SI3] links outlive the server, and newcomers are let in once it is back', async () => {
    const sim = new Sim({ seed: 12, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.server.stop()
    await sim.run(seconds(20))
    const sent = sim.peer('alice').room.send(sim.peer('bob').id, 'no server needed')
    await sim.run(seconds(1))
    await sent
    expect(sim.peer('alice').room.status().signaling.kind).toBe('unreachable')
    sim.server.start()
    sim.join('carol')
    await sim.meshed(seconds(5))
    expect(sim.peer('bob').data()).toEqual(['no server needed'])
  })

  it('[DI10] eight people find each other within 5 s of a restart, whenever it catches them', async () => {
    for (let seed = 200; seed < 220; seed++) {
      const sim = new Sim({ seed, peers: FLOCK })
      await sim.run(25 + 4 * (seed - 200))
      sim.server.stop()
      await sim.run(200)
      sim.server.start()
      await sim.meshed(seconds(5))
    }
  })

  it('[DI4] two that call each other at the same moment end up with one link', async () => {
    for (let seed = 100; seed < 140; seed++) {
      const sim = new Sim({ seed, peers: ['alice', 'bob'], jitter: 40 })
      await sim.meshed()
      sim.network.dropLinks('alice', 'bob')
      sim.server.stop()
      sim.server.start()
      await sim.meshed()
      await sim.run(seconds(10))
      const sent = sim.peer('alice').room.send(sim.peer('bob').id, `${seed}`)
      await sim.run(seconds(1))
      await sent
      expect(sim.peer('bob').data()).toEqual([`${seed}`])
      expect(sim.peer('bob').sees('here')).toEqual(['alice'])
    }
  })

  it('[PL5] a name that changes at any moment of coming together is known in the end', async () => {
    for (let moment = 0; moment < 200; moment += 4) {
      const sim = new Sim({ seed: 15, peers: ['alice', 'bob'] })
      await sim.run(moment)
      await sim.peer('alice').room.rename('Alice Liddell')
      await sim.run(seconds(2))
      expect(sim.peer('bob').sees('here'), `after ${moment} ms`).toEqual(['Alice Liddell'])
    }
  })

  it('[PL5] a new name reaches everybody, also those who were away', async () => {
    const sim = new Sim({ seed: 14, peers: ['alice', 'bob', 'carol'] })
    await sim.meshed()
    sim.network.dropLinks('alice', 'bob')
    await sim.peer('alice').room.rename('  Alice   Liddell ')
    await sim.run(seconds(5))
    for (const name of ['bob', 'carol']) expect(sim.peer(name).sees('here')).toContain('Alice Liddell')
  })

  it('[LM2] a receipt comes for every member, and a lost member that does not have it no longer counts', async () => {
    const sim = new Sim({ seed: 15, peers: ['alice', 'bob', 'carol'] })
    await sim.meshed()
    const { room, receipts } = sim.peer('alice')
    const id = await room.broadcast('one')
    await sim.run(seconds(1))
    const [bob, carol] = [sim.peer('bob').id, sim.peer('carol').id]
    expect(receipts.map(({ by }) => by).sort()).toEqual([bob, carol].sort())
    expect(room.delivery(id)).toEqual({ delivered: 2, of: 2 })
    void sim.peer('carol').room.leave()
    const next = await room.broadcast('two')
    await sim.run(seconds(1))
    expect(receipts.at(-1)).toMatchObject({ by: bob })
    expect(room.delivery(next)).toEqual({ delivered: 1, of: 1 })
    expect(room.delivery(id)).toEqual({ delivered: 2, of: 2 })
  })

  it('[LM2] people come and go while others talk, and nobody misses anything, nor what was said before', async () => {
    for (let seed = 200; seed < 220; seed++) {
      const sim = new Sim({ seed, peers: ['alice', 'bob'] })
      await sim.meshed()
      for (let round = 0; round < 10; round++) {
        const name = `guest ${round}`
        sim.join(name)
        await sim.meshed()
        await sim.peer('alice').room.broadcast({ kind: 'data', data: round })
        await sim.run(400)
        expect(sim.peer(name).data(), `seed ${seed}`).toEqual(Array.from({ length: round + 1 }, (_, said) => said))
        if (round % 2 === 0) await Promise.all([sim.peer(name).room.leave(), sim.run(seconds(2))])
        sim.crash(name)
        await sim.run(seconds(5))
      }
      expect(sim.peer('bob').data(), `seed ${seed}`).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(sim.peer('bob').sees('here')).toEqual(['alice'])
    }
  })

  it('[KA1] the largest message arrives over a slow line, and nobody is given up meanwhile', async () => {
    const sim = new Sim({ seed: 16, peers: ['alice', 'bob'], rate: 30_000 })
    await sim.meshed()
    const data = new Uint8Array(MAX_MESSAGE_BYTES - 100).fill(7)
    const sent = sim.peer('alice').room.send(sim.peer('bob').id, { kind: 'data', data })
    for (let second = 0; second < 45; second++) {
      await sim.run(seconds(1))
      expect(sim.peer('bob').sees('here')).toEqual(['alice'])
      expect(sim.peer('alice').sees('here')).toEqual(['bob'])
    }
    await sent
    const [arrived] = sim.peer('bob').data()
    expect(arrived instanceof Uint8Array && Buffer.compare(arrived, data)).toBe(0)
  })

  it('[SE4] [LM2] somebody who was forgotten while away misses nothing that is said after the return', async () => {
    const sim = new Sim({ seed: 17, peers: ['alice', 'bob'], jitter: 0 })
    await sim.meshed()
    for (let number = 0; number < 5; number++) await sim.peer('alice').room.broadcast({ kind: 'data', data: number })
    await sim.run(seconds(1))
    sim.network.silence('bob')
    await sim.run(seconds(35))
    const strangers = Array.from(
      { length: MAX_GONE_MEMBERS + 1 },
      (_, number) => new Stranger(sim, `stranger-${number}`),
    )
    await sim.run(seconds(1))
    for (const stranger of strangers) stranger.says({ kind: 'bye' })
    await sim.run(seconds(5))
    expect(sim.peer('alice').sees('gone')).not.toContain('bob')
    sim.network.wake('bob')
    await sim.run(seconds(60))
    expect(sim.peer('alice').sees('here')).toContain('bob')
    for (let number = 5; number < 12; number++) {
      const sent = sim.peer('alice').room.send(sim.peer('bob').id, { kind: 'data', data: number })
      await sim.settled(sent)
    }
    expect(sim.peer('bob').data()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('[DI4] whoever comes back is not kept waiting by a call that was lost', async () => {
    for (let seed = 300; seed < 320; seed++) {
      const sim = new Sim({ seed, peers: ['alice', 'bob'] })
      await sim.meshed()
      sim.network.cut('alice', 'bob')
      sim.network.dropLinks('alice', 'bob')
      await sim.run(seconds(5))
      sim.network.mend('alice', 'bob')
      // What the server carried meanwhile went nowhere, and now bob calls.
      sim.peer('bob').signaling.lost()
      await sim.meshed(seconds(4)).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error })
      })
    }
  })

  it('[DI11] somebody who calls without end makes few connections', async () => {
    const sim = new Sim({ seed: 19, peers: ['bob'] })
    await sim.run(seconds(1))
    const before = sim.network.linksMade
    const mallory = new Stranger(sim, 'mallory', { isQuiet: true })
    mallory.deaf = true
    await sim.run(100)
    const bob = sim.peer('bob').address
    for (let call = 0; call < 1000; call++) {
      const signals = [{ kind: 'offer', sdp: `v=0 ${call}` }] as const
      void mallory.signaling.deliver(bob, await mallory.sealer.seal(bob, { session: `call ${call}`, signals }))
      await sim.run(10)
    }
    expect(sim.network.linksMade - before).toBeLessThan(15)
  })

  it('[RP5] somebody who cannot be reached is no silent gap: people are told', async () => {
    const sim = new Sim({ seed: 20, peers: ['alice'] })
    sim.network.cut('alice', 'bob')
    sim.join('bob')
    await sim.run(seconds(60))
    // Whoever of the two has called three times in vain.
    const [alice, bob] = [sim.peer('alice'), sim.peer('bob')]
    const told = [...alice.errors, ...bob.errors].map(({ reason, details }) => [reason, details.address])
    expect(told).toHaveLength(1)
    expect([alice.address, bob.address].map((address) => ['unreachable', address])).toContainEqual(told[0])
  })
})
