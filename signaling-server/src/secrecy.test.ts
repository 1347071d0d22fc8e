/** What the log of a server holds that meets every kind of refusal there is: counts, and nobody. */
import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { LIMITS } from './limits'
import { type RunningServer, startServer } from './server'
import { box, CELLAR, GARDEN, knock, peerId, Stage, tokenOf } from './test-support'

const stage = new Stage()
const running: RunningServer[] = []

afterEach(async () => {
  await stage.end()
  await Promise.all(running.splice(0).map((server) => server.close()))
})

/** What must not be in the log, in the spelling of this file and of the wire. */
const SECRETS = [
  GARDEN,
  CELLAR,
  peerId('alice'),
  peerId('bob'),
  peerId('mallory'),
  tokenOf('alice'),
  tokenOf('mallory'),
]
const WORDS = /garden|cellar|alice|bob|mallory|token-of|box-of|evil|agent-of|example|192\.0\.2|127\.0\.0|localhost|::1/i

it('[SG9] the log tells counts: no room, no peer, no token, no box, no origin and no address', async () => {
  const lines: string[] = []
  const server = await startServer({
    port: 0,
    trustedProxies: 1,
    limits: {
      peersPerRoom: 2,
      roomsPerSocket: 1,
      requestBurst: 40,
      offenceBurst: 5,
      connections: 8,
      connectionsPerRemote: 3,
      cutOffBurst: 2,
      tcpConnections: 20,
    },
    log: (line) => lines.push(line),
  })
  running.push(server)
  const { port } = server
  const from = (last: number) => ({ 'X-Forwarded-For': `192.0.2.${last}`, 'User-Agent': 'agent-of-mallory' })
  const cutOff = expect.stringMatching(/^cut off a client that kept breaking the rules/)

  // Two who behave, and every refusal in words.
  const a = await stage.connect(port, { extraHeaders: from(1) })
  const b = await stage.connect(port, { extraHeaders: from(1) })
  await a.join(GARDEN, peerId('alice'), tokenOf('alice'))
  await b.join(GARDEN, peerId('bob'))
  const m = await stage.connect(port, { extraHeaders: from(2) })
  expect(await m.join(GARDEN, peerId('alice'), tokenOf('mallory'))).toMatchObject({ reason: 'taken' })
  expect(await m.join(GARDEN, peerId('mallory'))).toMatchObject({ reason: 'room-full' })
  expect(await m.signal(GARDEN, peerId('alice'), box('box-of-mallory'))).toMatchObject({ reason: 'not-joined' })
  expect(await a.signal(GARDEN, peerId('mallory'), box('box-of-alice'))).toMatchObject({ reason: 'not-here' })
  expect(await a.join(CELLAR, peerId('alice'))).toMatchObject({ reason: 'too-many-rooms' })
  expect(await m.ask('join', { v: 2 })).toMatchObject({ reason: 'wrong-version' })
  expect(await m.ask('mallory', { garden: GARDEN })).toMatchObject({ reason: 'bad-request' })
  for (let i = 0; i < 50; i++) m.socket.emit('leave', { room: GARDEN }, () => {})
  await m.ended
  expect(lines).toContainEqual(cutOff)

  // What ends a connection without words, until the address is banned.
  for (const message of ['4nonsense-of-mallory', 'x'.repeat(LIMITS.messageBytes + 1)]) {
    const raw = await stage.connectRaw(port, { headers: from(2) })
    await raw.enter()
    raw.socket.send(message)
    await raw.ended
  }
  expect((await knock(port, { headers: from(2) })).status).toBe(429)

  // What is refused before it is a WebSocket, and what is no request at all.
  const page = { ...from(3), Host: 'evil.example' }
  expect((await knock(port, { headers: page, origin: 'https://evil.example:1' })).status).toBe(403)
  await stage.connectRaw(port, { headers: from(4) })
  await stage.connectRaw(port, { headers: from(4) })
  await stage.connectRaw(port, { headers: from(4) })
  expect((await knock(port, { headers: from(4) })).status).toBe(429)
  for (let last = 5; last < 8; last++) await stage.connectRaw(port, { headers: from(last) })
  expect((await knock(port, { headers: from(9) })).status).toBe(503)
  const garbage = connect(port, 'localhost')
  const ended = new Promise((resolve) => garbage.once('close', resolve))
  garbage.resume().end('GARDEN /mallory alice\r\n\r\n')
  await ended
  await fetch(`http://localhost:${port}/garden?mallory`)
  await fetch(`http://localhost:${port}/socket.io/?EIO=4&transport=polling&room=${GARDEN}`)

  expect(lines.length).toBe(5)
  for (const line of lines) {
    expect(line).toMatch(/^[a-zA-Z ,]+ \(\d+ since the start\)$/)
    expect(line).not.toMatch(WORDS)
    for (const secret of SECRETS) expect(line).not.toContain(secret)
  }
})
