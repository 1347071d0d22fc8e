import { describe, expect, it } from 'vitest'
import { bobsKey, bytes, carolsKey, greeted, HELLO, recordOf, Scene } from '../sim/scene'
import { RECORD_CHECKED_AFTER } from './link/timing'
import { encodeFrame, type Frame } from './protocol/frames'
import { FRAME_BURST, MAX_INBOX_PAYLOADS, MAX_OFFENCES, PAYLOAD_BURST, PING_BURST } from './protocol/limits'
import { seconds } from './runtime/clock'

/** Bob's, but not signed by him: as somebody makes it who has changed a record of his. */
async function forgedRecord(revision: number): Promise<Uint8Array> {
  const record = await recordOf('mallory', revision, { ...carolsKey, publicKey: bobsKey.publicKey })
  return record
}

const frames = (count: number, frame: (number: number) => Frame) =>
  Array.from({ length: count }, (_, at) => frame(at + 1))

describe("a hello with somebody else's record", () => {
  it('[ID3] greets nobody, and its link is closed', async () => {
    const scene = new Scene()
    await scene.greet({ record: await recordOf('carol', 1, carolsKey) })
    expect(scene.bob.member).toBeUndefined()
    expect(scene.bob.expected).toBe(false)
    expect(scene.links?.[0].state).toEqual({ kind: 'closed', reason: 'closed' })
    expect(scene.told).toEqual([])
  })

  it('[ID3] or with what is none, too, and [CO1] each time counts', async () => {
    const scene = new Scene()
    for (let times = 0; times <= MAX_OFFENCES; times++) {
      expect(scene.told).toEqual([])
      await scene.greet({ record: times % 2 === 0 ? Uint8Array.of(0xc1) : await recordOf('carol', 1, carolsKey) })
    }
    expect(scene.bob.member).toBeUndefined()
    expect(scene.told).toEqual([expect.stringContaining('misbehaved: ')])
  })
})

describe('a record', () => {
  it('[ID3] of somebody else changes nothing', async () => {
    const scene = await greeted()
    scene.bob.describe(await recordOf('carol', 9, carolsKey))
    expect(scene.bob.member).toMatchObject({ id: bobsKey.id, name: 'bob' })
    expect(scene.links?.[0].state.kind).toBe('open')
  })

  it('[ID3] that is older than the one that is known changes nothing, and is no offence', async () => {
    const scene = new Scene()
    await scene.greet({ record: await recordOf('Robert', 7) })
    for (let times = 0; times < 20; times++) {
      scene.bob.describe(await recordOf(times % 2 === 0 ? 'bob' : 'Bobby', times % 2 === 0 ? 6 : 7))
      await scene.chat(seconds(1))
    }
    expect(scene.bob.member?.name).toBe('Robert')
    await scene.greet({ record: await recordOf('bob', 1) })
    expect(scene.bob.member?.name).toBe('Robert')
    expect(scene.told).toEqual([])
  })

  it('[ID3] that bob has not signed is an offence, though it comes from him', async () => {
    const scene = await greeted()
    for (let revision = 2; revision <= 2 + MAX_OFFENCES; revision++) {
      expect(scene.told).toEqual([])
      scene.bob.describe(await forgedRecord(revision))
      await scene.chat(600)
    }
    await scene.chat(RECORD_CHECKED_AFTER)
    expect(scene.told).toEqual(['misbehaved: a record that it has not signed'])
  })

  it('[ID3] of many at once is the last one', async () => {
    const scene = await greeted()
    for (let revision = 2; revision <= 500; revision++) scene.bob.describe(await recordOf(`bob ${revision}`, revision))
    expect(scene.bob.member?.name).toBe('bob 2')
    await scene.clock.run(500)
    expect(scene.bob.member?.name).toBe('bob 500')
  })

  it('[ID3] is looked at twice a second at most', async () => {
    const scene = await greeted()
    const names = new Set<string | undefined>()
    for (let revision = 2; revision <= 302; revision++) {
      scene.bob.describe(await recordOf(`bob ${revision}`, revision))
      names.add(scene.bob.member?.name)
      await scene.chat(10)
      names.add(scene.bob.member?.name)
    }
    expect(names.size).toBeGreaterThanOrEqual(6)
    expect(names.size).toBeLessThanOrEqual(8)
    await scene.clock.run(500)
    expect(scene.bob.member?.name).toBe('bob 302')
  })
})

