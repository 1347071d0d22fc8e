import { describe, expect, it } from 'vitest'
import { Sim } from '../sim/sim'
import { Stranger } from '../sim/stranger'
import { MAX_OFFENCES, PAYLOAD_BURST } from './protocol/limits'
import { encodePayload } from './protocol/payloads'
import { seconds } from './runtime/clock'

/** A question, which whoever is asked answers at once. */
const question = (number: number) => encodePayload({ kind: 'request', number, topic: 'echo', body: number })

/** Alice, bob, and mallory, whose frames a test writes. */
async function setUp(seed = 1) {
  const sim = new Sim({ seed, peers: ['alice', 'bob'], jitter: 0 })
  await sim.meshed()
  const mallory = new Stranger(sim, 'mallory')
  await sim.run(seconds(1))
  return { sim, mallory, alice: sim.peer('alice'), bob: sim.peer('bob') }
}

/** Mallory says more nonsense than anybody bears. */
async function misbehave(sim: Sim, mallory: Stranger): Promise<void> {
  for (let count = 0; count <= MAX_OFFENCES; count++) mallory.saysBytes(Uint8Array.of(99))
  await sim.run(100)
}

/** Mallory says something every second, so that it lives. */
async function stay(sim: Sim, mallory: Stranger, count: number): Promise<void> {
  for (let second = 0; second < count; second++) {
    await sim.run(seconds(1))
    mallory.says({ kind: 'ping', stamp: 0 })
  }
}

describe('a member that breaks the rules', () => {
  it('[CO3] is cut off, and everybody whom it harmed is told once, with its name', async () => {
    const { sim, mallory, alice, bob } = await setUp()
    expect(alice.sees('here')).toEqual(['bob', 'mallory'])
    await misbehave(sim, mallory)
    for (const { errors, sees } of [alice, bob]) {
      expect(errors).toMatchObject([{ reason: 'misbehaving', details: { peer: mallory.id } }])
      expect(errors[0]?.message).toBe(
        'mallory broke the rules (frame type 99 is unknown) and is kept out for 30 seconds.',
      )
      expect(sees('gone')).toEqual(['mallory'])
    }
    expect(mallory.linked).toBe(false)
    await misbehave(sim, mallory)
    expect(alice.errors).toHaveLength(1)
  })

  it('[CO3] harms nobody else: the others go on talking', async () => {
    const { sim, mallory, alice, bob } = await setUp()
    await misbehave(sim, mallory)
    const sent = alice.room.send(bob.id, 'what was that?')
    await sim.run(100)
    await sent
    expect(bob.data()).toEqual(['what was that?'])
    expect(bob.sees('here')).toEqual(['alice'])
  })

  it('[CO3] is sent nothing any more, and those who wait for its answers are told at once', async () => {
    const { sim, mallory, alice } = await setUp()
    const asked = expect(alice.room.request(mallory.id, 'time')).rejects.toMatchObject({ reason: 'unreachable' })
    let isSent = false
    const send = () =>
      void alice.room.send(mallory.id, 'hello?').then(() => {
        isSent = true
      })
    send()
    await misbehave(sim, mallory)
    await asked
    await expect(alice.room.request(mallory.id, 'time')).rejects.toMatchObject({ reason: 'unreachable' })
    send()
    await sim.run(100)
    expect(isSent).toBe(false)
    const before = mallory.heard.length
    await alice.room.broadcast('to all')
    await sim.run(seconds(2))
    expect(mallory.heard).toHaveLength(before)
  })

  it('[CO3] is not heard with what it had sent before and was not dealt with', async () => {
    const { sim, mallory, alice } = await setUp()
    let asked = 0
    alice.room.handle('echo', () => ++asked)
    for (let seq = 1; seq <= PAYLOAD_BURST + 500; seq++) mallory.says({ kind: 'data', seq, payload: question(seq) })
    await sim.run(50)
    await misbehave(sim, mallory)
    const before = asked
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(PAYLOAD_BURST + 500)
    await sim.run(seconds(2))
    expect(asked).toBe(before)
  })

  it('[CO3] is kept out for 30 s though it calls again and again, and is let in when it calls then', async () => {
    const { sim, mallory, alice } = await setUp()
    await misbehave(sim, mallory)
    const refused: string[] = []
    alice.room.on('refused', ({ reason, address }) => address === mallory.address && refused.push(reason))
    await sim.run(seconds(29))
    expect(refused.length).toBeGreaterThan(1)
    expect(new Set(refused)).toEqual(new Set(['banned']))
    expect(alice.sees('here')).toEqual(['bob'])
    await sim.clock.until(() => alice.sees('here').includes('mallory'), seconds(60))
    alice.room.handle('echo', (body) => body)
    mallory.says({ kind: 'data', seq: 1, payload: question(1) })
    await sim.run(100)
    // Bob, whom she may have reached as well, has no such handler.
    expect(mallory.heardPayloads).toContainEqual({ kind: 'answer', number: 1, body: 1 })
  })

  it('[CO3] is kept out for twice as long the next time', async () => {
    const { sim, mallory, alice } = await setUp()
    await misbehave(sim, mallory)
    await sim.clock.until(() => alice.sees('here').includes('mallory'), seconds(90))
    await misbehave(sim, mallory)
    expect(alice.errors.map(({ message }) => /for \d+ seconds/.exec(message)?.[0])).toEqual([
      'for 30 seconds',
      'for 60 seconds',
    ])
    await sim.run(seconds(55))
    expect(alice.sees('here')).toEqual(['bob'])
  })

  it('[CO3] is kept out wherever it comes from, and as long as it has that key', async () => {
    const { sim, mallory, alice } = await setUp()
    await misbehave(sim, mallory)
    const again = new Stranger(sim, 'mallory-again', { key: mallory.key })
    const other = new Stranger(sim, 'carol')
    await sim.run(seconds(2))
    expect(again.linked).toBe(false)
    expect(other.linked).toBe(true)
    expect(alice.sees('here')).toEqual(['bob', 'carol'])
  })

  it('[CO3] is not called either when a server names it', async () => {
    const { sim, mallory, alice } = await setUp()
    mallory.deaf = true
    await misbehave(sim, mallory)
    mallory.deaf = false
    sim.server.stop()
    await sim.run(seconds(1))
    sim.server.start()
    await sim.run(seconds(10))
    expect(mallory.linked).toBe(false)
    expect(alice.sees('here')).toEqual(['bob'])
    expect(alice.errors).toHaveLength(1)
  })

  it('[CO1] is borne when it slips now and then', async () => {
    const { sim, mallory, alice } = await setUp()
    for (let count = 0; count < 20; count++) {
      mallory.saysBytes(Uint8Array.of(99))
      await stay(sim, mallory, 11)
    }
    expect(alice.errors).toEqual([])
    expect(alice.sees('here')).toEqual(['bob', 'mallory'])
  })
})

