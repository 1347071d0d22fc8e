/** Mallory has the room's link and breaks every rule over her links; alice and bob go on as if she were not there. */
import { describe, expect, it } from 'vitest'
import { signRecord } from '../mesh/identity/member-record'
import type { Data } from '../mesh/protocol/data'
import { encodeFrame, type Frame, PROTOCOL_VERSION } from '../mesh/protocol/frames'
import { toRoomId } from '../mesh/protocol/ids'
import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, MAX_OFFENCES, MAX_UNACKNOWLEDGED_PAYLOADS } from '../mesh/protocol/limits'
import { encodeMsgpack } from '../mesh/protocol/msgpack'
import { encodePayload, type Payload } from '../mesh/protocol/payloads'
import { seconds } from '../mesh/runtime/clock'
import { besieged, type Siege } from './siege'
import { Stranger } from './stranger'

const KIND = { hello: 1, ping: 2, pong: 3, data: 4, ack: 5, bye: 6 } as const
const MAX_SEQ = 0xffff_ffff

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** To a question that nobody asked. */
const answer = (number: number, body: Data = number): Payload => ({ kind: 'answer', number, body })

/** Bytes that say how deep they are nested, and end there. */
const nested = (opening: readonly number[], depth: number): Uint8Array =>
  Uint8Array.from([...times(depth, () => opening).flat(), 0xc0])

/** An answer of so many empty lists, fewer than 2 ** 20. */
function emptyLists(count: number): Uint8Array {
  const bytes = new Uint8Array(8 + count).fill(0x90)
  bytes.set([0x93, 3, 1, 0xdd])
  new DataView(bytes.buffer).setUint32(4, count)
  return bytes
}

const inParts = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  times(Math.ceil(all.length / size), (index) => all.slice(index * size, (index + 1) * size))

describe('a member that floods the room', () => {
  it.each<[what: string, flood: (siege: Siege) => void, isBanned: boolean]>([
    ['pings', ({ mallory }) => times(20_000, (stamp) => mallory.says({ kind: 'ping', stamp })), false],
    ['answers to pings', ({ mallory }) => times(20_000, (stamp) => mallory.says({ kind: 'pong', stamp })), false],
    ['acknowledgements', ({ mallory }) => times(20_000, () => mallory.says({ kind: 'ack', seq: 0 })), false],
    ['greetings', ({ mallory }) => times(100, () => mallory.greets()), true],
    ['good-byes', ({ mallory }) => times(1000, () => mallory.says({ kind: 'bye' })), false],
    ['answers', ({ mallory }) => mallory.tells(...times(20_000, (number) => answer(number))), true],
    ['the largest answers', ({ mallory }) => times(110, (number) => mallory.tells(answer(number, LARGE))), true],
    ['frames beyond the limit', ({ mallory }) => times(20, () => mallory.saysBytes(TOO_LARGE)), true],
    [
      'one byte at a time',
      ({ mallory }) => times(1000, (byte) => mallory.saysBytes(Uint8Array.of(7 + (byte % 200)))),
      true,
    ],
    ['the same payload', ({ mallory }) => times(9000, () => mallory.says(data(1, answer(1)))), false],
  ])('[CO2] with %s leaves the others alone', async (_, flood, isBanned) => {
    const siege = await besieged()
    flood(siege)
    await siege.passes(isBanned)
  })

  it('[RQ4] with requests is answered no more than it takes, and works nobody to death', async () => {
    const siege = await besieged()
    let working = 0
    siege.alice.room.handle('toil', () => {
      working += 1
      return new Promise<null>(() => {})
    })
    const request = (number: number): Payload => ({ kind: 'request', number, topic: 'toil', body: null })
    for (const part of inParts(times(20_000, request), 2000)) {
      siege.mallory.tells(...part)
      await siege.sim.run(seconds(1))
    }
    expect(working).toBe(256)
    // For she takes no answer either.
    await siege.passes(false, ['overloaded'])
  })

  it('[PL5] with names is believed the last one, and people are told twice a second at most', async () => {
    const siege = await besieged()
    const { sim, mallory, alice } = siege
    let changes = 0
    alice.room.on('members', () => {
      changes += 1
    })
    for (let number = 2; number <= 1000; number++) {
      const record = await signRecord(alice.room.id, { name: `Mallory ${number}`, revision: number }, mallory.key)
      mallory.tells({ kind: 'record', record })
      await sim.run(10)
    }
    await siege.passes(false)
    expect(changes).toBeLessThan(80)
    expect(alice.sees('here')).toEqual(['Mallory 1000', 'bob'])
  })

  it('[KA2] whose answers to pings contradict one another moves nothing but its own figure, once a second', async () => {
    const siege = await besieged()
    const { sim, mallory, alice } = siege
    let changes = 0
    alice.room.on('members', () => {
      changes += 1
    })
    for (let round = 0; round < 1000; round++) {
      mallory.says({ kind: 'pong', stamp: sim.clock.now() - (round % 2) * 3000 })
      for (const { stamp } of mallory.heard.flatMap((frame) => (frame.kind === 'ping' ? [frame] : []))) {
        if (round % 50 === 0) mallory.says({ kind: 'pong', stamp })
      }
      await sim.run(10)
    }
    await siege.passes(false)
    expect(changes).toBeLessThan(40)
  })
})

