import { describe, expect, it } from 'vitest'
import { peerId } from '../sim/people'
import { Sim } from '../sim/sim'
import { Stranger } from '../sim/stranger'
import type { EntryId } from './log/entry'
import { entryId } from './log/entry-id'
import type { Data } from './protocol/data'
import { MAX_GONE_MEMBERS, MAX_MESSAGE_BYTES, MAX_SIGNAL_BYTES, MAX_UNDELIVERED_ENTRIES } from './protocol/limits'
import { encodeMsgpack } from './protocol/msgpack'
import { encodePayload } from './protocol/payloads'
import { seconds } from './runtime/clock'

async function trio(seed = 1): Promise<Sim> {
  const sim = new Sim({ seed, peers: ['alice', 'bob', 'carol'], jitter: 0 })
  await sim.meshed()
  return sim
}

const data = (value: Data) => ({ kind: 'data', data: value }) as const

describe('an entry', () => {
  it('[LG2] has an id of its author and its number, the same on every screen', async () => {
    const sim = await trio()
    const { id: alice, room } = sim.peer('alice')
    const { id: bob } = sim.peer('bob')
    const first = await room.broadcast('one')
    const second = await sim.settled(room.send(bob, 'two'))
    const third = await room.broadcast('three')
    await sim.run(100)
    // The first of her feed says what she is called.
    const [name, one, three] = [1, 2, 3].map((seq) => entryId({ author: alice, seq }, undefined))
    const two = entryId({ author: alice, seq: 1 }, bob)
    expect([first, second, third]).toEqual([one, two, three])
    const idsOf = (who: string) => sim.peer(who).entries.map(({ id }) => id)
    expect(idsOf('alice')).toEqual([name, one, two, three])
    expect(idsOf('bob')).toEqual([name, one, two, three])
    expect(idsOf('carol')).toEqual([name, one, three])
  })

  it('[LG5] tells who wrote it, to whom and when', async () => {
    const sim = await trio()
    const { id: author, room } = sim.peer('alice')
    const at = sim.clock.wallTime()
    const id = await room.broadcast(data({ hi: [1, null] }))
    await sim.run(100)
    const content = { kind: 'data', data: { hi: [1, null] } }
    const entry = { id, author, seq: 2, lamport: 2, to: undefined, name: 'alice', at, late: false, content }
    for (const { entries } of sim.peers) expect(entries.at(-1)).toEqual(entry)
  })

  it('[DT4] passes up to 1 MiB with what surrounds its content, and beyond is refused with size and limit', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const { id: bob } = sim.peer('bob')
    const surrounding = encodeMsgpack(new Uint8Array(70_000)).length - 70_000
    const largest = new Uint8Array(MAX_MESSAGE_BYTES - surrounding).fill(7)
    await sim.settled(room.send(bob, data(largest)))
    await room.broadcast(data(largest))
    await sim.run(seconds(2))
    const received = sim.peer('bob').data()
    expect(received).toHaveLength(2)
    for (const bytes of received) expect(bytes instanceof Uint8Array && Buffer.compare(bytes, largest)).toBe(0)
    const larger = data(new Uint8Array(largest.length + 1))
    const refusal = { reason: 'too-large', details: { size: MAX_MESSAGE_BYTES + 1, limit: MAX_MESSAGE_BYTES } }
    await expect(room.send(bob, larger)).rejects.toMatchObject(refusal)
    await expect(room.broadcast(larger)).rejects.toMatchObject(refusal)
    const body = new Uint8Array(MAX_MESSAGE_BYTES)
    await expect(room.request(bob, 'keep', body)).rejects.toMatchObject({ reason: 'too-large' })
    await sim.run(100)
    expect(sim.peer('bob').data()).toHaveLength(2)
  })

  it('[DT2] that would not arrive as it was sent is refused before it is kept, with the place', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const dated = { list: [new Date(0)] } as unknown as Data
    const words = 'data.list[0] is a Date, not a plain object, which cannot be sent.'
    for (const refused of [room.send(sim.peer('bob').id, data(dated)), room.broadcast(data(dated))]) {
      await expect(refused).rejects.toMatchObject({ reason: 'bad-data', message: words })
    }
    await expect(room.request(sim.peer('bob').id, 'keep', dated)).rejects.toThrow('body.list[0] is a Date')
    const id = await room.broadcast('well')
    expect(id).toBe(entryId({ author: sim.peer('alice').id, seq: 2 }, undefined))
    expect(room.conversations()).toEqual([])
  })

  it('[DM2] to somebody who left, or was lost, waits for them; a request is refused, as is who never came', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const { id: bob } = sim.peer('bob')
    const { id: carol, profile } = sim.peer('carol')
    sim.network.silence('bob')
    void sim.peer('carol').room.leave()
    await sim.run(seconds(35))
    const sent: string[] = []
    for (const peer of [bob, carol]) {
      void room.send(peer, 'hello?').then(() => sent.push(peer))
      await expect(room.request(peer, 'time')).rejects.toMatchObject({ reason: 'unreachable' })
    }
    await sim.run(seconds(60))
    expect(sent).toEqual([])
    sim.network.wake('bob')
    const again = sim.join('carol', profile)
    await sim.run(seconds(60))
    expect([...sent].sort()).toEqual([bob, carol].sort())
    expect(sim.peer('bob').texts()).toEqual(['hello?'])
    expect(again.texts()).toEqual(['hello?'])
    const nobody = peerId('nobody')
    const refusal = { reason: 'unknown-peer', details: { peer: nobody } }
    await expect(room.send(nobody, 'hello?')).rejects.toMatchObject(refusal)
  })

  it('[DM1] to oneself is refused, before and after one has said something', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    for (let times = 0; times < 2; times++) {
      await expect(room.send(room.self.id, 'hello, me')).rejects.toMatchObject({ reason: 'unknown-peer' })
      await expect(room.request(room.self.id, 'time')).rejects.toMatchObject({ reason: 'unknown-peer' })
      await room.broadcast('hello')
    }
  })

  it('[DM3] to somebody who does not come back is refused when thousands wait already, and others are not', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const { id: carol } = sim.peer('carol')
    sim.network.silence('carol')
    const waiting = Array.from({ length: MAX_UNDELIVERED_ENTRIES }, (_, index) => room.send(carol, `${index}`))
    await sim.run(seconds(1))
    await expect(room.send(carol, 'one more')).rejects.toMatchObject({
      reason: 'overloaded',
      details: { peer: carol },
    })
    await sim.settled(room.send(sim.peer('bob').id, 'carol does not answer'))
    sim.network.wake('carol')
    await sim.settled(Promise.all(waiting), seconds(60))
    expect(sim.peer('carol').texts()).toEqual(waiting.map((_, index) => `${index}`))
    await sim.settled(room.send(carol, 'welcome back'))
  })

  it('[PL4] is not hurt by payloads that are not allowed: they are acknowledged, dropped and what follows is taken', async () => {
    const sim = new Sim({ seed: 2, peers: ['alice'] })
    await sim.run(1000)
    const mallory = new Stranger(sim, 'mallory')
    await sim.run(1000)
    const payloads = [
      Uint8Array.of(0xc1),
      encodeMsgpack([9, 'unknown']),
      encodeMsgpack([1, 1, false, 0, 'what a message was']),
      encodeMsgpack([5, '']),
      encodeMsgpack([3, 77, 'an answer that nobody asked for']),
      encodePayload({ kind: 'request', number: 1, topic: 'time', body: null }),
    ]
    mallory.tells(...payloads)
    await sim.run(100)
    expect(mallory.heardPayloads).toMatchObject([{ kind: 'refusal', number: 1, reason: 'no-handler' }])
    expect(mallory.heard.filter(({ kind }) => kind === 'ack')).toHaveLength(payloads.length)
    expect(sim.peer('alice').sees('here')).toEqual(['mallory'])
  })
})

