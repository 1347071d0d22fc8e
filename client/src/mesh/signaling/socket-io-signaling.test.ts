import { createServer, type Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { afterEach, describe, expect, it } from 'vitest'
import type { IceServer } from '../../../../signaling-server/src/contract'
// biome-ignore lint/style/noRestrictedImports: the client's side of the contract is held to the server that ships
import { attachSignaling, type Signaling as RunningSignaling } from '../../../../signaling-server/src/signaling'
import { peerId } from '../../sim/people'
import { VirtualClock } from '../../sim/virtual-clock'
import { toRoomId } from '../protocol/ids'
import { type Clock, seconds, systemClock } from '../runtime/clock'
import { SeveralSignalings } from './several-signalings'
import type { Signaling, SignalingEvents, SignalingState } from './signaling'
import { signalingContract } from './signaling-contract'
import { SocketIoSignaling } from './socket-io-signaling'

const GARDEN = toRoomId(new Uint8Array(16))
const ALICE = peerId('alice')
const BOB = peerId('bob')
const BOX = Uint8Array.of(1, 2, 3)
const STUN: IceServer = { urls: 'stun:stun.garden.example' }

/** What a test has opened, to be closed after it. */
const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

function listen(server: HttpServer, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the server listens on no port'))
      else resolve(address.port)
    })
  })
}

/** The server that ships. */
async function startServer(port = 0, options: Parameters<typeof attachSignaling>[1] = {}) {
  const server = createServer()
  const signaling = attachSignaling(server, options)
  opened.push(() => signaling.close())
  return { signaling, port: await listen(server, port) }
}

/** A server that speaks Socket.IO and otherwise does what the test says. */
async function startLyingServer(answers: { readonly [event: string]: (request: unknown) => unknown }) {
  const server = createServer()
  const io = new Server(server, { transports: ['websocket'], serveClient: false })
  opened.push(() => io.close())
  io.on('connection', (socket) => {
    for (const [event, answer] of Object.entries(answers)) {
      socket.on(event, (request: unknown, reply: (answer: unknown) => void) => reply(answer(request)))
    }
  })
  return { io, port: await listen(server) }
}

function join(port: number, self = ALICE, clock: Clock = systemClock): SocketIoSignaling {
  const signaling = new SocketIoSignaling({ server: `http://localhost:${port}`, room: GARDEN, self, clock })
  opened.push(() => signaling.close())
  return signaling
}

function next<Name extends keyof SignalingEvents>(signaling: Signaling, event: Name): Promise<SignalingEvents[Name]> {
  return new Promise((resolve) => {
    const stop = signaling.on(event, (payload) => {
      stop()
      resolve(payload)
    })
  })
}

function until(signaling: Signaling, kind: SignalingState['kind']): Promise<SignalingState> {
  return new Promise((resolve) => {
    const stop = signaling.on('state', (state) => {
      if (state.kind !== kind) return
      stop()
      resolve(state)
    })
  })
}

async function enter(signaling: Signaling) {
  const peers = next(signaling, 'peers')
  signaling.open()
  return peers
}

const honestJoin = () => ({ ok: true, peers: [], iceServers: [] })

describe.each(['one', 'two'] as const)('signaling over Socket.IO with %s real server(s)', (count) => {
  for (const { name: rule, run } of signalingContract) {
    it(rule, async () => {
      let servers: RunningSignaling[] = []
      let ports = count === 'one' ? [0] : [0, 0]
      const startServers = async () => {
        const started = await Promise.all(ports.map((port) => startServer(port)))
        servers = started.map(({ signaling }) => signaling)
        ports = started.map(({ port }) => port)
      }
      await startServers()
      await run({
        signaling(name) {
          const [first, ...others] = ports.map((port) => join(port, peerId(name)))
          if (!first) throw new Error('there is no server')
          return others.length === 0 ? first : new SeveralSignalings([first, ...others])
        },
        id: peerId,
        stopServer: async () => void (await Promise.all(servers.map((server) => server.close()))),
        startServer: startServers,
        wait: (promise) => promise,
      })
    })
  }
})