const LARGE = new Uint8Array(MAX_MESSAGE_BYTES - 100)
const TOO_LARGE = new Uint8Array(MAX_FRAME_BYTES + 1).fill(KIND.data)
const data = (seq: number, payload: Payload): Frame => ({ kind: 'data', seq, payload: encodePayload(payload) })

describe('a member that sends what is no frame', () => {
  const frames: readonly Frame[] = [
    { kind: 'ping', stamp: 1 },
    { kind: 'pong', stamp: 1 },
    { kind: 'ack', seq: 0 },
    data(1, { kind: 'answer', number: 1, body: ['a', { b: 1 }] }),
    data(1, { kind: 'request', number: 1, topic: 'a', body: null }),
    data(1, { kind: 'refusal', number: 1, reason: 'no-handler', message: 'a' }),
    data(1, { kind: 'record', record: new Uint8Array(3) }),
    {
      kind: 'hello',
      version: PROTOCOL_VERSION,
      instance: 'run',
      record: new Uint8Array(3),
      received: { instance: 'a', seq: 1 },
    },
  ]

  it.each(frames.map((frame) => [frame.kind, frame] as const))(
    '[CO1] borne are %ss that are cut off anywhere, as many as a bug may make',
    async (_, frame) => {
      const bytes = encodeFrame(frame)
      const cut = times(bytes.length - 1, (index) => bytes.slice(0, index + 1))
      for (const part of inParts(cut, MAX_OFFENCES)) {
        const siege = await besieged()
        for (const [index, bytes] of part.entries()) {
          // Each payload is numbered anew, so that none is taken for one that came before.
          if (bytes[0] === KIND.data && bytes.length > 4) new DataView(bytes.buffer).setUint32(1, index + 1)
          siege.mallory.saysBytes(bytes)
        }
        await siege.passes(false)
      }
    },
  )

  it.each<[what: string, payload: Uint8Array]>([
    ['arrays in arrays', nested([0x91], 100_000)],
    ['maps in maps', nested([0x81, 0xa1, 0x61], 100_000)],
    ['an answer nested too deep', Uint8Array.of(0x93, 3, 1, ...nested([0x91], 66))],
    ['a claim of four billion values', Uint8Array.of(0x93, 3, 1, 0xdd, 255, 255, 255, 255)],
    ['a million empty lists', emptyLists(983_040)],
    ['a key named __proto__', Uint8Array.of(0x93, 3, 1, 0x81, 0xa9, ...text('__proto__'), 0x80)],
    ['an unknown kind', encodeMsgpack([9, 1, 2])],
    ['a message as it once was', encodeMsgpack([1, 1, false, 0, null])],
    ['a part too many', encodeMsgpack([3, 1, null, null])],
    ['a number that is none', encodeMsgpack([3, 'one', null])],
    ['a number below zero', encodeMsgpack([3, -1, null])],
    ['a number without end', encodeMsgpack([3, Number.POSITIVE_INFINITY, null])],
    ['an extension', Uint8Array.of(0xd4, 0, 0)],
    ['nothing at all', Uint8Array.of(0xc0)],
    ['half a text', Uint8Array.of(0x93, 3, 1, 0xa1, 0xff)],
  ])('[CO1] is cut off after %s, nine times', async (_, payload) => {
    const siege = await besieged()
    siege.mallory.tells(...times(MAX_OFFENCES, () => payload))
    await siege.sim.run(100)
    expect(siege.alice.errors).toEqual([])
    siege.mallory.tells(payload)
    await siege.passes(true)
    expect(siege.alice.entries.filter(({ author }) => author === siege.mallory.id)).toEqual([])
  })

  it('[FR3] whose words are named like what every object has changes no object', async () => {
    const siege = await besieged()
    const words = { constructor: { prototype: { polluted: true } }, toString: 1, hasOwnProperty: null }
    const heard: Data[] = []
    siege.alice.room.handle('listen', (body) => heard.push(body))
    siege.mallory.tells({ kind: 'request', number: 1, topic: 'listen', body: words })
    await siege.passes(false)
    expect(heard).toEqual([words])
    expect({}).not.toHaveProperty('polluted')
    expect(typeof {}.toString).toBe('function')
  })
})

