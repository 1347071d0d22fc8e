/** Stories of what is said in a room: it is kept, it heals, and it is the same on all screens. */
import { describe, expect, it } from 'vitest'
import { comparePositions } from '../mesh/log/entry'
import { seconds } from '../mesh/runtime/clock'
import { Sim, type SimPeer } from './sim'

const minutes = (count: number) => seconds(60 * count)

const wordsOf = async (sim: Sim, peer: SimPeer, other?: SimPeer): Promise<readonly string[]> =>
  (await sim.history(peer, other)).flatMap(({ content }) => (content.kind === 'text' ? [content.text] : []))

/** Everybody is cut off from everybody but the neighbours in the list. */
function chain(sim: Sim, names: readonly string[]): void {
  for (const [index, one] of names.entries()) for (const other of names.slice(index + 2)) sim.network.cut(one, other)
}

describe('what is said to everyone', () => {
  it('[LM2] carol comes when alice has left, and reads what alice said', async () => {
    const sim = new Sim({ seed: 1, peers: ['alice', 'bob'] })
    await sim.meshed()
    for (const words of ['one', 'two', 'three']) await sim.peer('alice').room.broadcast(words)
    await sim.run(seconds(1))
    sim.close('alice')
    const carol = sim.join('carol')
    await sim.meshed()
    await sim.run(seconds(3))
    expect(carol.texts()).toEqual(['one', 'two', 'three'])
    expect(await wordsOf(sim, carol)).toEqual(['one', 'two', 'three'])
    expect((await sim.history(carol)).map(({ name }) => name)).toContain('alice')
  })

  it('[LG3] [LM2] two halves that talked for minutes without each other end up with one order', async () => {
    const sim = new Sim({ seed: 2, peers: ['alice', 'bob', 'carol', 'dave'], jitter: 200 })
    await sim.meshed()
    const cross = ['alice', 'bob'].flatMap((one) => ['carol', 'dave'].map((other) => [one, other] as const))
    for (const pair of cross) sim.network.cut(...pair)
    for (let round = 0; round < 20; round++) {
      for (const { room } of sim.peers) void room.broadcast(`${room.self.name} ${round}`)
      await sim.run(seconds(5))
    }
    for (const pair of cross) sim.network.mend(...pair)
    await sim.meshed(seconds(90))
    await sim.run(seconds(10))
    const [first, ...others] = await Promise.all(sim.peers.map((peer) => sim.history(peer)))
    expect(first?.filter(({ content }) => content.kind === 'text')).toHaveLength(80)
    for (const other of others) expect(other.map(({ id }) => id)).toEqual(first?.map(({ id }) => id))
    expect(first).toEqual([...(first ?? [])].sort(comparePositions))
  })

  it('[LG3] whoever answers is read after what was answered, whoever of them brings it', async () => {
    const names = ['alice', 'bob', 'carol']
    for (let seed = 1; seed <= 20; seed++) {
      const sim = new Sim({ seed, peers: names })
      await sim.meshed()
      // What alice says comes to carol long after what bob says.
      sim.network.stretch('alice', 'carol', 40)
      await sim.peer('alice').room.broadcast('who is there?')
      await sim.run(100)
      await sim.peer('bob').room.broadcast('me')
      await sim.run(seconds(5))
      expect(sim.peer('carol').texts(), `seed ${seed}`).toEqual(['who is there?', 'me'])
    }
  })

  it('[ST1] [LM2] a tab that was killed between storing and sending has said it once it is back', async () => {
    const sim = new Sim({ seed: 4, peers: ['alice', 'bob'] })
    await sim.meshed()
    sim.network.cut('alice', 'bob')
    const id = await sim.peer('alice').room.broadcast('do not lose this')
    const { profile } = sim.peer('alice')
    sim.crash('alice')
    sim.network.mend('alice', 'bob')
    const alice = sim.join('alice', profile)
    await sim.meshed()
    await sim.run(seconds(3))
    expect(sim.peer('bob').entries.map((entry) => entry.id)).toContain(id)
    await alice.room.broadcast('and I am back')
    await sim.run(seconds(1))
    expect(sim.peer('bob').texts()).toEqual(['do not lose this', 'and I am back'])
    expect(await wordsOf(sim, alice)).toEqual(['do not lose this', 'and I am back'])
  })

  it.each([0, 1])(
    '[ST1] a tab killed in the middle of writing goes on with the same feed: %i of it was written',
    async (share) => {
      for (let seed = 1; seed <= 10; seed++) {
        const sim = new Sim({ seed, peers: ['alice', 'bob'], diskLatency: 100 })
        await sim.meshed()
        const { room, profile } = sim.peer('alice')
        await sim.settled(room.broadcast('before'))
        void room.broadcast('in the middle')
        await sim.run(seed)
        sim.crash('alice', share)
        await sim.run(seconds(2))
        const alice = sim.join('alice', profile)
        await sim.meshed()
        await sim.settled(alice.room.broadcast('after'))
        await sim.run(seconds(3))
        const { errors } = sim.peer('bob')
        const expected = sim
          .peer('bob')
          .texts()
          .filter((words) => words !== 'in the middle')
        expect(expected, `seed ${seed}`).toEqual(['before', 'after'])
        expect(await wordsOf(sim, alice)).toEqual(sim.peer('bob').texts())
        expect(errors).toEqual([])
      }
    },
  )

  it('[LM2] what alice says comes to dave by way of others when only neighbours can link', async () => {
    const names = ['alice', 'bob', 'carol', 'dave']
    const sim = new Sim({ seed: 6 })
    chain(sim, names)
    for (const name of names) sim.join(name)
    await sim.run(seconds(10))
    await sim.peer('alice').room.broadcast('hello, dave')
    await sim.run(seconds(5))
    await sim.peer('dave').room.broadcast('hello, alice')
    await sim.run(seconds(5))
    for (const peer of sim.peers) expect(peer.texts()).toEqual(['hello, dave', 'hello, alice'])
  })

  it('[LM3] what was said right before a page froze goes out when it wakes, and what others said comes in', async () => {
    const sim = new Sim({ seed: 7, peers: ['alice', 'bob', 'carol'], diskLatency: 20 })
    await sim.meshed()
    void sim.peer('alice').room.broadcast('good night')
    sim.freeze('alice')
    await sim.run(minutes(30))
    await sim.settled(sim.peer('bob').room.broadcast('is she asleep?'))
    await sim.run(minutes(30))
    expect(sim.peer('carol').texts()).toEqual(['is she asleep?'])
    sim.thaw('alice')
    await sim.meshed(seconds(60))
    await sim.run(seconds(5))
    for (const peer of sim.peers) {
      expect([...peer.texts()].sort()).toEqual(['good night', 'is she asleep?'])
      expect(await wordsOf(sim, peer)).toEqual(await wordsOf(sim, sim.peer('bob')))
    }
  })

  it('[LG8] [LG9] mallory writes two feeds under one key: everybody has the same log, and is told', async () => {
    const sim = new Sim({ seed: 8, peers: ['alice', 'bob', 'carol', 'dave'] })
    await sim.meshed()
    const halves = [
      ['alice', 'bob'],
      ['carol', 'dave'],
    ] as const
    for (const one of halves[0]) for (const other of halves[1]) sim.network.cut(one, other)
    const { key } = sim.newProfile()
    // One page in each half, with one key and a disk of its own.
    for (const [index, half] of halves.entries()) {
      for (const other of halves[1 - index] ?? []) sim.network.cut(`mallory ${index}`, other)
      sim.network.cut('mallory 0', 'mallory 1')
      const mallory = sim.join(`mallory ${index}`, sim.newProfile(key))
      await sim.run(seconds(5))
      await mallory.room.broadcast(`you can trust ${half.join(' and ')} alone`)
      await sim.run(seconds(5))
      sim.close(`mallory ${index}`)
    }
    for (const { room } of sim.peers) await room.broadcast(`${room.self.name} has read it`)
    for (const one of halves[0]) for (const other of halves[1]) sim.network.mend(one, other)
    await sim.meshed(seconds(90))
    await sim.run(seconds(90))
    const [first, ...others] = await Promise.all(sim.peers.map((peer) => sim.history(peer)))
    for (const other of others) expect(other.map(({ id }) => id)).toEqual(first?.map(({ id }) => id))
    expect(first?.filter(({ author, content }) => author === key.id && content.kind === 'text')).toEqual([])
    for (const peer of sim.peers) {
      expect(peer.errors.filter(({ reason }) => reason === 'forked')).toMatchObject([{ details: { peer: key.id } }])
      expect(peer.removed.length).toBeGreaterThan(0)
    }
  })

  it('[ST7] a full disk: alice is told, goes on talking, and others lose nothing', async () => {
    const sim = new Sim({ seed: 9, peers: ['alice', 'bob'] })
    await sim.meshed()
    const { room, errors, profile } = sim.peer('alice')
    await room.broadcast('there is room')
    profile.disk.isFull = true
    await room.broadcast('there is none')
    await sim.run(seconds(1))
    await sim.peer('bob').room.broadcast('I hear you')
    await sim.run(seconds(2))
    expect(errors.map(({ reason }) => reason)).toEqual(['not-stored'])
    for (const peer of sim.peers) expect(peer.texts()).toEqual(['there is room', 'there is none', 'I hear you'])
    expect(await wordsOf(sim, sim.peer('alice'))).toEqual(['there is room', 'there is none', 'I hear you'])
  })

  it('[LM2] whoever lost the disk reads everything again from others, as somebody new', async () => {
    const sim = new Sim({ seed: 10, peers: ['alice', 'bob'] })
    await sim.meshed()
    for (const { room } of sim.peers) await room.broadcast(`${room.self.name} was here`)
    await sim.run(seconds(1))
    sim.crash('alice')
    await sim.run(seconds(10))
    const alice = sim.join('alice')
    await sim.meshed()
    await sim.run(seconds(3))
    expect(await wordsOf(sim, alice)).toEqual(await wordsOf(sim, sim.peer('bob')))
    expect(alice.texts()).toHaveLength(2)
    expect(sim.peer('bob').errors).toEqual([])
  })
})

