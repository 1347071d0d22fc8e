import { describe, expect, it } from 'vitest'
import { bobsKey, bytes, greeted, HELLO, recordOf, Scene } from '../sim/scene'
import { encodeFrame, type Frame, PROTOCOL_VERSION } from './protocol/frames'
import { MAX_OFFENCES } from './protocol/limits'
import { seconds } from './runtime/clock'

describe('a new link', () => {
  it('[FR5] begins with a hello that says who is there, and what was received before', async () => {
    const scene = new Scene()
    await scene.link()
    await scene.clock.run(50)
    const hello = { kind: 'hello', version: PROTOCOL_VERSION, instance: 'alice 1', record: scene.ownRecord }
    expect(scene.heard[0]).toEqual({ ...hello, received: undefined })
    await scene.says(HELLO, { kind: 'data', seq: 3, payload: bytes('three') })
    scene.ownRecord = await recordOf('Alice Liddell')
    await scene.link()
    await scene.clock.run(50)
    expect(scene.heard[0]).toEqual({ ...hello, record: scene.ownRecord, received: { instance: 'bob 1', seq: 3 } })
  })

  it('[FR5] takes nothing before the hello of the other side', async () => {
    const scene = new Scene()
    await scene.link()
    const early: Frame[] = [
      { kind: 'data', seq: 1, payload: bytes('early') },
      { kind: 'ping', stamp: 1 },
      { kind: 'ack', seq: 1 },
      { kind: 'pong', stamp: 0 },
      { kind: 'bye' },
    ]
    await scene.says(...early)
    expect(scene.payloads).toEqual([])
    expect(scene.told).toEqual([])
    expect(scene.bob.member).toBeUndefined()
    expect(scene.heardKinds).toEqual(['hello'])
    await scene.says(HELLO, { kind: 'data', seq: 1, payload: bytes('in time') })
    expect(scene.payloads).toEqual(['in time'])
  })

  it('[FR5] takes one hello and no second', async () => {
    const scene = await greeted()
    await scene.says({ ...HELLO, record: await recordOf('mallory', 2), instance: 'bob 2' })
    expect(scene.bob.member?.name).toBe('bob')
    await scene.says({ kind: 'data', seq: 1, payload: bytes('one') })
    expect(scene.bob.session.received).toEqual({ instance: 'bob 1', seq: 1 })
  })

  it('[FR6] to a peer with another version of the protocol is of no use, and both versions are named', async () => {
    const scene = new Scene()
    await scene.greet({ version: PROTOCOL_VERSION + 1 })
    const words = 'Somebody in this room uses version 3 of the protocol, this page version 2. Reload the older page.'
    expect(scene.told).toEqual([`incompatible: ${words}`])
    expect(scene.bob.member).toBeUndefined()
  })

  it('[RP1] says everything that waits, and the old one means nothing any more', async () => {
    const scene = new Scene()
    const [, oldBob] = await scene.greet()
    scene.push('one')
    scene.push('two')
    await scene.clock.run(30)
    await scene.greet({ received: { instance: 'alice 1', seq: 1 } })
    expect(scene.settled).toEqual(['one'])
    expect(scene.heardPayloads).toEqual(['2 two'])
    oldBob.send(encodeFrame({ kind: 'ack', seq: 2 }))
    oldBob.send(encodeFrame({ kind: 'bye' }))
    await scene.clock.run(30)
    expect(scene.settled).toEqual(['one'])
    expect(scene.told).toEqual([])
  })
})

describe('bad frames', () => {
  const BAD = [[0], [99, 1], [2, 0], [1, 0xc1], [5, 0, 0], [6, 0], [4, 0, 0, 0, 1], [...encodeFrame(HELLO)]]

  it('[FR2] change nothing, and after eight of them it is enough', async () => {
    const scene = await greeted()
    expect(BAD).toHaveLength(MAX_OFFENCES)
    await scene.says(...BAD)
    expect(scene.links?.[0].state.kind).toBe('open')
    expect(scene.bob.member).toMatchObject({ name: 'bob', status: 'here' })
    await scene.says({ kind: 'data', seq: 1, payload: bytes('well') })
    expect(scene.payloads).toEqual(['well'])
    expect(scene.told).toEqual([])
    await scene.says([0])
    expect(scene.told).toEqual(['misbehaved: frame type 0 is unknown'])
  })

  it('[FR2] count for the peer, not for the link: a new one does not buy eight more', async () => {
    const scene = await greeted()
    for (let count = 0; count < MAX_OFFENCES; count++) await scene.says([0])
    await scene.greet()
    expect(scene.told).toEqual([])
    await scene.says([0])
    expect(scene.told).toEqual(['misbehaved: frame type 0 is unknown'])
  })
})

