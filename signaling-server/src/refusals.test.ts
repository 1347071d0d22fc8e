import { afterEach, describe, expect, it } from 'vitest'
import { MAX_BOX_BYTES } from './contract'
import { LIMITS } from './limits'
import { box, CELLAR, expectUndisturbed, GARDEN, namesIn, peerId, Stage, tokenOf } from './test-support'

const alice = peerId('alice')
const bob = peerId('bob')
const mallory = peerId('mallory')

const stage = new Stage()
afterEach(() => stage.end())

const token = tokenOf('mallory')
const join = { v: 1, room: GARDEN, peer: mallory, token }
const signal = { room: GARDEN, to: bob, box: box('x') }
const withOwnProto = (base: object): unknown =>
  JSON.parse(`{${JSON.stringify(base).slice(1, -1)},"__proto__":{"admin":true}}`)

const malformed: readonly (readonly [event: string, what: string, payload: unknown, words: RegExp])[] = [
  ['join', 'nothing', undefined, /^join: /],
  ['join', 'null', null, /^join: /],
  ['join', 'text', 'garden', /^join: /],
  ['join', 'a list', [join], /^join/],
  ['join', 'bytes', box('garden'), /^join/],
  ['join', 'no version', { room: GARDEN, peer: mallory, token }, /^join\.v: missing/],
  ['join', 'no room', { v: 1, peer: mallory, token }, /^join\.room: missing/],
  ['join', 'no peer', { v: 1, room: GARDEN, token }, /^join\.peer: missing/],
  ['join', 'no token', { v: 1, room: GARDEN, peer: mallory }, /^join\.token: missing/],
  ['join', 'a short token', { ...join, token: 'sesame' }, /^join\.token: a token is 22 base64url characters/],
  ['join', 'a list as token', { ...join, token: [token] }, /^join\.token: expected string/],
  ['join', 'a field too many', { ...join, name: 'Mallory' }, /^join\.name: unknown field/],
  ['join', 'a field named __proto__', withOwnProto(join), /^join\.__proto__: unknown field/],
  ['join', 'a field named constructor', { ...join, constructor: 1 }, /^join\.constructor: unknown field/],
  ['join', 'a number as room', { ...join, room: 7 }, /^join\.room: expected string/],
  ['join', 'a list as room', { ...join, room: [GARDEN] }, /^join\.room: expected string/],
  ['join', 'a short room', { ...join, room: 'garden' }, /^join\.room: a room id is 22 base64url characters/],
  ['join', 'a huge room', { ...join, room: 'x'.repeat(16_000) }, /^join\.room: a room id is 22/],
  ['join', 'a room on two lines', { ...join, room: `${GARDEN}\n` }, /^join\.room: a room id is 22/],
  ['join', '__proto__ as peer', { ...join, peer: '__proto__' }, /^join\.peer: an address is 22/],
  ['join', 'a huge unknown field', { ...join, ['y'.repeat(16_000)]: 1 }, /^join\.y{59}: unknown field/],
  ['signal', 'nothing', undefined, /^signal: /],
  ['signal', 'no room', { to: bob, box: box('x') }, /^signal\.room: missing/],
  ['signal', 'no addressee', { room: GARDEN, box: box('x') }, /^signal\.to: missing/],
  ['signal', 'no box', { room: GARDEN, to: bob }, /^signal\.box: missing/],
  ['signal', 'a sender of her choice', { ...signal, from: alice }, /^signal\.from: unknown field/],
  ['signal', 'text as box', { ...signal, box: 'offer' }, /^signal\.box: a box is binary/],
  ['signal', 'an object as box', { ...signal, box: { byteLength: 3 } }, /^signal\.box: a box is binary/],
  ['signal', 'an empty box', { ...signal, box: new Uint8Array(0) }, /^signal\.box: a box is not empty/],
  [
    'signal',
    'an oversize box',
    { ...signal, box: new Uint8Array(MAX_BOX_BYTES + 1) },
    /^signal\.box: a box is at most/,
  ],
  ['signal', 'a list of addressees', { ...signal, to: [alice, bob] }, /^signal\.to: expected string/],
  ['leave', 'nothing', undefined, /^leave: /],
  ['leave', 'no room', {}, /^leave\.room: missing/],
  ['leave', 'a field too many', { room: GARDEN, all: true }, /^leave\.all: unknown field/],
  ['leave', 'a field named __proto__', withOwnProto({ room: GARDEN }), /^leave\.__proto__: unknown field/],
  ['leave', 'a boolean as room', { room: true }, /^leave\.room: expected string/],
]

