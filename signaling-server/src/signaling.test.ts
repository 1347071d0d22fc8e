import { afterEach, describe, expect, it } from 'vitest'
import { box, CELLAR, expectUndisturbed, GARDEN, namesIn, peerId, Stage, tokenOf } from './test-support'

const alice = peerId('alice')
const bob = peerId('bob')
const carol = peerId('carol')

const stage = new Stage()
afterEach(() => stage.end())

describe('joining and leaving', () => {
  it('[SG3] tells each newcomer who is there, and nobody of the newcomer', async () => {
    const { port } = await stage.start()
    const [a, b, c] = await Promise.all([stage.connect(port), stage.connect(port), stage.connect(port)])
    expect(namesIn(await a.join(GARDEN, alice))).toEqual([])
    expect(namesIn(await b.join(GARDEN, bob))).toEqual(['alice'])
    expect(namesIn(await c.join(GARDEN, carol))).toEqual(['alice', 'bob'])
    expect([a.signals.size, b.signals.size, c.signals.size]).toEqual([0, 0, 0])
  })

  it('[SG3] hands out the ICE servers that the operator named, and none otherwise', async () => {
    const iceServers = [{ urls: ['turn:turn.example.org'], username: 'garden', credential: 'gate' }]
    const [plain, generous] = await Promise.all([stage.start(), stage.start({ iceServers })])
    const [a, b] = await Promise.all([stage.connect(plain.port), stage.connect(generous.port)])
    expect(await a.join(GARDEN, alice)).toMatchObject({ ok: true, iceServers: [] })
    expect(await b.join(GARDEN, alice)).toMatchObject({ ok: true, iceServers })
  })

  it('[SG3] refuses another version by name, whatever else that version sends', async () => {
    const { port } = await stage.start()
    const a = await stage.connect(port)
    expect(await a.ask('join', { v: 2, place: 'garden' })).toMatchObject({ ok: false, reason: 'wrong-version' })
    expect(await a.ask('join', { v: 'two', room: GARDEN, peer: alice })).toMatchObject({ reason: 'bad-request' })
  })

  it('[SG6] forgets alice when she leaves, and when her connection ends', async () => {
    const { port, signaling } = await stage.start()
    const [a, b] = await Promise.all([stage.connect(port), stage.connect(port)])
    await a.join(GARDEN, alice)
    await a.join(CELLAR, alice)
    expect(await a.leave(GARDEN)).toEqual({ ok: true })
    expect(await a.leave(GARDEN)).toMatchObject({ ok: false, reason: 'not-joined' })
    expect(namesIn(await b.join(GARDEN, bob))).toEqual([])
    expect(namesIn(await b.join(CELLAR, bob))).toEqual(['alice'])

    const gone = new Promise((resolve) =>
      signaling.io.sockets.sockets.get(a.socket.id ?? '')?.once('disconnect', resolve),
    )
    a.socket.disconnect()
    await gone
    expect(await b.signal(CELLAR, alice, box('still there?'))).toMatchObject({ ok: false, reason: 'not-here' })
    expect(signaling.counts()).toEqual({ connections: 1, rooms: 2, places: 2 })
  })
})

describe('signals', () => {
  it('[SG5] hands a box to its addressee alone, as it was, with the name of the sender', async () => {
    const { port } = await stage.start()
    const [a, b, c] = await Promise.all([stage.connect(port), stage.connect(port), stage.connect(port)])
    await a.join(GARDEN, alice)
    await b.join(GARDEN, bob)
    await c.join(GARDEN, carol)
    const bytes = Uint8Array.from({ length: 16 * 1024 }, (_, i) => i % 256)
    expect(await a.signal(GARDEN, bob, bytes)).toEqual({ ok: true })
    const delivery = await b.signals.next()
    expect(delivery).toMatchObject({ room: GARDEN, from: alice })
    expect(Buffer.from(delivery.box).equals(bytes)).toBe(true)
    // Whatever had been sent to carol or alice would have come before these answers.
    await Promise.all([a.leave(CELLAR), c.leave(CELLAR)])
    expect([a.signals.size, c.signals.size]).toEqual([0, 0])
  })

  it('[SG5] keeps the order in which alice signals', async () => {
    const { port } = await stage.start()
    const [a, b] = await Promise.all([stage.connect(port), stage.connect(port)])
    await a.join(GARDEN, alice)
    await b.join(GARDEN, bob)
    const words = Array.from({ length: 200 }, (_, i) => `candidate ${i}`)
    await Promise.all(words.map((word) => a.signal(GARDEN, bob, box(word))))
    const heard: string[] = []
    for (const _ of words) heard.push(new TextDecoder().decode((await b.signals.next()).box))
    expect(heard).toEqual(words)
  })

  it('[SG5] answers not-here for one who never came, one who left, and one in another room', async () => {
    const { port } = await stage.start()
    const [a, b, c] = await Promise.all([stage.connect(port), stage.connect(port), stage.connect(port)])
    await a.join(GARDEN, alice)
    await b.join(GARDEN, bob)
    await b.leave(GARDEN)
    await c.join(CELLAR, carol)
    for (const name of ['bob', 'carol', 'nobody', 'alice']) {
      const answer = await a.signal(GARDEN, peerId(name), box('hello?'))
      expect(answer).toMatchObject({ ok: false, reason: 'not-here' })
    }
    expect([a.signals.size, b.signals.size, c.signals.size]).toEqual([0, 0, 0])
  })

  it('[SG5] carries nothing for one who is not in the room', async () => {
    const { port } = await stage.start()
    const [a, b] = await Promise.all([stage.connect(port), stage.connect(port)])
    await b.join(GARDEN, bob)
    await a.join(CELLAR, alice)
    expect(await a.signal(GARDEN, bob, box('psst'))).toMatchObject({ ok: false, reason: 'not-joined' })
    await b.leave(CELLAR)
    expect(b.signals.size).toBe(0)
  })
})

