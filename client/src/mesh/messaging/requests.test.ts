import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { VirtualClock } from '../../sim/virtual-clock'
import type { Data } from '../protocol/data'
import { RoomError } from '../protocol/errors'
import type { PeerId } from '../protocol/ids'
import { MAX_MESSAGE_BYTES, MAX_REQUESTS_PER_PEER } from '../protocol/limits'
import { decodePayload, type Payload } from '../protocol/payloads'
import { firstNumber, seconds } from '../runtime/clock'
import { type RequestOptions, Requests } from './requests'

const ALICE = peerId('alice')
const BOB = peerId('bob')
const CAROL = peerId('carol')

/** People who ask one another. What they send arrives at once, unless a test holds it back. */
class Circle {
  readonly clock = new VirtualClock()
  readonly held: (() => void)[] = []
  /** everything that was sent, decoded */
  readonly sent: { readonly from: PeerId; readonly payload: Payload }[] = []
  /** payloads of these people go nowhere; those who push are told so, when a reason is given */
  readonly cut = new Map<PeerId, RoomError | undefined>()
  holding = false
  readonly #people = new Map<PeerId, Requests>()

  person(self: PeerId): Requests {
    const known = this.#people.get(self)
    if (known) return known
    const requests = new Requests({
      clock: this.clock,
      push: (to, bytes, settle) => {
        const decoded = decodePayload(bytes)
        if (!decoded.ok) throw new Error(decoded.reason)
        this.sent.push({ from: self, payload: decoded.value })
        if (this.cut.has(self)) return this.cut.get(self) && settle(this.cut.get(self))
        const arrive = () => {
          settle()
          this.arrive(self, to, decoded.value)
        }
        if (this.holding) this.held.push(arrive)
        else arrive()
      },
    })
    this.#people.set(self, requests)
    return requests
  }

  arrive(from: PeerId, to: PeerId, payload: Payload): void {
    if (payload.kind === 'request') void this.person(to).serve(from, payload)
    if (payload.kind === 'answer' || payload.kind === 'refusal') this.person(to).settle(from, payload)
  }

  ask(from: PeerId, to: PeerId, topic: string, body: Data = null, options?: RequestOptions): Promise<Data> {
    return this.person(from).ask(to, topic, body, options)
  }

  /** What the request comes to after `duration`. */
  async outcome(asked: Promise<Data>, duration = seconds(60)): Promise<unknown> {
    const outcome = asked.catch((error: unknown) => (error instanceof RoomError ? error.reason : error))
    let settled: unknown = 'nothing yet'
    void outcome.then((value) => {
      settled = value
    })
    await this.clock.run(duration)
    return settled
  }
}