describe('a broadcast', () => {
  it('[LM1] goes to everyone, also to one that was lost for long, and to one that comes later', async () => {
    const sim = await trio()
    sim.network.silence('carol')
    await sim.run(seconds(6))
    await sim.peer('alice').room.broadcast('one')
    sim.network.wake('carol')
    await sim.run(seconds(5))
    expect(sim.peer('carol').texts()).toEqual(['one'])
    sim.network.silence('carol')
    await sim.run(seconds(35))
    await sim.peer('alice').room.broadcast('two')
    await sim.run(seconds(1))
    sim.network.wake('carol')
    sim.join('dave')
    await sim.run(seconds(60))
    for (const peer of sim.peers) expect(peer.texts()).toEqual(['one', 'two'])
  })

  it('[LM2] has a receipt of each member that has it, and counts those who are here or have it', async () => {
    const sim = await trio()
    const { room, receipts } = sim.peer('alice')
    const [bob, carol] = [sim.peer('bob').id, sim.peer('carol').id]
    sim.network.silence('carol')
    const id = await room.broadcast('one')
    expect(room.delivery(id)).toEqual({ delivered: 0, of: 2 })
    await sim.run(seconds(1))
    expect(receipts).toEqual([{ by: bob, with: undefined, upTo: 2 }])
    expect(room.delivery(id)).toEqual({ delivered: 1, of: 2 })
    await sim.run(seconds(40))
    expect(room.delivery(id)).toEqual({ delivered: 1, of: 1 })
    sim.network.wake('carol')
    await sim.run(seconds(60))
    expect(receipts.at(-1)).toEqual({ by: carol, with: undefined, upTo: 2 })
    expect(room.delivery(id)).toEqual({ delivered: 2, of: 2 })
    void sim.peer('bob').room.leave()
    await sim.run(seconds(2))
    expect(room.delivery(id)).toEqual({ delivered: 2, of: 2 })
  })

  it('[LM2] to nobody has an id, and nobody has it until somebody comes', async () => {
    const sim = new Sim({ seed: 3, peers: ['alice'] })
    await sim.run(1000)
    const { room, receipts } = sim.peer('alice')
    const id = await room.broadcast('is anybody there?')
    await sim.run(1000)
    expect(receipts).toEqual([])
    expect(room.delivery(id)).toEqual({ delivered: 0, of: 0 })
    const bob = sim.join('bob')
    await sim.meshed()
    await sim.run(seconds(1))
    expect(bob.texts()).toEqual(['is anybody there?'])
    expect(room.delivery(id)).toEqual({ delivered: 1, of: 1 })
  })

  it('[LM2] is no id: nobody has what was never said', async () => {
    const { room } = (await trio()).peer('alice')
    expect(room.delivery(entryId({ author: room.self.id, seq: 7 }, undefined))).toEqual({ delivered: 0, of: 2 })
  })
})