const unknownEvents = ['shout', 'Join', 'message', 'error', '__proto__', 'constructor', 'toString', '']

describe('malformed requests', () => {
  it('[SG2] each is refused in words that say what is wrong, and changes nothing', async () => {
    const { port, signaling } = await stage.start({ limits: { offenceBurst: malformed.length } })
    const honest = await stage.connectAliceAndBob(port)
    const m = await stage.connect(port)
    for (const [event, what, payload, words] of malformed) {
      const answer = await m.ask(event, payload)
      const expected = { ok: false, reason: 'bad-request', message: expect.stringMatching(words) }
      expect(answer, `${event} with ${what}`).toEqual(expected)
    }
    expect(signaling.counts()).toMatchObject({ rooms: 1, places: 2 })
    await expectUndisturbed(honest)
    expect(await m.join(GARDEN, mallory)).toMatchObject({ ok: true })
  })

  it.each(unknownEvents)('[SG2] an event that does not exist is refused: %j', async (event) => {
    const { port } = await stage.start()
    const m = await stage.connect(port)
    const words = expect.stringContaining('unknown event')
    expect(await m.ask(event, { room: GARDEN })).toEqual({ ok: false, reason: 'bad-request', message: words })
    expect(await m.join(GARDEN, mallory)).toMatchObject({ ok: true })
  })

  it('[SG2] an event with a huge name is refused without repeating it', async () => {
    const { port } = await stage.start()
    const m = await stage.connect(port)
    const answer = await m.ask('x'.repeat(16_000), {})
    expect(answer).toMatchObject({ ok: false, reason: 'bad-request' })
    expect(JSON.stringify(answer).length).toBeLessThan(200)
  })

  it.each([
    ['text', (nest: string) => [`421["join",{"v":1,"room":${nest}}]`]],
    ['bytes', (nest: string) => [`451-1["join",{"v":1,"room":${nest},"box":{"_placeholder":true,"num":0}}]`, box('x')]],
  ])('[SG2] a payload nested 8,000 deep harms nobody (%s)', async (_, messages) => {
    const { port } = await stage.start()
    const honest = await stage.connectAliceAndBob(port)
    const raw = await stage.connectRaw(port)
    await raw.enter()
    for (const message of messages('['.repeat(8000) + ']'.repeat(8000))) raw.socket.send(message)
    // Refused, or disconnected where Socket.IO's own parser gives up.
    expect(await Promise.race([raw.messages.next(), raw.ended])).toSatisfy(
      (outcome) => typeof outcome === 'number' || String(outcome).includes('bad-request'),
    )
    await expectUndisturbed(honest)
  })

  it('[SG2] a number in the place of an event is refused', async () => {
    const { port } = await stage.start()
    const raw = await stage.connectRaw(port)
    await raw.enter()
    raw.socket.send('421[7,{}]')
    expect(await raw.messages.next()).toContain('"reason":"bad-request"')
  })

  it('[SG2] more or fewer arguments than one payload are refused', async () => {
    const { port } = await stage.start()
    const m = await stage.connect(port)
    expect(await m.ask('join', join, join)).toMatchObject({ ok: false, reason: 'bad-request' })
    expect(await m.ask('join')).toMatchObject({ ok: false, reason: 'bad-request' })
  })

  it('[SG2] a request without an acknowledgement callback is not carried out, and answered by an event', async () => {
    const { port, signaling } = await stage.start()
    const m = await stage.connect(port)
    for (const event of ['join', 'signal', 'leave', 'shout']) {
      m.socket.emit(event, join)
      expect(await m.refusals.next()).toMatchObject({
        ok: false,
        reason: 'bad-request',
        message: expect.stringContaining('without an acknowledgement callback'),
      })
    }
    expect(signaling.counts()).toMatchObject({ rooms: 0 })
  })
})