describe('with the real server', () => {
  it('[SI1] everybody is announced again within 5 s of its restart', async () => {
    const { signaling: server, port } = await startServer()
    const people = ['alice', 'bob', 'carol', 'dave'].map((name) => join(port, peerId(name)))
    for (const person of people) await enter(person)
    const lost = Promise.all(people.map((person) => until(person, 'unreachable')))
    await server.close()
    await lost
    const again = people.map((person) => next(person, 'peers'))
    await startServer(port)
    const startedAt = performance.now()
    const named = (await Promise.all(again)).map((peers) => peers.length)
    expect(performance.now() - startedAt).toBeLessThan(5000)
    expect(named.sort()).toEqual([0, 1, 2, 3])
  })

  it('[SG5] boxes of one person arrive in the order in which they were sent', async () => {
    const { port } = await startServer()
    const [alice, bob] = [join(port), join(port, BOB)]
    await enter(alice)
    await enter(bob)
    const heard: number[] = []
    const all = new Promise<void>((resolve) => {
      bob.on('box', ({ box }) => heard.push(box[0] ?? -1) === 100 && resolve())
    })
    for (let number = 0; number < 100; number++) void alice.deliver(BOB, Uint8Array.of(number))
    await all
    expect(heard).toEqual(Array.from({ length: 100 }, (_, number) => number))
  })

  it('[SI2] the ICE servers that it names are known with the announcement', async () => {
    const { port } = await startServer(0, { iceServers: [STUN] })
    const alice = join(port)
    expect(alice.iceServers).toEqual([])
    await enter(alice)
    expect(alice.iceServers).toEqual([STUN])
    expect(alice.state).toEqual({ kind: 'connected', server: `http://localhost:${port}` })
  })

  it('[SI1] one who is refused is told why, and is let in by a later try', async () => {
    const { port } = await startServer(0, { limits: { peersPerRoom: 1 } })
    const alice = join(port)
    await enter(alice)
    const clock = new VirtualClock()
    const bob = join(port, BOB, clock)
    const refused = until(bob, 'refused')
    bob.open()
    expect(await refused).toEqual({ kind: 'refused', reason: 'a room holds 1 peers' })
    expect(await bob.deliver(ALICE, BOX)).toBe('unavailable')

    const again = until(bob, 'refused')
    await clock.run(seconds(5))
    await again
    alice.close()
    // Nobody tells when the place is free; a refusal and a try more do no harm.
    const letIn = until(bob, 'connected')
    for (let tries = 0; bob.state.kind === 'refused' && tries < 100; tries++) {
      const judged = next(bob, 'state')
      await clock.run(seconds(5))
      await judged
    }
    await letIn
  })

  it('[SI1] whose place was taken over joins again when it notices', async () => {
    const { port } = await startServer()
    const [alice, bob, twin] = [join(port), join(port, BOB), join(port)]
    await enter(alice)
    await enter(bob)
    await enter(twin)
    const named = next(alice, 'peers')
    expect(await alice.deliver(BOB, BOX)).toBe('unavailable')
    expect(await named).toEqual([BOB])
    expect(await alice.deliver(BOB, BOX)).toBe('delivered')
  })

  it('[SI3] that is not there at all is unreachable, in words', async () => {
    const { signaling: server, port } = await startServer()
    await server.close()
    const alice = join(port)
    const lost = until(alice, 'unreachable')
    alice.open()
    expect(await lost).toMatchObject({ reason: expect.stringMatching(/.+/) })
    const announced = until(alice, 'connected')
    await startServer(port)
    await announced
  })
})

