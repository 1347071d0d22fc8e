import { describe, expect, it } from 'vitest'
import { peerId } from '../sim/people'
import { seededRandom } from '../sim/seeded-random'
import { SimNetwork } from '../sim/sim-network'
import { VirtualClock } from '../sim/virtual-clock'
import type { Link } from './link/link'
import { RoomError } from './protocol/errors'
import { decodeFrame, encodeFrame, type Frame, type Hello, type InboundFrame } from './protocol/frames'
import { MAX_BAD_FRAMES } from './protocol/limits'
import { RemotePeer } from './remote-peer'
import { type Millis, seconds } from './runtime/clock'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (words: string) => new TextEncoder().encode(words)

const HELLO: Hello = { kind: 'hello', version: 1, instance: 'bob 1', name: 'bob', received: undefined }

/** How alice deals with bob, whose side of the link is played by hand. */
class Scene {
  readonly clock = new VirtualClock()
  readonly network: SimNetwork
  readonly told: string[] = []
  readonly payloads: string[] = []
  readonly settled: string[] = []
  readonly givenUp: string[] = []
  /** what bob's present link brought him */
  heard: InboundFrame[] = []
  ownName = 'alice'
  /** alice's and bob's ends of the present link */
  links: readonly [Link, Link] | undefined
  readonly bob: RemotePeer

  constructor(line: { readonly rate?: number } = {}) {
    this.network = new SimNetwork({ ...line, clock: this.clock, random: seededRandom(1), jitter: 0 })
    this.bob = new RemotePeer({
      id: peerId('bob'),
      clock: this.clock,
      instance: 'alice 1',
      ownName: () => this.ownName,
      onPayload: (payload) => this.payloads.push(text(payload)),
      onChange: () => {},
      onLeft: () => this.told.push('left'),
      onGivenUp: (error: RoomError) => this.givenUp.push(error.message),
      onSilent: () => this.told.push('silent'),
      onIncompatible: (error: RoomError) => this.told.push(`${error.reason}: ${error.message}`),
    })
  }

  /** Links the two, with the old link, if any, still open. */
  async link(): Promise<readonly [Link, Link]> {
    const heard: InboundFrame[] = []
    const atAlice = this.network.link('alice', { initiator: true, iceServers: [] })
    const atBob = this.network.link('bob', { initiator: false, iceServers: [] })
    atAlice.on('signal', (signal) => atBob.signal(signal))
    atBob.on('signal', (signal) => atAlice.signal(signal))
    atBob.on('frame', (frame) => {
      const decoded = decodeFrame(frame)
      if (!decoded.ok) throw new Error(decoded.reason)
      heard.push(decoded.value)
    })
    atAlice.on('open', () => this.bob.attach(atAlice))
    atAlice.on('close', () => this.links?.[0] === atAlice && this.bob.detach())
    await this.clock.until(() => atBob.state.kind === 'open', 1000)
    this.heard = heard
    this.links = [atAlice, atBob]
    return this.links
  }

  /** Links the two, and bob says hello. */
  async greet(hello: Partial<Hello> = {}): Promise<readonly [Link, Link]> {
    const links = await this.link()
    await this.says({ ...HELLO, ...hello })
    return links
  }

  /** Bob sends frames, or bytes that are none; they arrive, and so does what alice answers. */
  async says(...frames: (Frame | number[])[]): Promise<void> {
    for (const frame of frames) {
      this.links?.[1].send(Array.isArray(frame) ? Uint8Array.from(frame) : encodeFrame(frame))
    }
    await this.clock.run(50)
  }

  push(words: string): void {
    this.bob.session.push(bytes(words), (error) => this.settled.push(error ? `${words}: ${error.reason}` : words))
  }

  /** Bob gives signs of life for so long. */
  async chat(duration: Millis): Promise<void> {
    for (const end = this.clock.now() + duration; this.clock.now() < end; ) {
      await this.clock.run(Math.min(1000, end - this.clock.now()))
      this.links?.[1].send(encodeFrame({ kind: 'ping', stamp: 0 }))
    }
  }