describe('one place for each peer', () => {
  it("[SG4] gives alice's place to her newer connection, and the end of the older one changes nothing", async () => {
    const { port, signaling } = await stage.start()
    const [older, newer, b] = await Promise.all([stage.connect(port), stage.connect(port), stage.connect(port)])
    await b.join(GARDEN, bob)
    await older.join(GARDEN, alice, tokenOf('alice'))
    expect(namesIn(await newer.join(GARDEN, alice, tokenOf('alice')))).toEqual(['bob'])
    expect(await older.signal(GARDEN, bob, box('me?'))).toMatchObject({ ok: false, reason: 'not-joined' })

    const gone = new Promise((resolve) =>
      signaling.io.sockets.sockets.get(older.socket.id ?? '')?.once('disconnect', resolve),
    )
    older.socket.disconnect()
    await gone
    expect(await b.signal(GARDEN, alice, box('welcome back'))).toEqual({ ok: true })
    expect((await newer.signals.next()).from).toBe(bob)
  })

  it("[SG4] refuses mallory, who read alice's id in the room, alice's place", async () => {
    const { port } = await stage.start()
    const { a, b } = await stage.connectAliceAndBob(port)
    const m = await stage.connect(port)
    const listed = await m.join(GARDEN, peerId('mallory'), tokenOf('mallory'))
    expect(namesIn(listed)).toEqual(['alice', 'bob'])
    const taken = { ok: false, reason: 'taken', message: expect.stringContaining('another connection') }
    expect(await m.join(GARDEN, alice, tokenOf('mallory'))).toEqual(taken)
    await expectUndisturbed({ a, b })
    // She keeps her own place, and is not cut off for asking.
    expect(await b.signal(GARDEN, peerId('mallory'), box('what was that?'))).toEqual({ ok: true })
    expect((await m.signals.next()).from).toBe(bob)
  })

  it('[SG4] shows the token of a place to nobody', async () => {
    const { port } = await stage.start()
    const [a, b] = await Promise.all([stage.connect(port), stage.connect(port)])
    const heard: unknown[] = []
    b.socket.onAny((...event: unknown[]) => heard.push(event))
    await a.join(GARDEN, alice, tokenOf('alice'))
    heard.push(await b.join(GARDEN, bob, tokenOf('bob')))
    heard.push(await b.join(GARDEN, alice, tokenOf('bob')))
    await a.signal(GARDEN, bob, box('hi'))
    await b.signals.next()
    expect(heard).toHaveLength(3)
    expect(JSON.stringify(heard)).not.toContain(tokenOf('alice'))
  })

  it('[SG4] lets one connection be one peer of a room, so that nobody fills a room alone', async () => {
    const { port, signaling } = await stage.start()
    const a = await stage.connect(port)
    for (const name of ['alice', 'alicia', 'ally']) await a.join(GARDEN, peerId(name))
    expect(signaling.counts()).toMatchObject({ rooms: 1, places: 1 })
  })
})

describe('a restart', () => {
  it('[SG9] lets everybody in again on the same port, without a hand', async () => {
    const first = await stage.start()
    const options = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50 }
    const [a, b] = await Promise.all([stage.connect(first.port, options), stage.connect(first.port, options)])
    await a.join(GARDEN, alice)
    await b.join(GARDEN, bob)

    const back = [a, b].map((client) => new Promise<void>((resolve) => client.socket.once('connect', resolve)))
    await first.signaling.close()
    expect(await Promise.all([a.ended, b.ended])).toEqual(['transport close', 'transport close'])
    const second = await stage.start({}, first.port)
    await Promise.all(back)

    expect(await a.signal(GARDEN, bob, box('hi'))).toMatchObject({ ok: false, reason: 'not-joined' })
    expect(namesIn(await a.join(GARDEN, alice))).toEqual([])
    expect(namesIn(await b.join(GARDEN, bob))).toEqual(['alice'])
    expect(await a.signal(GARDEN, bob, box('hi'))).toEqual({ ok: true })
    expect((await b.signals.next()).from).toBe(alice)
    expect(second.signaling.counts()).toEqual({ connections: 2, rooms: 1, places: 2 })
  })

  it('[SG9] may be asked to close twice', async () => {
    const { signaling } = await stage.start()
    await Promise.all([signaling.close(), signaling.close()])
  })
})

describe('many at once', () => {
  it('[SG7] lets a newcomer to a room of 100 send four introductions to everybody without being slowed down', async () => {
    const { port } = await stage.start()
    const names = Array.from({ length: 99 }, (_, i) => `peer-${i}x`)
    const others = await Promise.all(names.map(() => stage.connect(port)))
    await Promise.all(others.map((other, i) => other.join(GARDEN, peerId(names[i] ?? ''))))
    const a = await stage.connect(port)
    expect(namesIn(await a.join(GARDEN, alice))).toHaveLength(99)

    const offer = new Uint8Array(4096).fill(1)
    const candidates = new Uint8Array(1200).fill(2)
    const answers = await Promise.all(
      names.flatMap((name) =>
        [offer, ...Array(3).fill(candidates)].map((bytes) => a.signal(GARDEN, peerId(name), bytes)),
      ),
    )
    expect(answers).toHaveLength(99 * 4)
    expect(answers.filter((answer) => !answer.ok)).toEqual([])
    for (const other of others) for (let i = 0; i < 4; i++) expect((await other.signals.next()).from).toBe(alice)
  }, 20_000)
})