describe('a member that confuses numbers', () => {
  it('[SE2] acknowledges what was never sent: it is cut off, and settles nothing', async () => {
    const siege = await besieged()
    const asked = siege.alice.room.request(siege.mallory.id, 'weather', null, { timeout: Infinity })
    const told = expect(asked).rejects.toMatchObject({ reason: 'unreachable' })
    for (let count = 0; count <= MAX_OFFENCES; count++) siege.mallory.says({ kind: 'ack', seq: MAX_SEQ - count })
    await siege.passes(true)
    await told
  })

  it('[SE3] numbers payloads backwards, again and beyond all others: each is handed on once, if at all', async () => {
    const siege = await besieged()
    const seqs = [5, 4, 3, 5, 5, 0, MAX_SEQ, 6, MAX_SEQ, 1]
    const heard: Data[] = []
    siege.alice.room.handle('listen', (body) => heard.push(body))
    for (const [index, seq] of seqs.entries())
      siege.mallory.says(data(seq, { kind: 'request', number: index, topic: 'listen', body: index }))
    await siege.passes(false)
    expect(heard).toEqual([0, 6])
  })

  it('[SE8] acknowledges nothing: whoever asks it is told, and the others hear everything', async () => {
    const siege = await besieged()
    const { alice, mallory } = siege
    const timeout = Number.POSITIVE_INFINITY
    const asked = times(MAX_UNACKNOWLEDGED_PAYLOADS + 100, () =>
      alice.room.request(mallory.id, 'weather', null, { timeout }),
    )
    const told = Promise.allSettled(asked)
    await siege.sim.run(seconds(40))
    const reasons = (await told).map((outcome) => outcome.status === 'rejected' && outcome.reason.reason)
    expect(reasons.filter((reason) => reason === 'overloaded').length).toBeGreaterThanOrEqual(100)
    expect(new Set(reasons)).toEqual(new Set(['overloaded', 'unreachable']))
    await siege.passes(false, ['overloaded'])
  })
})