describe('a direct entry', () => {
  it('[DM1] [LG1] is for one person: nobody else hears it, or of it', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const { id: bob } = sim.peer('bob')
    const id = await sim.settled(room.send(bob, 'for you alone'))
    expect(room.delivery(id)).toEqual({ delivered: 1, of: 1 })
    await sim.run(seconds(1))
    expect(sim.peer('bob').entries).toMatchObject([{ id, to: bob, name: 'alice', content: { text: 'for you alone' } }])
    expect(sim.peer('carol').entries).toEqual([])
    expect(sim.peer('carol').room.conversations()).toEqual([])
    expect(sim.peer('bob').room.conversations()).toEqual([room.self.id])
    expect(sim.peer('alice').receipts).toEqual([{ by: bob, with: bob, upTo: 1 }])
  })
})

describe('the history', () => {
  it('[LG3] is read a page at a time from the newest on, as everybody has it', async () => {
    const sim = await trio()
    for (let round = 0; round < 4; round++) {
      for (const { room } of sim.peers) await room.broadcast(`${room.self.name} ${round}`)
      await sim.run(seconds(1))
    }
    const { room } = sim.peer('bob')
    const newest = await room.history({ limit: 10 })
    expect(newest).toMatchObject({ more: true, complete: true })
    expect(newest.entries).toHaveLength(10)
    const [before] = newest.entries
    const older = await room.history({ limit: 10, ...(before && { before }) })
    expect(older).toMatchObject({ more: false, complete: true })
    const all = [...older.entries, ...newest.entries]
    expect(all.map(({ id }) => id)).toEqual((await sim.history(sim.peer('carol'))).map(({ id }) => id))
    expect(all.filter(({ content }) => content.kind === 'name')).toHaveLength(3)
  })

  it('[LG3] takes any limit for one that it can read', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    for (const words of ['one', 'two', 'three']) await room.broadcast(words)
    for (const [limit, count] of [
      [0, 1],
      [-1, 1],
      [1.9, 1],
      [1e9, 4],
    ] as const)
      expect((await room.history({ limit })).entries).toHaveLength(count)
  })

  it('[DM1] with somebody with whom nothing was said is empty', async () => {
    const sim = await trio()
    const nothing = { entries: [], more: false, complete: true }
    expect(await sim.peer('alice').room.history({ with: sim.peer('bob').id })).toEqual(nothing)
    expect(await sim.peer('alice').room.history({ with: peerId('nobody') })).toEqual(nothing)
  })

  it('[LG1] of before is there when a page is loaded again, and is not told once more', async () => {
    const sim = await trio()
    const { room, id } = sim.peer('alice')
    const { profile, id: bob } = sim.peer('bob')
    await room.broadcast('before')
    await sim.settled(room.send(bob, 'for you alone'))
    sim.close('bob')
    await room.broadcast('meanwhile')
    const again = sim.join('bob', profile)
    await sim.meshed()
    await sim.run(seconds(2))
    expect(again.texts()).toEqual(['meanwhile'])
    const told = (entries: readonly { readonly id: EntryId }[]) => entries.length
    expect(told((await again.room.history()).entries)).toBe(3)
    expect((await again.room.history({ with: id })).entries).toMatchObject([{ content: { text: 'for you alone' } }])
  })
})

