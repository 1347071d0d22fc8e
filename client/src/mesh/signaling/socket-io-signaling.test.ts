import { createServer, type Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type IceServer, MAX_LISTED_PEERS } from '../../../../signaling-server/src/contract'
import { attachSignaling, type Signaling as RunningSignaling } from '../../../../signaling-server/src/signaling'
import { addressOf } from '../../sim/people'
import { seededRandom } from '../../sim/seeded-random'
import { VirtualClock } from '../../sim/virtual-clock'
import { toRoomId } from '../protocol/ids'
import { type Clock, type Millis, seconds, systemClock } from '../runtime/clock'
import { type Random, systemRandom } from '../runtime/random'
import { ServerLine } from './server-line'
import { SeveralSignalings } from './several-signalings'
import type { Signaling, SignalingEvents, SignalingState } from './signaling'
import { signalingContract } from './signaling-contract'
import { SocketIoSignaling } from './socket-io-signaling'

const GARDEN = toRoomId(new Uint8Array(16))
const ALICE = addressOf('alice')
const BOB = addressOf('bob')
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

const lineTo = (port: number): ServerLine => new ServerLine(`http://localhost:${port}`)

function join(
  port: number,
  self = ALICE,
  {
    clock = systemClock,
    random = systemRandom,
    line = lineTo(port),
  }: { clock?: Clock; random?: Random; line?: ServerLine } = {},
): SocketIoSignaling {
  const signaling = new SocketIoSignaling({ line, room: GARDEN, self, clock, random })
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

/** Time that passes when the test says so; it hands over what is to happen, and when. */
function handClock() {
  const timers = new Set<{ readonly delay: Millis; readonly task: () => void }>()
  let waiting: (() => void) | undefined
  const clock: Clock = {
    ...systemClock,
    after(delay, task) {
      const timer = { delay, task }
      timers.add(timer)
      waiting?.()
      return () => void timers.delete(timer)
    },
  }
  // Patience with what a server does with a connection is no pause.
  const findTimer = () => [...timers].find(({ delay }) => delay < seconds(10))
  const nextTimer = async () => {
    while (!findTimer()) await new Promise<void>((resolve) => (waiting = resolve))
    const timer = findTimer()
    if (!timer) throw new Error('no timer was set')
    timers.delete(timer)
    return timer
  }
  return { clock, nextTimer }
}

const refusedFor = (message: string) => ({ ok: false, reason: 'room-full', message })

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
          const [first, ...others] = ports.map((port) => join(port, addressOf(name)))
          if (!first) throw new Error('there is no server')
          return others.length === 0 ? first : new SeveralSignalings([first, ...others])
        },
        id: addressOf,
        stopServer: async () => void (await Promise.all(servers.map((server) => server.close()))),
        startServer: startServers,
        wait: (promise) => promise,
      })
    })
  }
})