  get heardPayloads(): readonly string[] {
    return this.heard.flatMap((frame) => (frame.kind === 'data' ? [`${frame.seq} ${text(frame.payload)}`] : []))
  }

  get heardKinds(): readonly string[] {
    return this.heard.map(({ kind }) => kind)
  }
}

async function greeted(): Promise<Scene> {
  const scene = new Scene()
  await scene.greet()
  return scene
}

describe('a new link', () => {
  it('[FR5] begins with a hello that says who is there, and what was received before', async () => {
    const scene = new Scene()
    await scene.link()
    await scene.clock.run(50)
    const hello = { kind: 'hello', version: 1, instance: 'alice 1', name: 'alice' }
    expect(scene.heard[0]).toEqual({ ...hello, received: undefined })
    await scene.says(HELLO, { kind: 'data', seq: 3, payload: bytes('three') })
    scene.ownName = 'Alice Liddell'
    await scene.link()
    await scene.clock.run(50)
    expect(scene.heard[0]).toEqual({ ...hello, name: 'Alice Liddell', received: { instance: 'bob 1', seq: 3 } })
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
    expect(scene.heardKinds).toEqual(['hello', 'ping'])
    await scene.says(HELLO, { kind: 'data', seq: 1, payload: bytes('in time') })
    expect(scene.payloads).toEqual(['in time'])
  })

  it('[FR5] takes one hello and no second', async () => {
    const scene = await greeted()
    await scene.says({ ...HELLO, name: 'mallory', instance: 'bob 2' })
    expect(scene.bob.member?.name).toBe('bob')
    await scene.says({ kind: 'data', seq: 1, payload: bytes('one') })
    expect(scene.bob.session.received).toEqual({ instance: 'bob 1', seq: 1 })
  })

  it('[FR6] to a peer with another version of the protocol is of no use, and both versions are named', async () => {
    const scene = new Scene()
    await scene.greet({ version: 2 })
    const words = 'Somebody in this room uses version 2 of the protocol, this page version 1. Reload the older page.'
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

  it('[FR2] change nothing, but after eight of them the link is closed', async () => {
    const scene = await greeted()
    expect(BAD).toHaveLength(MAX_BAD_FRAMES)
    await scene.says(...BAD)
    expect(scene.links?.[0].state.kind).toBe('open')
    expect(scene.bob.member).toMatchObject({ name: 'bob', status: 'here' })
    await scene.says({ kind: 'data', seq: 1, payload: bytes('well') })
    expect(scene.payloads).toEqual(['well'])
    await scene.says([0])
    expect(scene.links?.[0].state).toEqual({ kind: 'closed', reason: 'closed' })
  })

  it('[FR2] count for the peer, not for the link: a new one does not buy eight more', async () => {
    const scene = await greeted()
    for (let count = 0; count < MAX_BAD_FRAMES; count++) await scene.says([0])
    await scene.greet()
    await scene.says([0])
    expect(scene.links?.[0].state.kind).toBe('closed')
  })
})

describe('a member', () => {
  it('[MB1] is one from the first hello on', async () => {
    const scene = new Scene()
    expect(scene.bob.member).toBeUndefined()
    await scene.link()
    expect(scene.bob.member).toBeUndefined()
    await scene.says(HELLO)
    expect(scene.bob.member).toEqual({ id: peerId('bob'), name: 'bob', status: 'here', reach: 'direct' })
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
    await scene.says({ kind: 'pong', stamp: scene.clock.now() - 1.23456 })
    expect(scene.bob.member?.rtt).toBe(21.2)
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

  it('[PL5] has the name that it said last, in a rename or in a hello', async () => {
    const scene = await greeted()
    scene.bob.rename('Bobby')
    expect(scene.bob.member?.name).toBe('Bobby')
    await scene.greet({ name: 'Robert' })
    expect(scene.bob.member?.name).toBe('Robert')
  })
})

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