describe('a member that is asked', () => {
  it('[RQ2] never answers: whoever asked is told in time', async () => {
    const siege = await besieged()
    const asked = siege.alice.room.request(siege.mallory.id, 'weather', null)
    const told = expect(asked).rejects.toMatchObject({ reason: 'timeout' })
    await siege.sim.run(seconds(11))
    await told
    await siege.passes(false)
  })

  it('[RQ3] answers what others were asked, what nobody was, and twice: only its own first answer counts', async () => {
    const siege = await besieged()
    const { sim, alice, bob, mallory } = siege
    bob.room.handle('slow', async () => {
      await new Promise<void>((done) => sim.clock.after(seconds(2), done))
      return 'from bob'
    })
    const [ofBob, ofMallory] = [alice.room.request(bob.id, 'slow'), alice.room.request(mallory.id, 'slow')]
    await sim.run(200)
    const [request] = mallory.heardPayloads.flatMap((payload) => (payload.kind === 'request' ? [payload.number] : []))
    const number = request ?? 0
    for (const other of [number - 1, number - 2, number + 1, 0, 1, Number.MAX_SAFE_INTEGER]) {
      mallory.tells({ kind: 'answer', number: other, body: 'forged' })
      mallory.tells({ kind: 'refusal', number: other, reason: 'overloaded', message: 'forged' })
    }
    mallory.tells({ kind: 'answer', number, body: 'first' }, { kind: 'answer', number, body: 'second' })
    mallory.tells({ kind: 'refusal', number, reason: 'overloaded', message: 'third' })
    await sim.run(seconds(3))
    expect(await Promise.all([ofBob, ofMallory])).toEqual(['from bob', 'first'])
    await siege.passes(false)
  })

  it('[RQ1] answers with garbage: it is cut off, and whoever asked is told', async () => {
    const siege = await besieged()
    const asked = siege.alice.room.request(siege.mallory.id, 'weather', null)
    const told = expect(asked).rejects.toMatchObject({ reason: 'unreachable' })
    siege.mallory.tells(...times(MAX_OFFENCES + 1, (number) => encodeMsgpack([3, number])))
    await siege.passes(true)
    await told
  })
})

describe('a ban', () => {
  it('[CO3] keeps a member out until it is over, longer each time', async () => {
    const siege = await besieged()
    const { sim, alice, bob, mallory } = siege
    for (const duration of [30, 60, 120, 240, 480, 600, 600]) {
      const before = alice.errors.length
      await sim.clock.until(() => alice.sees('here').includes('mallory') && mallory.linked, seconds(120))
      const asking = alice.room.request(mallory.id, 'weather', null, { timeout: Infinity })
      const waiting = expect(asking).rejects.toMatchObject({ reason: 'unreachable' })
      mallory.tells(...times(MAX_OFFENCES + 1, () => Uint8Array.of(0xc1)))
      await sim.clock.until(() => alice.errors.length > before, seconds(60))
      await waiting
      expect(alice.errors.at(-1)).toMatchObject({ reason: 'misbehaving', details: { peer: mallory.id } })
      expect(alice.errors.at(-1)?.message).toContain(`${duration} seconds`)
      await expect(alice.room.request(mallory.id, 'weather')).rejects.toMatchObject({ reason: 'unreachable' })
      const linksMade = sim.network.linksMade
      await sim.run(seconds(duration - 2))
      expect(alice.sees('here')).toEqual(['bob'])
      // She goes on calling, and nobody answers.
      expect(sim.network.linksMade - linksMade).toBeLessThan(duration)
    }
    expect(bob.sees('here')).toContain('alice')
  })

  it('[CO3] does not end with a new page: it is the key that is kept out', async () => {
    const siege = await besieged()
    const { sim, alice, mallory } = siege
    mallory.tells(...times(MAX_OFFENCES + 1, () => Uint8Array.of(0xc1)))
    await sim.run(seconds(1))
    const again = new Stranger(sim, 'mallory', { key: mallory.key })
    await sim.run(seconds(25))
    expect(again.linked).toBe(false)
    expect(alice.sees('here')).toEqual(['bob'])
    await siege.passes(true)
  })
})

describe('a record that is not of this room', () => {
  it('[ID3] counts against whoever sends it', async () => {
    const siege = await besieged()
    const { mallory } = siege
    const elsewhere = await signRecord(toRoomId(new Uint8Array(16)), { name: 'Bob', revision: 9 }, mallory.key)
    for (let count = 0; count <= MAX_OFFENCES; count++) {
      mallory.tells({ kind: 'record', record: elsewhere })
      await siege.sim.run(600)
    }
    await siege.passes(true)
  })
})

function text(words: string): Uint8Array {
  return new TextEncoder().encode(words)
}