describe('with the real server', () => {
  it('[SI1] everybody is announced again within about 2.5 s of its restart', async () => {
    const { signaling: server, port } = await startServer()
    const people = ['alice', 'bob', 'carol', 'dave'].map((name) => join(port, addressOf(name)))
    for (const person of people) await enter(person)
    const lost = Promise.all(people.map((person) => until(person, 'unreachable')))
    await server.close()
    await lost
    const again = people.map((person) => next(person, 'peers'))
    await startServer(port)
    const startedAt = performance.now()
    const named = (await Promise.all(again)).map((peers) => peers.length)
    // A second more for a machine that is busy with other tests; the pauses have a test of their own.
    expect(performance.now() - startedAt).toBeLessThan(3500)
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

  it('[SI1] one who has only dialled is announced to nobody, tells nothing, and is in at once when it opens', async () => {
    const joined: unknown[] = []
    const answer = { ok: true, peers: [BOB], iceServers: [] }
    const { io, port } = await startLyingServer({ join: (request) => joined.push(request) && answer })
    const line = lineTo(port)
    const alice = join(port, ALICE, { line })
    const told = vi.fn()
    alice.on('state', told)
    const gone = new Promise((resolve) => {
      io.once('connection', (socket) => {
        socket.once('disconnect', resolve)
        socket.disconnect(true)
      })
    })
    line.dial()
    await gone
    expect(joined).toEqual([])
    expect(told).not.toHaveBeenCalled()
    // Whatever became of the dialling.
    expect(await enter(alice)).toEqual([BOB])
    expect(joined).toHaveLength(1)
  })

  it('[SI1] one who opens while the line is being made is in by that one', async () => {
    const { signaling: server, port } = await startServer()
    const connected = vi.fn()
    server.io.on('connection', connected)
    const line = lineTo(port)
    const alice = join(port, ALICE, { line })
    const lost = vi.fn()
    alice.on('state', ({ kind }) => kind !== 'connected' && lost(kind))
    line.dial()
    // The connection is there, and Socket.IO's handshake on it under way.
    await new Promise<void>((resolve) => line.socket.io.once('open', () => resolve()))
    expect(await enter(alice)).toEqual([])
    const bob = join(port, BOB)
    expect(await enter(bob)).toEqual([ALICE])
    expect(await bob.deliver(ALICE, BOX)).toBe('delivered')
    expect(connected).toHaveBeenCalledTimes(2)
    expect(lost).not.toHaveBeenCalled()
  })

  it('[SI1] one whose connection a server takes and then says nothing on it dials anew after 10 s', async () => {
    const { io, port } = await startLyingServer({ join: () => ({ ok: true, peers: [], iceServers: [] }) })
    let meet = () => {}
    const met = () =>
      new Promise<void>((resolve) => {
        meet = resolve
      })
    let isSilent = true
    io.use((_socket, next) => {
      meet()
      if (!isSilent) next()
    })
    const clock = new VirtualClock()
    const alice = join(port, ALICE, { clock })
    const first = met()
    alice.open()
    await first
    await clock.run(seconds(10) - 1)
    expect(alice.state).toEqual({ kind: 'connecting' })
    const second = met()
    await clock.run(1)
    expect(alice.state).toEqual({ kind: 'unreachable', reason: 'The server does not answer.' })
    await second
    isSilent = false
    const letIn = until(alice, 'connected')
    await clock.run(seconds(10))
    await letIn
  })

  it('[SI1] one who is refused is told why, and is let in by a later try', async () => {
    const { signaling: server, port } = await startServer(0, { limits: { peersPerRoom: 1 } })
    const alice = join(port)
    await enter(alice)
    const [alicesEnd] = server.io.sockets.sockets.values()
    const gone = new Promise((resolve) => alicesEnd?.once('disconnect', resolve))
    const clock = new VirtualClock()
    const bob = join(port, BOB, { clock })
    const refused = until(bob, 'refused')
    bob.open()
    expect(await refused).toEqual({ kind: 'refused', reason: 'a room holds 1 peers' })
    expect(await bob.deliver(ALICE, BOX)).toBe('unavailable')

    alice.close()
    await gone
    const letIn = until(bob, 'connected')
    await clock.run(seconds(5))
    await letIn
  })

  it("[SG4] alice's place is hers though all know her id; whoever asks for it is refused until she has gone", async () => {
    const { signaling: server, port } = await startServer()
    const clock = new VirtualClock()
    const [alice, bob, mallory] = [join(port), join(port, BOB), join(port, ALICE, { clock })]
    await enter(alice)
    const [alicesEnd] = server.io.sockets.sockets.values()
    const gone = new Promise((resolve) => alicesEnd?.once('disconnect', resolve))
    await enter(bob)
    const refused = until(mallory, 'refused')
    mallory.open()
    expect(await refused).toMatchObject({ reason: expect.stringContaining('held by another connection') })

    const arrived = next(alice, 'box')
    expect(await bob.deliver(ALICE, BOX)).toBe('delivered')
    expect((await arrived).from).toBe(BOB)
    expect(await alice.deliver(BOB, BOX)).toBe('delivered')

    alice.close()
    await gone
    const letIn = until(mallory, 'connected')
    await clock.run(seconds(5))
    await letIn
  })

  it('[SG4] alice comes back to her place while the server still believes in her dead connection', async () => {
    const { port } = await startServer()
    const [alice, bob] = [join(port, ALICE, { random: seededRandom(1) }), join(port, BOB)]
    await enter(alice)
    await enter(bob)
    // The same stay, with the same token, over another connection.
    const back = join(port, ALICE, { random: seededRandom(1) })
    expect(await enter(back)).toEqual([BOB])
    const arrived = next(back, 'box')
    expect(await bob.deliver(ALICE, BOX)).toBe('delivered')
    expect((await arrived).from).toBe(BOB)
  })

  it('[SI1] why it hung up stays known until the next try', async () => {
    const { signaling: server, port } = await startServer()
    const { clock, nextTimer } = handClock()
    const alice = join(port, ALICE, { clock })
    await enter(alice)
    const states: SignalingState[] = []
    alice.on('state', (state) => states.push(state))
    const message = 'disconnected after too many refusals'
    server.io.emit('refused', { ok: false, reason: 'rate-limited', message })
    server.io.disconnectSockets()
    // Set on the disconnection, after whatever is said about it.
    const { delay, task } = await nextTimer()
    expect(alice.state).toEqual({ kind: 'refused', reason: message })
    expect(delay).toBe(seconds(5))
    const announced = until(alice, 'connected')
    task()
    await announced
    expect(states.map(({ kind }) => kind)).toEqual(['refused', 'connected'])
  })

  it('[SI1] while it is away, everybody pauses 0.5 to 2 s before each try, and never all alike', async () => {
    const { signaling: server, port } = await startServer()
    await server.close()
    const { clock, nextTimer } = handClock()
    const fractions = [0, 0.25, 0.75, 0.999]
    const random: Random = { ...systemRandom, fraction: () => fractions.shift() ?? 0.5 }
    const alice = join(port, ALICE, { clock, random })
    const states: SignalingState[] = []
    alice.on('state', (state) => states.push(state))
    alice.open()
    const delays: Millis[] = []
    for (let tries = 0; tries < 12; tries++) {
      const { delay, task } = await nextTimer()
      delays.push(delay)
      task()
    }
    expect(delays).toEqual([500, 875, 1625, 1998.5, ...Array.from({ length: 8 }, () => 1250)])
    expect(states).toEqual([{ kind: 'unreachable', reason: expect.stringMatching(/.+/) }])
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
    const full = Array.from({ length: MAX_LISTED_PEERS }, (_, number) => addressOf(`peer-${number}-`))
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
      { ok: true, peers: [...full, BOB], iceServers: [] },
      { ok: true, peers: [], iceServers: [{ urls: 'javascript:alert(1)' }] },
      { ok: true, peers: [], iceServers: Array.from({ length: 9 }, () => STUN) },
      { ok: true, peers: [], iceServers: [{ ...STUN, username: null }] },
      { ok: false },
      { ok: false, reason: 'a mood', message: 'no' },
      { ok: false, reason: 'room-full', message: 'x'.repeat(2000) },
    ]
    const requests: unknown[] = []
    const { port } = await startLyingServer({
      join: (request) =>
        requests.push(request) <= nonsense.length
          ? nonsense[requests.length - 1]
          : { ok: true, peers: full, iceServers: [] },
    })
    const { clock, nextTimer } = handClock()
    const alice = join(port, ALICE, { clock })
    const named = next(alice, 'peers')
    const states: SignalingState[] = []
    alice.on('state', (state) => states.push(state))
    alice.open()
    for (const answer of nonsense) {
      const { delay, task } = await nextTimer()
      const said = JSON.stringify(answer)
      expect(alice.state, said).toEqual({ kind: 'unreachable', reason: 'The server does not answer.' })
      expect(delay, said).toBe(seconds(5))
      task()
    }
    expect(await named).toEqual(full)
    expect(alice.iceServers).toEqual([])
    expect(states.map(({ kind }) => kind)).toEqual(['unreachable', 'connected'])
    // One token for the whole stay.
    expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBe(1)
    const token = expect.stringMatching(/^[A-Za-z0-9_-]{22}$/)
    expect(requests[0]).toEqual({ v: 1, room: GARDEN, peer: ALICE, token })
  })

  it('[SG4] hears another token of each stay, and of one stay at another server', async () => {
    const tokens: unknown[] = []
    const heard = (request: unknown) => {
      tokens.push(request instanceof Object && 'token' in request ? request.token : undefined)
      return honestJoin()
    }
    const [first, second] = [await startLyingServer({ join: heard }), await startLyingServer({ join: heard })]
    for (const { port } of [first, first, second]) await enter(join(port))
    expect(new Set(tokens).size).toBe(3)
  })

  it('[SI1] that refuses is asked again and again, and each reason is told once', async () => {
    const refusals = ['full', 'full', 'taken', 'taken', 'taken', 'full'].map(refusedFor)
    const { port } = await startLyingServer({ join: () => refusals.shift() ?? honestJoin() })
    const { clock, nextTimer } = handClock()
    const alice = join(port, ALICE, { clock })
    const states: SignalingState[] = []
    alice.on('state', (state) => states.push(state))
    const announced = until(alice, 'connected')
    alice.open()
    for (let tries = refusals.length; tries > 0; tries--) {
      const { delay, task } = await nextTimer()
      expect(delay).toBe(seconds(5))
      task()
    }
    await announced
    const told = states.map((state) => (state.kind === 'refused' ? state.reason : state.kind))
    expect(told).toEqual(['full', 'taken', 'full', 'connected'])
  })

  it('[SI1] that has forgotten a peer is joined again when the peer notices', async () => {
    const outcomes: unknown[] = [{ ok: false, reason: 'not-joined', message: '' }, { ok: true }]
    const { port } = await startLyingServer({ join: honestJoin, signal: () => outcomes.shift() })
    const alice = join(port)
    await enter(alice)
    const named = next(alice, 'peers')
    expect(await alice.deliver(BOB, BOX)).toBe('unavailable')
    await named
    expect(await alice.deliver(BOB, BOX)).toBe('delivered')
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
    const honest = { room: GARDEN, from: BOB, box: Uint8Array.of(9) }
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
    io.emit('signal', { ...honest, box: BOX })
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
    const alice = join(port, ALICE, { clock })
    await enter(alice)
    const lost = until(alice, 'unreachable')
    io.disconnectSockets()
    await lost
    const again = next(alice, 'peers')
    await clock.run(seconds(5))
    await again
  })
})