describe('with a server that lies', () => {
  it('[SI4] nonsense for an answer to a join is no answer; the next try may do better', async () => {
    const nonsense = [
      undefined,
      null,
      'ok',
      [],
      {},
      { ok: true },
      { ok: 'true', peers: [], iceServers: [] },
      { ok: true, peers: [], iceServers: 'none' },
      { ok: true, peers: ['bob'], iceServers: [] },
      { ok: true, peers: [{ id: BOB }], iceServers: [] },
      { ok: true, peers: Array.from({ length: 1025 }, () => BOB), iceServers: [] },
      { ok: true, peers: [], iceServers: [{ urls: 'javascript:alert(1)' }] },
      { ok: true, peers: [], iceServers: Array.from({ length: 9 }, () => STUN) },
      { ok: false },
      { ok: false, reason: 'a mood', message: 'no' },
      { ok: false, reason: 'room-full', message: 'x'.repeat(2000) },
    ]
    const requests: unknown[] = []
    const { port } = await startLyingServer({
      join: (request) => (requests.push(request) <= nonsense.length ? nonsense[requests.length - 1] : honestJoin()),
    })
    const clock = new VirtualClock()
    const alice = join(port, ALICE, clock)
    const peers: unknown[] = []
    alice.on('peers', (named) => peers.push(named))
    let judged = next(alice, 'state')
    alice.open()
    for (const [index] of nonsense.entries()) {
      expect(await judged, JSON.stringify(nonsense[index])).toEqual({
        kind: 'unreachable',
        reason: 'The server does not answer.',
      })
      judged = next(alice, 'state')
      await clock.run(seconds(5))
    }
    expect(await judged).toMatchObject({ kind: 'connected' })
    expect(peers).toEqual([[]])
    expect(alice.iceServers).toEqual([])
    expect(new Set(requests.map((request) => JSON.stringify(request)))).toEqual(
      new Set([JSON.stringify({ v: 1, room: GARDEN, peer: ALICE })]),
    )
  })

  it('[SI4] nonsense for an answer to a box is no delivery', async () => {
    const answers: unknown[] = [
      undefined,
      null,
      'ok',
      {},
      { ok: 1 },
      { ok: false },
      { ok: false, reason: 'why', message: '' },
    ]
    const { port } = await startLyingServer({ join: honestJoin, signal: () => answers.shift() })
    const alice = join(port)
    await enter(alice)
    for (const answer of [...answers]) expect(await alice.deliver(BOB, BOX), JSON.stringify(answer)).toBe('unavailable')
    answers.push(
      { ok: false, reason: 'not-here', message: '' },
      { ok: false, reason: 'rate-limited', message: '' },
      { ok: true },
    )
    expect(await alice.deliver(BOB, BOX)).toBe('not-here')
    expect(await alice.deliver(BOB, BOX)).toBe('unavailable')
    expect(await alice.deliver(BOB, BOX)).toBe('delivered')
  })

  it('[SI4] nonsense for a delivery reaches nobody', async () => {
    const { io, port } = await startLyingServer({ join: honestJoin })
    const alice = join(port)
    await enter(alice)
    const boxes: unknown[] = []
    alice.on('box', (box) => boxes.push(box))
    const honest = { room: GARDEN, from: BOB, box: BOX }
    const nonsense = [
      undefined,
      null,
      'box',
      [],
      {},
      { ...honest, room: toRoomId(new Uint8Array(16).fill(1)) },
      { ...honest, from: 'bob' },
      { ...honest, box: 'AQID' },
      { ...honest, box: [1, 2, 3] },
      { ...honest, box: new Uint8Array() },
      { ...honest, box: new Uint8Array(16 * 1024 + 1) },
      { ...honest, more: 1 },
      { room: GARDEN, from: BOB },
    ]
    for (const delivery of nonsense) io.emit('signal', delivery)
    io.emit('signal')
    io.emit('refresh', honest)
    const arrived = next(alice, 'box')
    io.emit('signal', honest)
    const { from, box } = await arrived
    expect(from).toBe(BOB)
    expect([...box]).toEqual([1, 2, 3])
    expect(boxes).toHaveLength(1)
  })

  it('[SI4] nonsense for a refusal changes nothing', async () => {
    const { io, port } = await startLyingServer({ join: honestJoin })
    const alice = join(port)
    await enter(alice)
    const states: SignalingState[] = []
    alice.on('state', (state) => states.push(state))
    const nonsense = [
      undefined,
      null,
      'no',
      {},
      { message: 7 },
      { ok: true },
      { ok: false, reason: 'a mood', message: '' },
    ]
    for (const refusal of nonsense) io.emit('refused', refusal)
    io.emit('refused')
    const refused = until(alice, 'refused')
    io.emit('refused', { ok: false, reason: 'rate-limited', message: 'too much' })
    expect(await refused).toEqual({ kind: 'refused', reason: 'too much' })
    expect(states).toHaveLength(1)
  })

  it('[SI1] that hangs up is called again', async () => {
    const { io, port } = await startLyingServer({ join: honestJoin })
    const clock = new VirtualClock()
    const alice = join(port, ALICE, clock)
    await enter(alice)
    const lost = until(alice, 'unreachable')
    io.disconnectSockets()
    await lost
    const again = next(alice, 'peers')
    await clock.run(seconds(5))
    await again
  })
})
