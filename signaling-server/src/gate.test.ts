import { afterEach, describe, expect, it } from 'vitest'
import { LIMITS } from './limits'
import { OWN_ORIGIN, parseOrigins } from './origins'
import { expectUndisturbed, GARDEN, Inbox, knock, peerId, SIGNALING_PATH, Stage } from './test-support'

const stage = new Stage()
afterEach(() => stage.end())

describe('the gate', () => {
  it('[SG10] lets in pages of its own origin and programs, and nobody from elsewhere', async () => {
    const lines: string[] = []
    const { port } = await stage.start({ origins: OWN_ORIGIN, log: (line) => lines.push(line) })
    expect(await knock(port)).toEqual({ status: 101, text: '' })
    expect(await knock(port, { origin: `http://localhost:${port}` })).toEqual({ status: 101, text: '' })
    expect(await knock(port, { origin: 'https://evil.example' })).toEqual({
      status: 403,
      text: 'This server does not introduce pages of that origin.\n',
    })
    expect((await knock(port, { origin: 'null' })).status).toBe(403)
    expect(lines).toEqual(['refused a page of an origin that ORIGINS does not name (1 since the start)'])
  })

  it('[SG10] lets in pages of the origins that the operator names', async () => {
    const { port } = await stage.start({ origins: parseOrigins('https://example.org') })
    expect((await knock(port, { origin: 'https://example.org' })).status).toBe(101)
    expect((await knock(port, { origin: 'https://evil.example' })).status).toBe(403)
    const open = await stage.start({ origins: parseOrigins('*') })
    expect((await knock(open.port, { origin: 'https://evil.example' })).status).toBe(101)
  })

  it('[SG10] believes what a proxy says of the host only when it is trusted', async () => {
    const page = { origin: 'https://talk.example.org', headers: { 'X-Forwarded-Host': 'talk.example.org' } }
    const { port } = await stage.start()
    expect((await knock(port, page)).status).toBe(403)
    const behind = await stage.start({ trustedProxies: 1 })
    expect((await knock(behind.port, page)).status).toBe(101)
  })

  it('[SG11] refuses an address that has too many connections, in words, and not the others', async () => {
    const limits = { connectionsPerRemote: 1 }
    const { port } = await stage.start({ limits, trustedProxies: 1 })
    const office = { headers: { 'X-Forwarded-For': '192.0.2.7' } }
    const raw = await stage.connectRaw(port, office)
    expect(await knock(port, office)).toEqual({
      status: 429,
      text: 'Too many connections from your address. Try again later.\n',
    })
    expect((await knock(port, { headers: { 'X-Forwarded-For': '192.0.2.8' } })).status).toBe(101)
    raw.socket.terminate()
    await raw.ended
    await expect.poll(() => knock(port, office).then(({ status }) => status)).toBe(101)
  })

  it('[SG11] does not believe where a request comes from unless a proxy is trusted', async () => {
    const { port } = await stage.start({ limits: { connectionsPerRemote: 1 } })
    await stage.connectRaw(port)
    expect((await knock(port, { headers: { 'X-Forwarded-For': '192.0.2.8' } })).status).toBe(429)
  })

  it('[SG11] refuses an address that opens connections too fast', async () => {
    const { port } = await stage.start({ now: () => 0, limits: { remoteConnectionBurst: 2 } })
    const answers = [await knock(port), await knock(port), await knock(port)]
    expect(answers.map(({ status }) => status)).toEqual([101, 101, 429])
  })

  it('[SG11] refuses everybody when the process is full, until somebody goes', async () => {
    const { port } = await stage.start({ limits: { connections: 1 } })
    const raw = await stage.connectRaw(port)
    expect(await knock(port)).toEqual({ status: 503, text: 'This server has no room left. Try again later.\n' })
    raw.socket.terminate()
    await raw.ended
    await expect.poll(() => knock(port).then(({ status }) => status)).toBe(101)
  })

  it('[SG11] one who is refused holds no place', async () => {
    const { port } = await stage.start({ limits: { connections: 1 } })
    for (let i = 0; i < 5; i++) {
      await expect.poll(() => knock(port, { origin: 'https://evil.example' }).then((a) => a.status)).toBe(403)
    }
    await expect.poll(() => knock(port).then(({ status }) => status)).toBe(101)
  })

  it('[SG11] what one address asks for is limited in all, and hurts nobody at another', async () => {
    const limits = { remoteRequestBurst: 6, remoteRequestsPerSecond: 0, offenceBurst: 0 }
    const { port } = await stage.start({ now: () => 0, limits, trustedProxies: 1 })
    const honest = await stage.connectAliceAndBob(port)
    const extraHeaders = { 'X-Forwarded-For': '192.0.2.7' }
    const [m, n] = [await stage.connect(port, { extraHeaders }), await stage.connect(port, { extraHeaders })]
    for (let i = 0; i < 3; i++) {
      for (const client of [m, n]) expect(await client.leave(GARDEN)).toMatchObject({ reason: 'not-joined' })
    }
    // However often, it is no broken rule: somebody else may have used it up.
    for (let i = 0; i < 3; i++) {
      expect(await n.leave(GARDEN)).toMatchObject({
        reason: 'rate-limited',
        message: 'too many requests from your network address; try again later',
      })
    }
    await expectUndisturbed(honest)
  })

  it('[SG12] bans an address whose clients are cut off again and again, for a while, and leaves the others alone', async () => {
    let now = 0
    const { port } = await stage.start({ now: () => now, limits: { offenceBurst: 0 }, trustedProxies: 1 })
    const honest = await stage.connectAliceAndBob(port)
    const headers = { 'X-Forwarded-For': '192.0.2.7' }
    for (let i = 0; i <= LIMITS.cutOffBurst; i++) {
      const m = await stage.connect(port, { extraHeaders: headers })
      m.socket.emit('shout', 'hey', () => {})
      await m.ended
    }
    expect(await knock(port, { headers })).toEqual({
      status: 429,
      text: 'Your address broke the rules too often. Try again later.\n',
    })
    await expectUndisturbed(honest)
    now = LIMITS.banMinimum
    expect((await knock(port, { headers })).status).toBe(101)
  })

  it.each([
    ['a message that is too large', (send: (data: string) => void) => send('x'.repeat(LIMITS.messageBytes + 1))],
    ['what Socket.IO cannot read', (send: (data: string) => void) => send('4nonsense')],
    ['what Engine.IO cannot read', (send: (data: string) => void) => send('nonsense')],
  ])('[SG12] counts a connection that ends for %s', async (_, abuse) => {
    const lines = new Inbox<string>()
    const { port } = await stage.start({ limits: { cutOffBurst: 0 }, log: (line) => lines.put(line) })
    const raw = await stage.connectRaw(port)
    await raw.enter()
    abuse((data) => raw.socket.send(data))
    await raw.ended
    expect(await lines.next()).toMatch(/^cut off a client that kept breaking the rules/)
    expect((await knock(port)).status).toBe(429)
  })

  it('[SG12] lines that break, people who leave and those who fall silent break no rule', async () => {
    const limits = { cutOffBurst: 0, pingInterval: 50, pingTimeout: 50 }
    const { port, signaling } = await stage.start({ limits })
    const gone = await stage.connectRaw(port)
    gone.socket.terminate()
    const leaves = await stage.connect(port)
    leaves.socket.disconnect()
    const silent = await stage.connectRaw(port)
    await silent.enter()
    await silent.ended
    await expect.poll(() => signaling.counts().connections).toBe(0)
    expect((await knock(port)).status).toBe(101)
  })

  it.each(['sid', '%73id', 'x=1&sid'])('[SG1] adds no second WebSocket to a connection (%s)', async (spelling) => {
    const { port } = await stage.start({ limits: { connectionsPerRemote: 2 } })
    const a = await stage.connect(port)
    await a.join(GARDEN, peerId('alice'))
    const path = `${SIGNALING_PATH}&${spelling}=${a.socket.io.engine.id}`
    expect((await knock(port, { path })).status).toBe(400)
    expect((await fetch(`http://localhost:${port}${path}`)).status).toBe(400)
    expect(await a.leave(GARDEN)).toEqual({ ok: true })
  })
})