describe('a member whose page was loaded again', () => {
  it('[ID4] is the same one, at another address, and nothing is left of the old one', async () => {
    const { sim, alice, bob } = await setUp()
    const { profile, address } = bob
    sim.crash('bob')
    await sim.run(200)
    sim.network.wake('bob')
    const again = sim.join('bob', profile)
    await sim.run(seconds(2))
    expect(again.id).toBe(bob.id)
    expect(again.address).not.toBe(address)
    expect(alice.room.members().filter(({ id }) => id === bob.id)).toMatchObject([{ name: 'bob', status: 'here' }])
    const sent = alice.room.send(bob.id, 'welcome back')
    const answered = again.room.send(alice.id, 'thank you')
    await sim.run(seconds(1))
    await Promise.all([sent, answered])
    expect(again.data()).toEqual(['welcome back'])
    expect(alice.data()).toEqual(['thank you'])
    await sim.run(seconds(40))
    expect(alice.sees('here')).toContain('bob')
    expect(alice.errors).toEqual([])
  })

  it('[ID4] [LG1] goes on with its feed, and what it said before is not said again', async () => {
    const { sim, alice, bob } = await setUp()
    await bob.room.broadcast('before')
    await sim.run(200)
    sim.crash('bob')
    sim.network.wake('bob')
    const again = sim.join('bob', bob.profile)
    await sim.run(seconds(2))
    await again.room.broadcast('after')
    await sim.run(200)
    expect(alice.texts()).toEqual(['before', 'after'])
    const [before, after] = alice.entries.filter(({ content }) => content.kind === 'text')
    expect(before?.author).toBe(after?.author)
    expect(before?.id).not.toBe(after?.id)
  })

  it('[ID5] is still verified, also by somebody whose own page was loaded again', async () => {
    const { sim, alice, bob } = await setUp()
    await alice.room.setVerified(bob.id, true)
    expect(alice.room.safetyCode(bob.id)).toBe(bob.room.safetyCode(alice.id))
    const isVerified = (peer = alice) => peer.room.members().find(({ id }) => id === bob.id)?.verified
    expect(isVerified()).toBe(true)
    sim.crash('bob')
    sim.network.wake('bob')
    sim.join('bob', bob.profile)
    await sim.run(seconds(2))
    expect(isVerified()).toBe(true)
    await alice.room.setVerified(bob.id, false)
    expect(isVerified()).toBe(false)
  })
})
