import { describe, expect, it } from 'vitest'
import { bobsKey, carolsKey, greeted, recordOf, Scene } from '../sim/scene'
import { PLACE_KEPT_FOR, RECORD_CHECKED_AFTER } from './link/timing'
import { RoomError } from './protocol/errors'
import { seconds } from './runtime/clock'

describe('a member that goes', () => {
  it('[RP2] by good-bye is gone at once, and [SE7] whoever waits for it is told at once', async () => {
    const scene = await greeted()
    scene.push('wait')
    await scene.says({ kind: 'bye' })
    expect(scene.bob.member).toMatchObject({ status: 'gone', reach: 'none' })
    expect(scene.settled).toEqual(['wait: unreachable'])
    expect(scene.told).toEqual(['left'])
  })

  it('[SE7] without a word is waited for 30 s', async () => {
    const scene = await greeted()
    scene.push('are you there?')
    await scene.clock.until(() => scene.bob.member?.status === 'gone', seconds(5))
    await scene.clock.run(seconds(30) - 1)
    expect(scene.settled).toEqual([])
    await scene.clock.run(1)
    expect(scene.settled).toEqual(['are you there?: unreachable'])
  })

  it('[RP3] and comes back within 30 s gets what waited for it, and nobody is told that it would not', async () => {
    const scene = await greeted()
    scene.push('good morning')
    scene.network.dropLinks('alice', 'bob')
    await scene.clock.run(seconds(33))
    expect(scene.bob.member?.status === 'gone').toBe(true)
    await scene.greet()
    expect(scene.heardPayloads).toEqual(['1 good morning'])
    await scene.chat(seconds(20))
    await scene.says({ kind: 'ack', seq: 1 })
    expect(scene.settled).toEqual(['good morning'])
    expect(scene.bob.member?.status).toBe('here')
  })

  it('[RP4] and was lost for 30 s is expected no more, until it comes back', async () => {
    const scene = await greeted()
    expect(scene.bob.expected).toBe(true)
    await scene.clock.run(seconds(33))
    expect(scene.bob.expected).toBe(true)
    await scene.clock.run(seconds(3))
    expect(scene.bob.expected).toBe(false)
    await scene.greet()
    expect(scene.bob.expected).toBe(true)
    scene.push('welcome back')
    await scene.clock.run(50)
    expect(scene.heardPayloads).toEqual(['1 welcome back'])
  })

  it('[RP3] when the server says so is gone at once, and here again when it says hello', async () => {
    const scene = await greeted()
    scene.network.dropLinks('alice', 'bob')
    scene.bob.lost()
    expect(scene.bob.member?.status).toBe('gone')
    await scene.greet()
    expect(scene.bob.member?.status).toBe('here')
  })

  it('[SE7] when this room is left: whoever waits is told, and nothing goes on', async () => {
    const scene = await greeted()
    scene.push('wait')
    scene.bob.sayBye()
    await scene.clock.run(30)
    expect(scene.heardKinds.at(-1)).toBe('bye')
    const before = scene.heard.length
    scene.bob.stop(new RoomError('left', 'The room was left.'))
    await scene.clock.run(seconds(60))
    expect(scene.settled).toEqual(['wait: left'])
    expect(scene.heard).toHaveLength(before)
  })
})

describe('a member that takes its time', () => {
  it('[KA1] lives as long as pieces of a large frame come, however slowly', async () => {
    const scene = new Scene({ rate: 20_000 })
    await scene.greet()
    await scene.says({ kind: 'data', seq: 1, payload: new Uint8Array(200_000) })
    await scene.clock.run(seconds(9))
    expect(scene.bob.member?.status).toBe('here')
    expect(scene.told).toEqual([])
  })

  it('[SE8] is given up when it lives and acknowledges nothing for 30 s, and its link is closed', async () => {
    const scene = await greeted()
    scene.push('one')
    await scene.chat(seconds(28))
    expect(scene.settled).toEqual([])
    await scene.chat(seconds(4))
    expect(scene.settled).toEqual(['one: unreachable'])
    expect(scene.links?.[0].state.kind).toBe('closed')
  })

  it('[SE8] is waited for while the line still carries what was said to it', async () => {
    const scene = new Scene({ rate: 20_000 })
    await scene.greet()
    scene.bob.session.push(new Uint8Array(1_000_000), () => scene.settled.push('large'))
    await scene.chat(seconds(45))
    expect(scene.settled).toEqual([])
    expect(scene.links?.[0].state.kind).toBe('open')
  })
})

describe('a place among those that may be linked', () => {
  it('[CO4] is kept for a member that has lost its link, and for nobody else', async () => {
    const scene = new Scene()
    expect(scene.bob.hasPlace).toBe(false)
    await scene.link()
    expect(scene.bob.hasPlace).toBe(true)
    scene.network.dropLinks('alice', 'bob')
    await scene.clock.run(50)
    expect(scene.bob.hasPlace).toBe(false)
    await scene.greet()
    scene.network.dropLinks('alice', 'bob')
    await scene.clock.run(50)
    expect(scene.bob.hasPlace).toBe(true)
  })

  it('[CO4] is kept for 5 s, also when it has said good-bye: its page may be loaded again', async () => {
    const scene = await greeted()
    await scene.says({ kind: 'bye' })
    scene.network.dropLinks('alice', 'bob')
    await scene.clock.run(PLACE_KEPT_FOR - 100)
    expect([scene.bob.member?.status, scene.bob.hasPlace]).toEqual(['gone', true])
    await scene.clock.run(100)
    expect(scene.bob.hasPlace).toBe(false)
  })
})

describe('a record that was never signed', () => {
  it('[ID3] that comes again over a later link closes that one too', async () => {
    const scene = new Scene()
    const record = await recordOf('bad one', 1, { ...carolsKey, publicKey: bobsKey.publicKey })
    await scene.greet({ record })
    await scene.clock.run(RECORD_CHECKED_AFTER - 500)
    const [later] = await scene.greet({ record })
    expect(scene.bob.member).toMatchObject({ name: 'bad one' })
    await scene.clock.run(500)
    expect(scene.bob.member).toBeUndefined()
    expect(later.state.kind).toBe('closed')
  })
})
