import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { MAX_BOX_BYTES } from './contract'
import { LIMITS } from './limits'
import { box, CELLAR, expectUndisturbed, GARDEN, Inbox, namesIn, peerId, Stage, tokenOf } from './test-support'

const alice = peerId('alice')
const mallory = peerId('mallory')
const join = { v: 1, room: GARDEN, peer: mallory, token: tokenOf('mallory') }

const stage = new Stage()
afterEach(() => stage.end())

describe('those who go on', () => {
  it('[SG8] one who keeps breaking the rules is told why and disconnected, while alice and bob notice nothing', async () => {
    const lines: string[] = []
    const { port, signaling } = await stage.start({ now: () => 0, log: (line) => lines.push(line) })
    const honest = await stage.connectAliceAndBob(port)
    const m = await stage.connect(port)
    await m.join(GARDEN, mallory)
    for (let i = 0; i < LIMITS.offenceBurst; i++) {
      expect(await m.ask('shout', 'hey')).toMatchObject({ ok: false, reason: 'bad-request' })
    }
    expect(m.refusals.size).toBe(0)
    m.socket.emit('shout', 'hey', () => {})
    const last = await m.refusals.next()
    expect(last).toMatchObject({ ok: false, reason: 'bad-request' })
    expect(last.message).toMatch(/^disconnected after too many refusals/)
    expect(await m.ended).toBe('io server disconnect')
    expect(signaling.counts()).toMatchObject({ rooms: 1, places: 2 })
    expect(lines).toEqual(['cut off a client that kept breaking the rules (1 since the start)'])
    await expectUndisturbed(honest)
  })

  it('[SG8] one who floods is disconnected, though nobody waits for the answers', async () => {
    const limits = { requestBurst: 100 }
    const { port } = await stage.start({ now: () => 0, limits })
    const honest = await stage.connectAliceAndBob(port)
    const m = await stage.connect(port)
    for (let i = 0; i <= limits.requestBurst + LIMITS.offenceBurst; i++)
      m.socket.emit('leave', { room: CELLAR }, () => {})
    expect(await m.ended).toBe('io server disconnect')
    expect(await m.refusals.next()).toMatchObject({ reason: 'rate-limited' })
    await expectUndisturbed(honest)
  })

  it('[SG8] what a client had sent before it was cut off does not bring it back into the room', async () => {
    const { port, signaling } = await stage.start({ now: () => 0, limits: { offenceBurst: 0 } })
    const m = await stage.connect(port)
    m.socket.emit('shout', 'hey', () => {})
    for (let i = 0; i < 10; i++) m.socket.emit('join', join, () => {})
    await m.ended
    const a = await stage.connect(port)
    expect(namesIn(await a.join(GARDEN, alice))).toEqual([])
    expect(signaling.counts()).toMatchObject({ places: 1 })
  })

  it('[SG8] an honest slip is forgiven in time', async () => {
    let now = 0
    const { port } = await stage.start({ now: () => now, limits: { offenceBurst: 1, offencesForgivenPerSecond: 0.1 } })
    const a = await stage.connect(port)
    for (let slip = 0; slip < 5; slip++) {
      expect(await a.ask('shout', 'oops')).toMatchObject({ reason: 'bad-request' })
      now += 10_000
    }
    expect(await a.join(GARDEN, alice)).toMatchObject({ ok: true })
  })

  it('[SG8] asking for one who is not here is no offence, however often', async () => {
    const { port } = await stage.start({ now: () => 0, limits: { offenceBurst: 0 } })
    const { a } = await stage.connectAliceAndBob(port)
    for (let i = 0; i < 50; i++) expect(await a.signal(GARDEN, mallory, box('?'))).toMatchObject({ reason: 'not-here' })
    expect(await a.leave(GARDEN)).toEqual({ ok: true })
  })

  it('[SG8] one who may come again comes again with a clean slate', async () => {
    const { port } = await stage.start({ now: () => 0, limits: { offenceBurst: 0 } })
    const m = await stage.connect(port)
    m.socket.emit('shout', 'hey', () => {})
    await m.ended
    m.socket.connect()
    await new Promise<void>((resolve) => m.socket.once('connect', resolve))
    expect(await m.join(GARDEN, mallory)).toMatchObject({ ok: true })
  })

  it('[SG8] a peer that does not read is skipped at its limit, and does not hold up the others', async () => {
    const { port } = await stage.start({
      now: () => 0,
      limits: { boxBurstBytes: 2 ** 40, requestBurst: 2 ** 20, backlogBytes: 64 * 1024, offenceBurst: 0 },
    })
    const honest = await stage.connectAliceAndBob(port)
    const raw = await stage.connectRaw(port)
    await raw.enter()
    await raw.ask('join', join)
    raw.socket.pause()

    const full = new Uint8Array(MAX_BOX_BYTES)
    let answer = await honest.a.signal(GARDEN, mallory, full)
    while (answer.ok) answer = await honest.a.signal(GARDEN, mallory, full)
    expect(answer).toMatchObject({ reason: 'rate-limited', message: expect.stringContaining('that peer has not read') })
    await expectUndisturbed(honest)
  })

  it('[SG8] one who asks but does not read the answers is disconnected before they pile up', async () => {
    const lines = new Inbox<string>()
    const urls = Array.from({ length: 8 }, (_, i) => `stun:${'t'.repeat(200)}${i}.example.org`)
    const { port, signaling } = await stage.start({
      iceServers: Array(8).fill({ urls }),
      limits: { requestBurst: 2 ** 20, rawMessageBurst: 2 ** 20, backlogBytes: 64 * 1024 },
      log: (line) => lines.put(line),
    })
    const honest = await stage.connectAliceAndBob(port)
    const raw = await stage.connectRaw(port)
    await raw.enter()
    await raw.ask('join', join)
    raw.socket.pause()
    // Each answer is 13 KB, so these are more than any system keeps between two of its processes.
    for (let i = 0; i < 2000; i++) raw.socket.send(`421${JSON.stringify(['join', join])}`)
    expect(await lines.next()).toMatch(/^cut off a client/)
    expect(signaling.counts()).toMatchObject({ places: 2 })
    await expectUndisturbed(honest)
  })
})

