import { describe, expect, it } from 'vitest'
import { DialStory, dialPair, linkedDialPair } from '../../sim/dialing'
import type { LinkSignal } from '../protocol/introductions'
import { seconds } from '../runtime/clock'

describe('a call', () => {
  it('[DI1] links the two, made by whoever wants the link', async () => {
    const { story, alice, bob } = dialPair()
    bob.dialer.want(alice.id)
    await story.run(1000)
    expect(bob.made).toMatchObject([{ initiator: true }])
    expect(alice.made).toMatchObject([{ initiator: false }])
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI1] is made once, however often the link is wanted, and never to oneself', async () => {
    const { story, alice, bob } = dialPair()
    for (let times = 0; times < 3; times++) {
      alice.dialer.want(bob.id)
      alice.dialer.want(alice.id)
      await story.run(1000)
    }
    expect(alice.made).toHaveLength(1)
    expect(alice.opened).toHaveLength(1)
    expect(bob.opened).toHaveLength(1)
  })

  it('[DI2] has a session id of its own, which its answer carries', async () => {
    const { story, alice, bob } = await linkedDialPair()
    story.network.dropLinks('alice', 'bob')
    await story.run(1000)
    const offers = alice.sent.filter(({ kind }) => kind === 'offer')
    const answers = bob.sent.filter(({ kind }) => kind === 'answer')
    expect(answers.map(({ session }) => session)).toEqual(offers.map(({ session }) => session))
    expect(new Set(offers.map(({ session }) => session)).size).toBe(2)
  })

  it('[DI2] does not mind what belongs to another session, before it is open or after', async () => {
    const { story, alice, bob } = dialPair()
    const nonsense: LinkSignal = { kind: 'answer', sdp: 'v=0 nobody' }
    const carol = story.person('carol')
    const forge = () => {
      alice.forge(bob, 'another', nonsense)
      alice.forge(carol, alice.sent[0]?.session ?? '', nonsense)
      bob.forge(alice, 'another', nonsense)
    }
    alice.dialer.want(bob.id)
    await story.run(10)
    forge()
    await story.run(1000)
    forge()
    await story.run(1000)
    expect(alice.opened).toHaveLength(1)
    expect(alice.unlinked).toEqual([])
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI2] takes candidates of its own session alone, while it is under way and when it is open', async () => {
    const { story, alice, bob } = dialPair()
    const candidate = (words: string): LinkSignal => ({
      kind: 'candidate',
      candidate: words,
      sdpMid: '0',
      sdpMLineIndex: 0,
    })
    alice.dialer.want(bob.id)
    await story.run(10)
    const { session } = alice.sent[0] ?? { session: '' }
    const link = alice.made[0]?.link
    if (!link) throw new Error('alice made no link')
    const taken: string[] = []
    const { signal } = link
    link.signal = (taking) => {
      if (taking.kind === 'candidate') taken.push(taking.candidate)
      else signal.call(link, taking)
    }
    alice.forge(bob, session, candidate('under way'))
    alice.forge(bob, 'another', candidate('of another session'))
    await story.run(1000)
    alice.forge(bob, session, candidate('open'))
    alice.forge(bob, 'another', candidate('of another session'))
    expect(link.state.kind).toBe('open')
    expect(taken).toEqual(['under way', 'open'])
  })

  it('[DI2] ends when nonsense comes under its own session id, and is made again', async () => {
    const { story, alice, bob } = dialPair()
    alice.dialer.want(bob.id)
    await story.run(10)
    alice.forge(bob, alice.sent[0]?.session ?? '', { kind: 'answer', sdp: 'v=0 nobody' })
    expect(alice.made[0]?.link.state).toEqual({ kind: 'closed', reason: 'failed' })
    await story.run(2000)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI3] to one who has a link is answered: the newer link takes the place of the older', async () => {
    const { story, alice, bob } = await linkedDialPair()
    const old = [alice.link, bob.link]
    bob.dialer.redial(alice.id)
    await story.run(1000)
    expect(old.map((link) => link?.state.kind)).toEqual(['closed', 'closed'])
    expect(alice.opened).toHaveLength(2)
    expect(bob.opened).toHaveLength(2)
    expect(bob.unlinked).toEqual([])
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI3] leaves the older link in use until the newer one is open', async () => {
    const { story, alice, bob } = await linkedDialPair()
    bob.post = 'lost'
    alice.dialer.redial(bob.id)
    await story.run(seconds(30))
    expect(bob.made).toHaveLength(2)
    expect(await story.areLinked(alice, bob)).toBe(true)
    expect(alice.unlinked).toEqual([])
  })

  it('[DI3] that comes twice is answered once', async () => {
    const { story, alice, bob } = dialPair()
    const link = story.network.link('carol', { initiator: true, iceServers: [] })
    const carol = story.person('carol')
    link.on('signal', (signal) => {
      for (let times = 0; times < 3; times++) bob.forge(carol, 'once', signal)
    })
    await story.run(100)
    expect(bob.made).toHaveLength(1)
    expect(alice.made).toEqual([])
  })
})

describe('glare', () => {
  it('[DI4] ends with the call of the smaller id, which the larger one answers instead of its own', async () => {
    const { story, alice, bob } = dialPair()
    alice.dialer.want(bob.id)
    bob.dialer.want(alice.id)
    await story.run(1000)
    expect(alice.made).toMatchObject([{ initiator: true }])
    expect(bob.made).toMatchObject([{ initiator: true }, { initiator: false }])
    expect(bob.made[0]?.link.state.kind).toBe('closed')
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI4] goes by the ids as text, code unit by code unit', async () => {
    for (const [smaller, larger] of [
      ['Z', 'a'],
      ['-z', '0a'],
      ['9', 'A'],
      ['Z', '_'],
      ['_', 'a'],
    ] as const) {
      const story = new DialStory()
      const [b, a] = [story.person(larger), story.person(smaller)]
      for (const [person, other] of [
        [a, b],
        [b, a],
      ] as const) {
        person.dialer.want(other.id)
      }
      await story.run(1000)
      expect(a.made, `${smaller} and ${larger}`).toHaveLength(1)
      expect(b.made).toHaveLength(2)
    }
  })

  it('[DI4] ends with one link, whoever calls first and by however much', async () => {
    for (let lead = -80; lead <= 80; lead += 5) {
      const { story, alice, bob } = dialPair()
      const [first, second] = lead < 0 ? [bob, alice] : [alice, bob]
      first.dialer.want(second.id)
      await story.run(Math.abs(lead))
      second.dialer.want(first.id)
      await story.run(seconds(12))
      expect(await story.areLinked(alice, bob)).toBe(true)
      expect(alice.opened.length, `lead ${lead}`).toBe(1)
      expect(bob.opened.length, `lead ${lead}`).toBe(1)
    }
  })
})