describe('a signal', () => {
  it('[EP2] goes to all who are linked, or to one of them, and nothing of it is kept', async () => {
    const sim = await trio()
    const { room, id: from } = sim.peer('alice')
    const heard = new Map<string, unknown[]>()
    for (const peer of sim.peers) {
      heard.set(peer.room.self.name, [])
      peer.room.on('signal', (signal) => heard.get(peer.room.self.name)?.push(signal))
    }
    expect(room.signal('typing')).toBe(true)
    expect(room.signal('pointer', [1, 2], { to: sim.peer('bob').id })).toBe(true)
    await sim.run(100)
    const typing = { from, topic: 'typing', data: null, direct: false }
    const pointer = { from, topic: 'pointer', data: [1, 2], direct: true }
    expect(Object.fromEntries(heard)).toEqual({ alice: [], bob: [typing, pointer], carol: [typing] })
    expect((await room.history()).entries).toEqual([])
    expect(room.signal('typing', null, { to: peerId('nobody') })).toBe(false)
  })

  it('[EP2] to one who is away is not sent, and to nobody neither', async () => {
    const sim = await trio()
    const { id: bob } = sim.peer('bob')
    void sim.peer('bob').room.leave()
    await sim.run(seconds(2))
    expect(sim.peer('alice').room.signal('typing', null, { to: bob })).toBe(false)
    const alone = new Sim({ seed: 1, peers: ['alice'] })
    await alone.run(seconds(1))
    expect(alone.peer('alice').room.signal('typing')).toBe(false)
  })

  it('[EP1] that could not arrive is refused', async () => {
    const { room } = (await trio()).peer('alice')
    expect(() => room.signal('')).toThrow('A topic has')
    expect(() => room.signal('typing', new Uint8Array(MAX_SIGNAL_BYTES))).toThrow('may pass')
    expect(() => room.signal('typing', new Date() as unknown as Data)).toThrow('is a Date')
  })
})

describe('members', () => {
  it('[MB3] beyond the last 64 that are gone are forgotten, and the others come back when they are heard', async () => {
    const sim = new Sim({ seed: 4, peers: ['alice'] })
    await sim.run(1000)
    const strangers = Array.from(
      { length: MAX_GONE_MEMBERS + 2 },
      (_, number) => new Stranger(sim, `stranger ${number}`.replace(' ', '-')),
    )
    await sim.run(1500)
    expect(sim.peer('alice').sees('here')).toHaveLength(MAX_GONE_MEMBERS + 2)
    for (const stranger of strangers) stranger.deaf = true
    await sim.run(seconds(4))
    expect(sim.peer('alice').sees('gone')).toHaveLength(MAX_GONE_MEMBERS)
    for (const stranger of strangers) stranger.says({ kind: 'ping', stamp: 1 })
    await sim.run(100)
    expect(sim.peer('alice').sees('here')).toHaveLength(MAX_GONE_MEMBERS)
    const { id } = strangers.at(-1) ?? { id: peerId('nobody') }
    void sim
      .peer('alice')
      .room.request(id, 'time')
      .catch(() => {})
    await sim.run(100)
    expect(strangers.at(-1)?.heard.some(({ kind }) => kind === 'data')).toBe(true)
  })

  it('[FR6] are never those who speak another version: one is told of them, and they are let go', async () => {
    const sim = new Sim({ seed: 5, peers: ['alice'] })
    await sim.run(1000)
    const mallory = new Stranger(sim, 'mallory', { hello: { version: 1 } })
    await sim.run(1000)
    expect(sim.peer('alice').errors).toMatchObject([{ reason: 'incompatible', details: { peer: mallory.id } }])
    expect(sim.peer('alice').room.members()).toEqual([])
    expect(mallory.linked).toBe(false)
  })

  it('[RP5] who were met before are shown as gone, and nobody is told more', async () => {
    const sim = await trio()
    sim.network.cut('alice', 'bob')
    await sim.run(seconds(60))
    expect(sim.peer('alice').sees('gone')).toEqual(['bob'])
    expect(sim.peer('alice').errors).toEqual([])
  })

  it('[DI8] who are heard are here, whatever the server says', async () => {
    const sim = await trio()
    const alice = sim.peer('alice')
    sim.network.silence('bob')
    await sim.clock.until(() => alice.sees('suspected').includes('bob'), seconds(5))
    sim.server.disconnect(sim.peer('bob').signaling)
    sim.network.wake('bob')
    const seen = new Set<string>()
    alice.room.on('members', (members) => {
      for (const { name, status } of members) if (name === 'bob') seen.add(status)
    })
    await sim.run(seconds(10))
    expect(alice.sees('here')).toEqual(['bob', 'carol'])
    expect([...seen].sort()).toEqual(['here', 'suspected'])
  })
})
