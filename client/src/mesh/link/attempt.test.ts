import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { VirtualClock } from '../../sim/virtual-clock'
import type { Introduction, LinkSignal } from '../protocol/introductions'
import { MAX_HELD_SIGNALS } from '../protocol/limits'
import { seconds } from '../runtime/clock'
import { Emitter } from '../runtime/emitter'
import { Attempt } from './attempt'
import type { Link, LinkEvents, LinkState } from './link'

const [BOB, MALLORY] = [peerId('bob'), peerId('mallory')]
const OFFER: LinkSignal = { kind: 'offer', sdp: 'v=0 offer' }
const ANSWER: LinkSignal = { kind: 'answer', sdp: 'v=0 answer' }
const candidate = (words: string): LinkSignal => ({
  kind: 'candidate',
  candidate: words,
  sdpMid: null,
  sdpMLineIndex: null,
})

/** A link that a test plays by hand: it says what it is told to, and notes what it is signalled. */
class PlayedLink implements Link {
  readonly #events = new Emitter<LinkEvents>()
  readonly on = this.#events.on.bind(this.#events)
  readonly emit = this.#events.emit.bind(this.#events)
  readonly taken: string[] = []
  readonly queued = 0
  readonly flushed = 0
  state: LinkState = { kind: 'dialing' }

  signal(signal: LinkSignal): void {
    this.taken.push(signal.kind === 'candidate' ? signal.candidate : signal.kind)
  }

  send(): void {}

  check(): void {}

  close(): void {
    this.state = { kind: 'closed', reason: 'closed' }
  }
}

function setUp(role: Attempt['role']) {
  const clock = new VirtualClock()
  const link = new PlayedLink()
  const introduced: Introduction[] = []
  const introduce = (introduction: Introduction) => introduced.push(introduction)
  return { clock, link, introduced, attempt: new Attempt({ session: 'call', role, link, clock, introduce }) }
}

describe('an attempt', () => {
  it('[DI12] is with whoever signed the answer, and takes nothing of anybody else from then on', () => {
    const { attempt, link } = setUp('caller')
    expect(attempt.peer).toBeUndefined()
    expect(attempt.take(BOB, [ANSWER, candidate('of bob')])).toBe(true)
    expect(attempt.peer).toBe(BOB)
    expect(attempt.take(MALLORY, [ANSWER, candidate('of mallory')])).toBe(false)
    expect(attempt.take(BOB, [candidate('of bob again')])).toBe(true)
    expect(attempt.peer).toBe(BOB)
    expect(link.taken).toEqual(['answer', 'of bob', 'of bob again'])
  })

  it('[DI12] is with whoever signed the offer, when it is answered here', () => {
    const { attempt, link } = setUp('callee')
    expect(attempt.take(BOB, [OFFER, candidate('of bob')])).toBe(true)
    expect(attempt.take(MALLORY, [OFFER])).toBe(false)
    expect(attempt.peer).toBe(BOB)
    expect(link.taken).toEqual(['offer', 'of bob'])
  })

  it('[DI12] takes one description, of the kind that it waits for', () => {
    const caller = setUp('caller')
    caller.attempt.take(BOB, [OFFER])
    expect(caller.attempt.peer).toBeUndefined()
    caller.attempt.take(BOB, [ANSWER, ANSWER, OFFER])
    expect(caller.link.taken).toEqual(['answer'])
    const callee = setUp('callee')
    callee.attempt.take(BOB, [ANSWER])
    expect(callee.attempt.peer).toBeUndefined()
    callee.attempt.take(BOB, [OFFER, OFFER, ANSWER])
    expect(callee.link.taken).toEqual(['offer'])
  })

  it('[DI12] takes of the candidates that came before the answer those of the answerer', () => {
    const { attempt, link } = setUp('caller')
    expect(attempt.take(MALLORY, [candidate('of mallory')])).toBe(true)
    expect(attempt.take(BOB, [candidate('of bob')])).toBe(true)
    expect(link.taken).toEqual([])
    attempt.take(BOB, [ANSWER])
    expect(link.taken).toEqual(['answer', 'of bob'])
  })

  it('[DI12] keeps few candidates of those who may never answer', () => {
    const { attempt, link } = setUp('caller')
    for (let count = 0; count < 1000; count++) attempt.take(BOB, [candidate(`${count}`)])
    attempt.take(BOB, [ANSWER])
    expect(link.taken).toHaveLength(1 + MAX_HELD_SIGNALS)
  })
})

describe('what a link signals', () => {
  it('[DI2] travels under the session of its attempt', () => {
    const { link, introduced } = setUp('caller')
    link.emit('signal', OFFER)
    link.emit('gathered', undefined)
    expect(introduced).toEqual([{ session: 'call', signals: [OFFER] }])
  })

  it.each(['when its time has come', 'when there is no more of it'])(
    'stays here when the link is closed %s',
    async (when) => {
      const { clock, link, introduced } = setUp('caller')
      link.emit('signal', OFFER)
      link.close()
      if (when === 'when its time has come') await clock.run(seconds(1))
      else link.emit('gathered', undefined)
      expect(introduced).toEqual([])
    },
  )
})