describe('what is said to one person', () => {
  it('[DM2] comes to somebody who was away, once and in order, also when its author loads the page again', async () => {
    const sim = new Sim({ seed: 11, peers: ['alice', 'bob', 'carol'] })
    await sim.meshed()
    const { id: bob, profile: bobs } = sim.peer('bob')
    await sim.settled(sim.peer('alice').room.send(bob, 'one'))
    sim.close('bob')
    await sim.run(minutes(2))
    const waiting: string[] = []
    for (const words of ['two', 'three'])
      void sim
        .peer('alice')
        .room.send(bob, words)
        .then(() => waiting.push(words))
    await sim.run(minutes(10))
    expect(waiting).toEqual([])
    const { profile: alices } = sim.peer('alice')
    sim.crash('alice')
    const alice = sim.join('alice', alices)
    await sim.run(seconds(5))
    void alice.room.send(bob, 'four').then(() => waiting.push('four'))
    await sim.run(minutes(10))
    const again = sim.join('bob', bobs)
    await sim.meshed()
    await sim.run(seconds(5))
    expect(again.texts()).toEqual(['two', 'three', 'four'])
    expect(waiting).toEqual(['four'])
    expect(await wordsOf(sim, again, alice)).toEqual(['one', 'two', 'three', 'four'])
    expect(await wordsOf(sim, alice, again)).toEqual(['one', 'two', 'three', 'four'])
    expect(sim.peer('carol').entries.filter(({ to }) => to !== undefined)).toEqual([])
  })

  it('[DM2] is acknowledged when the other has it, and not by anybody else', async () => {
    const sim = new Sim({ seed: 12, peers: ['alice', 'bob', 'carol'], diskLatency: 50 })
    await sim.meshed()
    const { room } = sim.peer('alice')
    const { id } = sim.peer('bob')
    sim.freeze('bob')
    let isAcknowledged = false
    void room.send(id, 'wake up').then(() => {
      isAcknowledged = true
    })
    await sim.run(minutes(5))
    expect(isAcknowledged).toBe(false)
    expect(room.conversations()).toEqual([id])
    sim.thaw('bob')
    await sim.run(seconds(60))
    expect(isAcknowledged).toBe(true)
    expect(sim.peer('bob').texts()).toEqual(['wake up'])
  })

  it('[DM2] waits between two who cannot link, and comes when they can', async () => {
    const sim = new Sim({ seed: 13 })
    sim.network.cut('alice', 'carol')
    for (const name of ['alice', 'bob', 'carol']) sim.join(name)
    await sim.run(seconds(10))
    const [alice, carol] = [sim.peer('alice'), sim.peer('carol')]
    // She knows carol from what was said to everyone.
    await carol.room.broadcast('I am carol')
    await sim.run(seconds(5))
    const sent = alice.room.send(carol.id, 'for you alone')
    await sim.run(minutes(5))
    expect(carol.texts()).toEqual(['I am carol'])
    expect(sim.peer('bob').texts()).toEqual(['I am carol'])
    sim.network.mend('alice', 'carol')
    await sim.settled(sent, seconds(60))
    expect(carol.texts()).toEqual(['I am carol', 'for you alone'])
  })
})