describe('a member', () => {
  it('[MB1] is one from the first hello on', async () => {
    const scene = new Scene()
    expect(scene.bob.member).toBeUndefined()
    await scene.link()
    expect(scene.bob.member).toBeUndefined()
    await scene.says(HELLO)
    expect(scene.bob.member).toEqual({ id: bobsKey.id, name: 'bob', status: 'here', reach: 'direct' })
  })

  it('[KA1] is answered its pings with the same stamp', async () => {
    const scene = await greeted()
    await scene.says({ kind: 'ping', stamp: 12.5 }, { kind: 'ping', stamp: -1 })
    await scene.clock.run(30)
    const pongs = scene.heard.filter((frame) => frame.kind === 'pong')
    expect(pongs).toEqual([
      { kind: 'pong', stamp: 12.5 },
      { kind: 'pong', stamp: -1 },
    ])
  })

  it('[KA2] has a round trip, to a tenth of a millisecond', async () => {
    const scene = await greeted()
    expect(scene.bob.member).not.toHaveProperty('rtt')
    const asked = scene.clock.now()
    await scene.clock.until(() => scene.heard.some(({ kind }) => kind === 'ping'), 1100)
    const [ping] = scene.heard.flatMap((frame) => (frame.kind === 'ping' ? [frame.stamp] : []))
    await scene.clock.run(1.23456)
    await scene.says({ kind: 'pong', stamp: ping ?? asked })
    expect(scene.bob.member?.rtt).toBe(41.2)
    scene.bob.detach()
    expect(scene.bob.member).not.toHaveProperty('rtt')
  })

  it('[KA3] is suspected after 2.5 s of silence, and a fresh link is asked for once', async () => {
    const scene = await greeted()
    await scene.clock.run(3200)
    expect(scene.bob.member).toMatchObject({ status: 'suspected', reach: 'direct' })
    expect(scene.told).toEqual(['silent'])
    await scene.clock.run(seconds(20))
    expect(scene.told).toEqual(['silent'])
  })

  it('[KA3] is suspected at once when its link is gone', async () => {
    const scene = await greeted()
    scene.network.dropLinks('alice', 'bob')
    expect(scene.bob.member).toMatchObject({ status: 'suspected', reach: 'none' })
    expect(scene.bob.heard).toBe(false)
    expect(scene.told).toEqual([])
  })

  it('[KA4] is gone after 3.8 s of silence, [MB2] and here again when it is heard', async () => {
    const scene = await greeted()
    await scene.clock.run(4400)
    expect(scene.bob.member).toMatchObject({ status: 'gone', reach: 'none' })
    expect(scene.bob.member?.status === 'gone').toBe(true)
    await scene.says({ kind: 'ping', stamp: 0 })
    expect(scene.bob.member).toMatchObject({ status: 'here', reach: 'direct' })
    expect(scene.bob.member?.status === 'gone').toBe(false)
  })

  it('[MB2] is not here again by a link alone: it has to say hello', async () => {
    const scene = await greeted()
    await scene.clock.run(4400)
    await scene.link()
    expect(scene.bob.member?.status).toBe('gone')
    await scene.says(HELLO)
    expect(scene.bob.member?.status).toBe('here')
  })

  it('[MB2] is here with its hello, however long that took', async () => {
    const scene = new Scene()
    await scene.link()
    await scene.clock.run(3200)
    await scene.says(HELLO)
    expect(scene.bob.member?.status).toBe('here')
  })

  it('[PL5] has the name that it said last, in a record or in a hello', async () => {
    const scene = await greeted()
    scene.bob.describe(await recordOf('Bobby', 2))
    expect(scene.bob.member?.name).toBe('Bobby')
    await scene.greet({ record: await recordOf('Robert', 3) })
    expect(scene.bob.member?.name).toBe('Robert')
  })
})