describe('the doors below the requests', () => {
  it('[SG1] only WebSocket is spoken, and no client is served', async () => {
    const { port } = await stage.start()
    const polling = await fetch(`http://localhost:${port}/socket.io/?EIO=4&transport=polling`)
    expect(polling.status).toBe(400)
  })

  it('[SG1] there is one namespace', async () => {
    const { port } = await stage.start()
    const raw = await stage.connectRaw(port)
    raw.socket.send('40/admin,')
    expect(await raw.messages.next()).toBe('44/admin,{"message":"Invalid namespace"}')
  })

  it.each([
    ['an event name that Socket.IO keeps for itself', ['42["disconnect"]']],
    ['no packet at all', ['4nonsense']],
    ['bytes that belong to nothing', [box('x')]],
    ['an attachment that is not there', ['451-["signal",{"_placeholder":true,"num":7}]', box('x')]],
    ['more attachments than anybody needs', ['4511-["signal"]']],
    ['a second handshake', ['40']],
    ['a ping in the wrong direction', ['2']],
  ])('[SG1] garbage ends the connection it came through: %s', async (_, messages) => {
    const { port } = await stage.start()
    const honest = await stage.connectAliceAndBob(port)
    const raw = await stage.connectRaw(port)
    await raw.enter()
    for (const message of messages) raw.socket.send(message)
    await raw.ended
    await expectUndisturbed(honest)
  })

  it('[SG7] nobody renews its rates by leaving the namespace and entering it again', async () => {
    const { port, signaling } = await stage.start()
    const raw = await stage.connectRaw(port)
    await raw.enter()
    raw.socket.send('41')
    await raw.ended
    expect(signaling.counts().connections).toBe(0)
  })

  it('[SG7] a flood below the level of requests ends the connection', async () => {
    const limits = { rawMessageBurst: 100 }
    const { port } = await stage.start({ now: () => 0, limits })
    const honest = await stage.connectAliceAndBob(port)
    const raw = await stage.connectRaw(port)
    for (let i = 0; i <= limits.rawMessageBurst; i++) raw.socket.send('40/admin,')
    await raw.ended
    await expectUndisturbed(honest)
  })

  it('[SG1] a connection without a handshake is not kept', async () => {
    const { port, signaling } = await stage.start({ limits: { connectTimeout: 50 } })
    const raw = await stage.connectRaw(port)
    await raw.ended
    expect(signaling.counts().connections).toBe(0)
  })

  it('[SG1] a peer that answers no ping is gone from its room', async () => {
    const { port, signaling } = await stage.start({ limits: { pingInterval: 50, pingTimeout: 50 } })
    const raw = await stage.connectRaw(port)
    await raw.enter()
    await raw.ask('join', join)
    await raw.ended
    expect(signaling.counts()).toMatchObject({ rooms: 0, places: 0 })
  })

  it('[SG1] others may take upgrades on the same port', async () => {
    const webServer = createServer()
    const others = new WebSocketServer({ noServer: true })
    webServer.on('upgrade', (request, socket, head) => {
      if (request.url !== '/reload') return
      others.handleUpgrade(request, socket, head, (webSocket) => webSocket.send('welcome'))
    })
    const { port } = await stage.start({ destroyUpgrade: false }, 0, webServer)
    const honest = await stage.connectAliceAndBob(port)
    const reload = new WebSocket(`ws://localhost:${port}/reload`)
    expect(await new Promise((resolve) => reload.once('message', (data) => resolve(String(data))))).toBe('welcome')
    await expectUndisturbed(honest)
    reload.terminate()
  })
})
