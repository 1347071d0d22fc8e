import { describe, expect, it } from 'vitest'
import { type Caller, DialStory } from '../../sim/dialing'
import { GATHERED_AFTER } from '../../sim/sim-network'
import type { PeerId } from '../protocol/ids'
import type { LinkSignal } from '../protocol/introductions'
import { MAX_HELD_SIGNALS } from '../protocol/limits'
import { seconds } from '../runtime/clock'

const candidate = (words: string): LinkSignal => ({
  kind: 'candidate',
  candidate: words,
  sdpMid: null,
  sdpMLineIndex: null,
})

/** Alice, bob, and mallory, whose signals a server hands on as if they came from where bob is. */
function setUp() {
  const story = new DialStory()
  const [alice, bob, mallory] = [story.person('alice'), story.person('bob'), story.person('mallory')]
  const linked: PeerId[] = []
  alice.dialer.on('link', ({ peer }) => linked.push(peer))
  return { story, alice, bob, mallory, linked }
}

/** The offer of a link that somebody begins now. */
async function offerOf(story: DialStory, host: string): Promise<LinkSignal> {
  const signals: LinkSignal[] = []
  story.network.link(host, { initiator: true, iceServers: [] }).on('signal', (signal) => signals.push(signal))
  await story.run(0)
  const [offer] = signals
  if (!offer) throw new Error('no offer was made')
  return offer
}

const sessionOf = (caller: Caller): string => caller.sent[0]?.session ?? ''

describe('whom a link is with', () => {
  it('[DI12] is told with it: whoever signed the description', async () => {
    const { story, alice, bob, linked } = setUp()
    alice.dialer.want(bob.address)
    await story.run(seconds(1))
    expect(linked).toEqual([bob.id])
    const other = setUp()
    other.bob.dialer.want(other.alice.address)
    await other.story.run(seconds(1))
    expect(other.linked).toEqual([other.bob.id])
  })

  it("[DI12] is mallory when mallory calls from bob's address, and never bob", async () => {
    const { story, alice, bob, mallory, linked } = setUp()
    const offer = await offerOf(story, 'mallory')
    alice.forge(bob, 'call', offer, mallory.id)
    expect(alice.made).toHaveLength(1)
    alice.forge(bob, 'call', candidate('of bob'))
    expect(alice.refused).toEqual(['not-yours'])
    expect(alice.taken).toEqual([offer])
    expect(linked).not.toContain(bob.id)
  })

  it('[DI12] stays who answered: others who signal in the call are not heard, whatever they say', async () => {
    const { story, alice, bob, mallory, linked } = setUp()
    alice.dialer.want(bob.address)
    await story.run(seconds(1))
    const before = alice.taken.length
    for (const signal of [candidate('of mallory'), { kind: 'answer', sdp: 'v=0 mallory' } as const]) {
      alice.forge(bob, sessionOf(alice), signal, mallory.id)
    }
    expect(alice.refused).toEqual(['not-yours', 'not-yours'])
    expect(alice.taken).toHaveLength(before)
    expect(linked).toEqual([bob.id])
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI12] is not changed by candidates that others sent before the answer', async () => {
    const { story, alice, bob, mallory, linked } = setUp()
    alice.dialer.want(bob.address)
    await story.run(GATHERED_AFTER + 1)
    for (let count = 0; count < MAX_HELD_SIGNALS / 2; count++) {
      alice.forge(bob, sessionOf(alice), candidate('of mallory'), mallory.id)
    }
    alice.forge(bob, sessionOf(alice), candidate('of bob'))
    await story.run(seconds(1))
    expect(alice.taken.filter(({ kind }) => kind === 'candidate')).toEqual([candidate('of bob')])
    expect(linked).toEqual([bob.id])
  })
})

describe('a call that is held', () => {
  it('[DI12] belongs to whoever began it: others add nothing to it, and cannot offer in it', async () => {
    const { story, alice, bob, mallory } = setUp()
    alice.forge(bob, 'call', candidate('of bob'))
    alice.forge(bob, 'call', candidate('of mallory'), mallory.id)
    alice.forge(bob, 'call', await offerOf(story, 'mallory'), mallory.id)
    expect(alice.refused).toEqual(['not-yours', 'not-yours'])
    expect(alice.made).toEqual([])
    const offer = await offerOf(story, 'bob')
    alice.forge(bob, 'call', offer)
    expect(alice.taken).toEqual([offer, candidate('of bob')])
  })

  it('[DI2] says nothing without signals', async () => {
    const { story, alice, bob } = setUp()
    alice.dialer.receive(bob.address, bob.id, { session: 'hello', signals: [] })
    await story.run(seconds(5))
    expect(alice.made).toEqual([])
    expect(alice.refused).toEqual([])
  })
})
