import { describe, expect, it } from 'vitest'
import { peerId } from '../sim/people'
import { Sim } from '../sim/sim'
import { Stranger } from '../sim/stranger'
import { VirtualClock } from '../sim/virtual-clock'
import { messageId } from './messaging/messages'
import type { Data } from './protocol/data'
import { MAX_GONE_MEMBERS, MAX_MESSAGE_BYTES, MAX_UNACKNOWLEDGED_BYTES } from './protocol/limits'
import { encodeMsgpack } from './protocol/msgpack'
import { encodePayload } from './protocol/payloads'
import { firstNumber, seconds } from './runtime/clock'

/** Whoever enters at the start of a story counts messages from here on. */
const FIRST = firstNumber(new VirtualClock())

async function trio(seed = 1): Promise<Sim> {
  const sim = new Sim({ seed, peers: ['alice', 'bob', 'carol'], jitter: 0 })
  await sim.meshed()
  return sim
}

describe('a message', () => {
  it("[PL2] has an id of its author and the author's number, the same on every screen", async () => {
    const sim = await trio()
    const { id: alice, room } = sim.peer('alice')
    const first = await room.broadcast('one')
    void room.send(sim.peer('bob').id, 'two')
    const third = await room.broadcast('three')
    await sim.run(100)
    const [one, two, three] = [1, 2, 3].map((count) => messageId(alice, FIRST + count))
    expect([first, third]).toEqual([one, three])
    expect(sim.peer('bob').messages.map(({ id }) => id)).toEqual([one, two, three])
    expect(sim.peer('carol').messages.map(({ id }) => id)).toEqual([one, three])
  })

  it('[PL1] tells who wrote it, to whom and when', async () => {
    const sim = await trio()
    const { id, room } = sim.peer('alice')
    const at = sim.clock.wallTime()
    await room.broadcast({ hi: [1, null] })
    await sim.run(100)
    expect(sim.peer('bob').messages).toEqual([
      { id: messageId(id, FIRST + 1), from: id, name: 'alice', direct: false, at, data: { hi: [1, null] } },
    ])
  })

  it('[DT4] passes up to 1 MiB with all its parts, and beyond is refused with size and limit', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const parts =
      encodePayload({
        kind: 'message',
        number: FIRST + 1,
        direct: true,
        at: sim.clock.wallTime(),
        data: new Uint8Array(70_000),
      }).length - 70_000
    const largest = new Uint8Array(MAX_MESSAGE_BYTES - parts).fill(7)
    const sent = room.send(sim.peer('bob').id, largest)
    await sim.run(100)
    await sent
    const [received] = sim.peer('bob').data()
    expect(received instanceof Uint8Array && Buffer.compare(received, largest)).toBe(0)
    const larger = new Uint8Array(largest.length + 1)
    const refusal = { reason: 'too-large', details: { size: MAX_MESSAGE_BYTES + 1, limit: MAX_MESSAGE_BYTES } }
    await expect(room.send(sim.peer('bob').id, larger)).rejects.toMatchObject(refusal)
    await expect(room.broadcast(larger)).rejects.toMatchObject(refusal)
    const body = new Uint8Array(MAX_MESSAGE_BYTES)
    await expect(room.request(sim.peer('bob').id, 'keep', body)).rejects.toMatchObject({ reason: 'too-large' })
    await sim.run(100)
    expect(sim.peer('bob').messages).toHaveLength(1)
  })

  it('[DT2] that would not arrive as it was sent is refused before it is sent, with the place', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const dated = { list: [new Date(0)] } as unknown as Data
    const words = 'data.list[0] is a Date, not a plain object, which cannot be sent.'
    for (const refused of [room.send(sim.peer('bob').id, dated), room.broadcast(dated)]) {
      await expect(refused).rejects.toMatchObject({ reason: 'bad-data', message: words })
    }
    await expect(room.request(sim.peer('bob').id, 'keep', dated)).rejects.toThrow('body.list[0] is a Date')
    expect(await room.broadcast('well')).toBe(messageId(sim.peer('alice').id, FIRST + 1))
  })

  it('[RP4] to somebody who left, or was lost for 30 s, is refused at once, and to somebody who never came too', async () => {
    const sim = await trio()
    const { room } = sim.peer('alice')
    const { id: bob } = sim.peer('bob')
    const { id: carol } = sim.peer('carol')
    sim.network.silence('bob')
    void sim.peer('carol').room.leave()
    await sim.run(seconds(35))
    for (const peer of [bob, carol]) {
      await expect(room.send(peer, 'hello?')).rejects.toMatchObject({ reason: 'unreachable', details: { peer } })
      await expect(room.request(peer, 'time')).rejects.toMatchObject({ reason: 'unreachable' })
    }
    const nobody = peerId('nobody')
    await expect(room.send(nobody, 'hello?')).rejects.toMatchObject({
      reason: 'unknown-peer',
      details: { peer: nobody },
    })
    await expect(room.request(room.self.id, 'time')).rejects.toMatchObject({ reason: 'unknown-peer' })
  })

  it('[PL4] with parts that are not allowed is acknowledged and dropped, and what follows is taken', async () => {
    const sim = new Sim({ seed: 2, peers: ['alice'] })
    await sim.run(1000)
    const mallory = new Stranger(sim, 'mallory')
    await sim.run(1000)
    const payloads = [
      Uint8Array.of(0xc1),
      encodeMsgpack([9, 'unknown']),
      encodeMsgpack([1, 1, false, 0]),
      encodeMsgpack([5, '']),
      encodeMsgpack([3, 77, 'an answer that nobody asked for']),
      encodePayload({ kind: 'message', number: 1, direct: false, at: 0, data: 'well' }),
    ]
    payloads.forEach((payload, index) => {
      mallory.says({ kind: 'data', seq: index + 1, payload })
    })
    await sim.run(100)
    expect(sim.peer('alice').data()).toEqual(['well'])
    expect(mallory.heard.filter(({ kind }) => kind === 'ack')).toHaveLength(payloads.length)
    expect(sim.peer('alice').sees('here')).toEqual(['mallory'])
  })
})