describe('limits', () => {
  it('[SG1] a message beyond the limit ends its connection, and no other', async () => {
    const { port } = await stage.start()
    const honest = await stage.connectAliceAndBob(port)
    const m = await stage.connect(port)
    await m.join(GARDEN, mallory)
    m.socket.emit('signal', { ...signal, box: new Uint8Array(LIMITS.messageBytes + 1) }, () => {})
    expect(await m.ended).toMatch(/transport/)
    await expectUndisturbed(honest)
  })

  it('[SG3] a full room says so, and lets the next one in when somebody has left', async () => {
    const { port } = await stage.start({ limits: { peersPerRoom: 2 } })
    const { a } = await stage.connectAliceAndBob(port)
    const c = await stage.connect(port)
    const full = { ok: false, reason: 'room-full', message: 'a room holds 2 peers' }
    expect(await c.join(GARDEN, peerId('carol'))).toEqual(full)
    await a.leave(GARDEN)
    expect(namesIn(await c.join(GARDEN, peerId('carol')))).toEqual(['bob'])
  })

  it('[SG3] one connection joins so many rooms and no more', async () => {
    const { port } = await stage.start({ limits: { roomsPerSocket: 1 } })
    const { a } = await stage.connectAliceAndBob(port)
    expect(await a.join(CELLAR, alice)).toMatchObject({ ok: false, reason: 'too-many-rooms' })
    await a.leave(GARDEN)
    expect(await a.join(CELLAR, alice)).toMatchObject({ ok: true })
  })

  it('[SG7] one who asks too fast is told to slow down, and served again a second later', async () => {
    let now = 0
    const { port } = await stage.start({ now: () => now, limits: { requestBurst: 3, requestsPerSecond: 1 } })
    const a = await stage.connect(port)
    await a.join(GARDEN, alice)
    await a.leave(GARDEN)
    expect(await a.join(GARDEN, alice)).toMatchObject({ ok: true })
    expect(await a.leave(GARDEN)).toMatchObject({ ok: false, reason: 'rate-limited' })
    now += 1000
    expect(await a.leave(GARDEN)).toEqual({ ok: true })
  })

  it('[SG7] the rate of one is not the rate of another', async () => {
    const { port } = await stage.start({ now: () => 0, limits: { requestBurst: 3 } })
    const [a, b] = await Promise.all([stage.connect(port), stage.connect(port)])
    for (let i = 0; i < 3; i++) await a.join(GARDEN, alice)
    expect(await a.join(GARDEN, alice)).toMatchObject({ ok: false, reason: 'rate-limited' })
    expect(await b.join(GARDEN, bob)).toMatchObject({ ok: true })
  })

  it('[SG7] boxes are counted in bytes too', async () => {
    let now = 0
    const limits = { boxBurstBytes: 2000, boxBytesPerSecond: 1000 }
    const { port } = await stage.start({ now: () => now, limits })
    const { a, b } = await stage.connectAliceAndBob(port)
    const kilobyte = new Uint8Array(1000)
    expect(await a.signal(GARDEN, bob, kilobyte)).toEqual({ ok: true })
    expect(await a.signal(GARDEN, bob, kilobyte)).toEqual({ ok: true })
    expect(await a.signal(GARDEN, bob, kilobyte)).toMatchObject({ ok: false, reason: 'rate-limited' })
    expect(await b.signal(GARDEN, alice, kilobyte)).toEqual({ ok: true })
    now += 1000
    expect(await a.signal(GARDEN, bob, kilobyte)).toEqual({ ok: true })
  })
})