describe('somebody who breaks the rules', () => {
  it('[CO1] is borne eight times, whatever rule it is, and then reported', async () => {
    const scene = await greeted()
    const offences: (Frame | number[])[] = [
      [99],
      [0, 1],
      HELLO,
      { kind: 'ack', seq: 7 },
      { kind: 'ack', seq: 0xffff_ffff },
      [2, 0],
      [...encodeFrame(HELLO)],
      [1, 0xc1],
    ]
    expect(offences).toHaveLength(MAX_OFFENCES)
    await scene.says(...offences)
    expect(scene.told).toEqual([])
    expect(scene.bob.member).toMatchObject({ name: 'bob', status: 'here' })
    await scene.says({ kind: 'ack', seq: 1 })
    expect(scene.told).toEqual(['misbehaved: what was never sent was acknowledged'])
  })

  it('[CO1] is borne for as long as it slips seldom', async () => {
    const scene = await greeted()
    for (let times = 0; times < 30; times++) {
      await scene.says([99])
      await scene.chat(seconds(11))
    }
    expect(scene.told).toEqual([])
  })

  it('[CO2] is answered sixty pings at once and no more, which is no offence', async () => {
    const scene = await greeted()
    await scene.says(...frames(1000, (stamp) => ({ kind: 'ping', stamp })))
    expect(scene.heard.filter(({ kind }) => kind === 'pong')).toHaveLength(PING_BURST)
    expect(scene.told).toEqual([])
    expect(scene.bob.member?.status).toBe('here')
  })

  it('[SE9] by sending more than may wait is reported, and what it sent before is taken', async () => {
    const scene = await greeted()
    const most = PAYLOAD_BURST + MAX_INBOX_PAYLOADS
    await scene.says(...frames(most + 200, (seq) => ({ kind: 'data', seq, payload: bytes('.') })))
    expect(scene.told[0]).toBe('misbehaved: more messages than may wait')
    expect(scene.payloads.length).toBeGreaterThanOrEqual(PAYLOAD_BURST)
  })

  it('[CO2] by sending more frames than anybody needs is reported', async () => {
    const scene = await greeted()
    const pongs = frames(5000, () => ({ kind: 'pong', stamp: -1 }))
    // Meanwhile some are forgiven; so it takes a few more than are borne at once.
    for (let sent = 0; sent < 1.2 * FRAME_BURST; sent += pongs.length) await scene.says(...pongs)
    expect(scene.told[0]).toBe('misbehaved: too many frames')
  })
})

describe('somebody who is expelled', () => {
  it('[CO3] is gone, and whoever waits for it is told why', async () => {
    const scene = await greeted()
    scene.push('wait')
    scene.bob.expel()
    expect(scene.bob.member).toMatchObject({ status: 'gone', reach: 'none' })
    expect(scene.bob.expected).toBe(false)
    expect(scene.settled).toEqual(['wait: unreachable'])
    expect(scene.givenUp).toEqual(['bob broke the rules and was cut off.'])
  })

  it('[CO3] says nothing more, not even what had come already', async () => {
    const scene = await greeted()
    await scene.says(...frames(PAYLOAD_BURST + 500, (seq) => ({ kind: 'data', seq, payload: bytes('.') })))
    const before = scene.payloads.length
    expect(before).toBeLessThan(PAYLOAD_BURST + 500)
    scene.bob.expel()
    await scene.clock.run(seconds(2))
    expect(scene.payloads).toHaveLength(before)
  })

  it('[CO3] is here again when it is let in and says hello, and goes on where it was', async () => {
    const scene = await greeted()
    scene.bob.expel()
    scene.links?.[0].close()
    await scene.clock.run(seconds(31))
    await scene.greet({ received: { instance: 'alice 1', seq: 0 } })
    expect(scene.bob.member).toMatchObject({ status: 'here' })
    await scene.says({ kind: 'data', seq: 1, payload: bytes('sorry') })
    expect(scene.payloads).toEqual(['sorry'])
    expect(scene.bob.expected).toBe(true)
  })
})