describe('a broadcast', () => {
  it('[PL3] goes to everyone, also to one that is silent for a moment, but not to one that was lost', async () => {
    const sim = await trio()
    sim.network.silence('carol')
    await sim.run(seconds(6))
    await sim.peer('alice').room.broadcast('one')
    sim.network.wake('carol')
    await sim.run(seconds(5))
    expect(sim.peer('carol').data()).toEqual(['one'])
    sim.network.silence('carol')
    await sim.run(seconds(35))
    await sim.peer('alice').room.broadcast('two')
    await sim.run(100)
    expect(sim.peer('alice').receipts.at(-1)).toMatchObject({ delivered: 1, of: 1 })
    sim.network.wake('carol')
    await sim.run(seconds(60))
    expect(sim.peer('carol').data()).toEqual(['one'])
  })

  it('[PL6] counts one member after the other, and no longer one that is lost', async () => {
    const sim = await trio()
    sim.network.silence('carol')
    const id = await sim.peer('alice').room.broadcast('one')
    await sim.run(seconds(40))
    expect(sim.peer('alice').receipts).toEqual([
      { id, delivered: 0, of: 2 },
      { id, by: sim.peer('bob').id, delivered: 1, of: 2 },
      { id, delivered: 1, of: 1 },
    ])
  })

  it('[PL6] to nobody has an id, and a receipt that says so', async () => {
    const sim = new Sim({ seed: 3, peers: ['alice'] })
    await sim.run(1000)
    const id = await sim.peer('alice').room.broadcast('is anybody there?')
    expect(id).toBe(messageId(sim.peer('alice').id, FIRST + 1))
    await sim.run(1000)
    expect(sim.peer('alice').receipts).toEqual([{ id, delivered: 0, of: 0 }])
  })

  it('[PL6] goes past an overloaded member, who is named, and is refused when nobody else is there', async () => {
    const sim = await trio()
    const { room, receipts, errors } = sim.peer('alice')
    const { id: carol } = sim.peer('carol')
    sim.network.silence('carol')
    const waiting: Promise<unknown>[] = []
    for (let bytes = 0; bytes + MAX_MESSAGE_BYTES / 2 <= MAX_UNACKNOWLEDGED_BYTES; bytes += MAX_MESSAGE_BYTES / 2) {
      const sent = room.send(carol, new Uint8Array(MAX_MESSAGE_BYTES / 2 - 50))
      waiting.push(sent.catch((error: unknown) => error))
    }
    await room.broadcast('a'.repeat(5000))
    await sim.run(100)
    expect(sim.peer('bob').data()).toEqual(['a'.repeat(5000)])
    expect(receipts.at(-1)).toMatchObject({ delivered: 1, of: 2 })
    expect(errors).toMatchObject([{ reason: 'overloaded', details: { peer: carol } }])
    void sim.peer('bob').room.leave()
    await sim.run(100)
    await expect(room.broadcast('b'.repeat(5000))).rejects.toMatchObject({ reason: 'overloaded' })
    sim.network.wake('carol')
    await sim.run(seconds(15))
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => undefined))
    await room.broadcast('c'.repeat(5000))
    await sim.run(100)
    expect(sim.peer('carol').data().at(-1)).toBe('c'.repeat(5000))
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
      .room.send(id, 'welcome back')
      .catch(() => {})
    await sim.run(100)
    expect(strangers.at(-1)?.heard.some(({ kind }) => kind === 'data')).toBe(true)
  })

  it('[FR6] are never those who speak another version: one is told of them, and they are let go', async () => {
    const sim = new Sim({ seed: 5, peers: ['alice'] })
    await sim.run(1000)
    const mallory = new Stranger(sim, 'mallory', { hello: { version: 2 } })
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