describe('a request', () => {
  it('[RQ1] is answered once, with what the handler answers, whether it takes its time or not', async () => {
    const circle = new Circle()
    circle.person(BOB).handle('double', (body) => Number(body) * 2)
    circle.person(BOB).handle('later', async (body, from) => {
      await new Promise<void>((done) => circle.clock.after(500, done))
      return { body, from, bytes: Uint8Array.of(1, 2) }
    })
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'double', 21))).toBe(42)
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'later', ['x']))).toEqual({
      body: ['x'],
      from: ALICE,
      bytes: Uint8Array.of(1, 2),
    })
    expect(circle.sent.filter(({ from }) => from === BOB)).toHaveLength(2)
  })

  it('[RQ1] pairs each answer with its own request, in whatever order they come', async () => {
    const circle = new Circle()
    circle.person(BOB).handle('wait', async (body) => {
      await new Promise<void>((done) => circle.clock.after(Number(body), done))
      return body
    })
    const asked = [300, 100, 200].map((delay) => circle.ask(ALICE, BOB, 'wait', delay))
    await circle.clock.run(seconds(1))
    expect(await Promise.all(asked)).toEqual([300, 100, 200])
  })

  it('[RQ1] is refused with a reason and words when there is no handler, or none any more', async () => {
    const circle = new Circle()
    const stop = circle.person(BOB).handle('time', () => 'noon')
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'date'))).toBe('no-handler')
    expect(await circle.outcome(circle.ask(ALICE, BOB, '__proto__'))).toBe('no-handler')
    stop()
    stop()
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'time'))).toBe('no-handler')
    circle.person(BOB).handle('time', () => 'one')
    stop()
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'time'))).toBe('one')
  })

  it('[RQ1] is refused with the words of the handler that failed, however it failed', async () => {
    const circle = new Circle()
    const failures: { [topic: string]: () => never | Promise<never> } = {
      thrown: () => {
        throw new Error('out of ink')
      },
      rejected: () => Promise.reject(new Error('out of ink')),
      'no error': () => {
        throw 'out of ink'
      },
      'a long story': () => {
        throw new Error(`out of ink ${'🐦'.repeat(10_000)}`)
      },
      'half a pair': () => {
        throw new Error('out of ink \ud83d')
      },
    }
    for (const [topic, handler] of Object.entries(failures)) {
      circle.person(BOB).handle(topic, handler)
      const refused = circle.ask(ALICE, BOB, topic)
      await expect(refused).rejects.toMatchObject({ reason: 'handler-failed', details: { peer: BOB } })
      await expect(refused).rejects.toThrow(/^out of ink/)
    }
  })

  it('[RQ1] is refused even when the handler throws what has no words', async () => {
    const circle = new Circle()
    circle.person(BOB).handle('mute', () => {
      throw Object.create(null)
    })
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'mute'))).toBe('handler-failed')
  })

  it('[RQ1] is refused when its answer cannot be sent, and says which part is at fault', async () => {
    const circle = new Circle()
    circle.person(BOB).handle('date', () => ({ when: new Date(0) }) as unknown as Data)
    circle.person(BOB).handle('nothing', () => undefined as unknown as Data)
    circle.person(BOB).handle('film', () => new Uint8Array(MAX_MESSAGE_BYTES))
    circle.person(BOB).handle('picture', () => new Uint8Array(MAX_MESSAGE_BYTES - 16))
    await expect(circle.ask(ALICE, BOB, 'date')).rejects.toThrow('answer.when is a Date')
    await expect(circle.ask(ALICE, BOB, 'nothing')).rejects.toThrow('answer is of type undefined')
    await expect(circle.ask(ALICE, BOB, 'film')).rejects.toMatchObject({ reason: 'too-large' })
    await expect(circle.ask(ALICE, BOB, 'picture')).resolves.toHaveLength(MAX_MESSAGE_BYTES - 16)
  })

  it('[RQ2] is over after 10 s, or after the time it was given, and an answer that comes later means nothing', async () => {
    const circle = new Circle()
    circle.holding = true
    circle.person(BOB).handle('time', () => 'noon')
    const patient = circle.ask(ALICE, BOB, 'time')
    const hasty = circle.ask(ALICE, BOB, 'time', null, { timeout: 200 })
    expect(await circle.outcome(hasty, 199)).toBe('nothing yet')
    expect(await circle.outcome(hasty, 1)).toBe('timeout')
    expect(await circle.outcome(patient, 9_799)).toBe('nothing yet')
    expect(await circle.outcome(patient, 1)).toBe('timeout')
    circle.holding = false
    for (const arrive of circle.held.splice(0)) arrive()
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'time'))).toBe('noon')
  })

  it('[RQ2] is over at once when it is aborted, and never begins when it was aborted before', async () => {
    const circle = new Circle()
    const abort = new AbortController()
    circle.person(BOB).handle('sleep', () => new Promise<never>(() => {}))
    const asked = circle.ask(ALICE, BOB, 'sleep', null, { signal: abort.signal })
    expect(await circle.outcome(asked, 100)).toBe('nothing yet')
    abort.abort()
    expect(await circle.outcome(asked, 0)).toBe('aborted')
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'sleep', null, { signal: abort.signal }), 0)).toBe('aborted')
    expect(circle.sent).toHaveLength(1)
  })

  it('[RQ2] is over at once when it cannot be delivered', async () => {
    const circle = new Circle()
    circle.cut.set(ALICE, new RoomError('unreachable', 'bob is gone.'))
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'time'), 0)).toBe('unreachable')
  })

  it('[RQ2] is over when the room is left', async () => {
    const circle = new Circle()
    circle.cut.set(BOB, undefined)
    circle.person(BOB).handle('time', () => 'noon')
    const asked = [circle.ask(ALICE, BOB, 'time'), circle.ask(ALICE, BOB, 'time')]
    const outcomes = Promise.all(asked.map((each) => circle.outcome(each, 0)))
    circle.person(ALICE).fail(new RoomError('left', 'The room was left.'))
    expect(await outcomes).toEqual(['left', 'left'])
  })

  it('[RQ2] is over when the one who was asked is given up, and no other is', async () => {
    const circle = new Circle()
    for (const other of [BOB, CAROL]) circle.cut.set(other, undefined)
    const [bob, carol] = [circle.ask(ALICE, BOB, 'time'), circle.ask(ALICE, CAROL, 'time')]
    const outcome = circle.outcome(bob, 0)
    circle.person(ALICE).fail(new RoomError('unreachable', 'bob left the room.'), BOB)
    expect(await outcome).toBe('unreachable')
    expect(await circle.outcome(carol, 100)).toBe('nothing yet')
  })

  it('[RQ2] waits for as long as it takes when it is told so, or for longer than a timer can hold', async () => {
    for (const timeout of [Infinity, 2 ** 31]) {
      const circle = new Circle()
      circle.person(BOB).handle('sleep', () => new Promise<never>(() => {}))
      expect(await circle.outcome(circle.ask(ALICE, BOB, 'sleep', null, { timeout }), 2 ** 32)).toBe('nothing yet')
    }
  })

  it('[RQ5] has a topic of 1 to 128 UTF-16 code units, well-formed', async () => {
    const circle = new Circle()
    for (const topic of ['', 't'.repeat(129), '🐦'.repeat(65), 'half \ud83d']) {
      await expect(circle.ask(ALICE, BOB, topic)).rejects.toMatchObject({ reason: 'bad-data' })
      expect(() => circle.person(BOB).handle(topic, () => null)).toThrow('A topic has 1 to 128 characters.')
    }
    expect(circle.sent).toEqual([])
    for (const topic of ['t', 't'.repeat(128), '🐦'.repeat(64)]) {
      circle.person(BOB).handle(topic, () => 'heard')
      expect(await circle.ask(ALICE, BOB, topic)).toBe('heard')
    }
  })

  it('[DT2] [DT4] with a body that cannot be sent is refused before it is sent', async () => {
    const circle = new Circle()
    const dated = { when: new Date(0) } as unknown as Data
    await expect(circle.ask(ALICE, BOB, 'keep', dated)).rejects.toThrow('body.when is a Date')
    const film = new Uint8Array(MAX_MESSAGE_BYTES)
    await expect(circle.ask(ALICE, BOB, 'keep', film)).rejects.toMatchObject({ reason: 'too-large' })
    expect(circle.sent).toEqual([])
  })

  it('[RQ3] is answered by nobody but the one who was asked', async () => {
    const circle = new Circle()
    const first = firstNumber(circle.clock)
    circle.cut.set(BOB, undefined)
    const asked = circle.ask(ALICE, BOB, 'time')
    for (let number = 0; number < 5; number++) {
      circle.arrive(CAROL, ALICE, { kind: 'answer', number: first + number, body: 'midnight' })
      circle.arrive(CAROL, ALICE, { kind: 'refusal', number: first + number, reason: 'no-handler', message: '' })
    }
    expect(await circle.outcome(asked, 100)).toBe('nothing yet')
    circle.arrive(BOB, ALICE, { kind: 'answer', number: first + 1, body: 'noon' })
    circle.arrive(BOB, ALICE, { kind: 'answer', number: first + 1, body: 'too late' })
    expect(await circle.outcome(asked, 0)).toBe('noon')
  })

  it('[RQ4] is refused while 256 of the same peer are worked on, and of that peer alone', async () => {
    const circle = new Circle()
    const release: (() => void)[] = []
    circle.person(BOB).handle('work', () => new Promise((done) => release.push(() => done('done'))))
    const asked = Array.from({ length: MAX_REQUESTS_PER_PEER }, () => circle.ask(ALICE, BOB, 'work'))
    expect(await circle.outcome(circle.ask(ALICE, BOB, 'work'), 0)).toBe('overloaded')
    const other = circle.ask(CAROL, BOB, 'work')
    await circle.clock.run(0)
    expect(release).toHaveLength(MAX_REQUESTS_PER_PEER + 1)
    release[0]?.()
    expect(await circle.outcome(asked[0] ?? other, 0)).toBe('done')
    asked.push(circle.ask(ALICE, BOB, 'work'))
    await circle.clock.run(0)
    for (const done of release) done()
    expect(await Promise.all([...asked, other])).toHaveLength(MAX_REQUESTS_PER_PEER + 2)
  })

  it('[RQ4] counts a request as finished however it ended', async () => {
    const circle = new Circle()
    circle.person(BOB).handle('fail', () => Promise.reject(new Error('out of ink')))
    for (let round = 0; round < 3 * MAX_REQUESTS_PER_PEER; round++) {
      await expect(circle.ask(ALICE, BOB, 'fail')).rejects.toMatchObject({ reason: 'handler-failed' })
    }
  })
})

describe('a handler', () => {
  it('is the only one for its topic', () => {
    const person = new Circle().person(BOB)
    person.handle('time', () => 'noon')
    expect(() => person.handle('time', () => 'one')).toThrow("A handler for 'time' is registered already.")
  })
})
