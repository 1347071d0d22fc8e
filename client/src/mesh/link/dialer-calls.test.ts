import { describe, expect, it } from 'vitest'
import { type Caller, DialStory, dialPair, linkedDialPair } from '../../sim/dialing'
import type { LinkSignal } from '../protocol/introductions'
import { MAX_ATTEMPTS, MAX_HELD_SIGNALS } from '../protocol/limits'
import { seconds } from '../runtime/clock'
import { GLARE_WINDOW } from './timing'

const candidate = (words: string): LinkSignal => ({
  kind: 'candidate',
  candidate: words,
  sdpMid: '0',
  sdpMLineIndex: 0,
})

const candidatesOf = (caller: Caller) =>
  caller.taken.flatMap((signal) => (signal.kind === 'candidate' ? [signal.candidate] : []))

/** The offer of a link that somebody begins now. */
async function offerOf(story: DialStory): Promise<LinkSignal> {
  const signals: LinkSignal[] = []
  story.network.link('caller', { initiator: true, iceServers: [] }).on('signal', (signal) => signals.push(signal))
  await story.run(0)
  const [offer] = signals
  if (!offer) throw new Error('no offer was made')
  return offer
}

describe('a call', () => {
  it('[DI1] links the two, made by whoever wants the link', async () => {
    const { story, alice, bob } = dialPair()
    bob.dialer.want(alice.address)
    await story.run(1000)
    expect(bob.made).toMatchObject([{ initiator: true }])
    expect(alice.made).toMatchObject([{ initiator: false }])
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI1] is made once, however often the link is wanted, and never to oneself', async () => {
    const { story, alice, bob } = dialPair()
    for (let times = 0; times < 3; times++) {
      alice.dialer.want(bob.address)
      alice.dialer.want(alice.address)
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
    alice.dialer.want(bob.address)
    await story.run(30)
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
    alice.dialer.want(bob.address)
    await story.run(30)
    const { session } = alice.sent[0] ?? { session: '' }
    alice.forge(bob, session, candidate('under way'))
    alice.forge(bob, 'another', candidate('of another session'))
    await story.run(1000)
    alice.forge(bob, session, candidate('open'))
    alice.forge(bob, 'another', candidate('of another session'))
    expect(await story.areLinked(alice, bob)).toBe(true)
    expect(candidatesOf(alice)).toEqual(['under way', 'open'])
  })

  it('[DI2] takes candidates that overtook its offer by up to 3 s, after the offer', async () => {
    for (const [lead, taken] of [
      [2900, ['offer', 'candidate', 'candidate', 'candidate']],
      [3100, ['offer', 'candidate']],
    ] as const) {
      const { story, alice, bob } = dialPair()
      const offer = await offerOf(story)
      bob.forge(alice, 'call', candidate('first'))
      bob.forge(alice, 'call', candidate('second'))
      await story.run(lead)
      bob.forge(alice, 'call', offer)
      bob.forge(alice, 'call', candidate('third'))
      expect(bob.taken.map(({ kind }) => kind)).toEqual(taken)
    }
  })

  it('[DI2] keeps few of the signals that overtook their offer, and for one session alone', async () => {
    const { story, alice, bob } = dialPair()
    const offer = await offerOf(story)
    for (let count = 0; count < 10; count++) bob.forge(alice, 'call', candidate(`${count}`))
    for (let count = 0; count < 100; count++) bob.forge(alice, `other ${count}`, candidate('of no call'))
    bob.forge(alice, 'call', offer)
    expect(candidatesOf(bob)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    const flooded = dialPair()
    for (let count = 0; count < 1000; count++) flooded.bob.forge(flooded.alice, 'call', candidate(`${count}`))
    flooded.bob.forge(flooded.alice, 'call', await offerOf(flooded.story))
    expect(flooded.bob.taken.length).toBeLessThanOrEqual(1 + MAX_HELD_SIGNALS)
  })

  it('[DI2] ends when nonsense comes under its own session id, and is made again', async () => {
    const { story, alice, bob } = dialPair()
    alice.dialer.want(bob.address)
    await story.run(30)
    alice.forge(bob, alice.sent[0]?.session ?? '', { kind: 'answer', sdp: 'v=0 nobody' })
    expect(alice.made[0]?.link.state).toEqual({ kind: 'closed', reason: 'failed' })
    await story.run(2000)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI3] to one who has a link is answered: the newer link takes the place of the older', async () => {
    const { story, alice, bob } = await linkedDialPair()
    const old = [alice.link, bob.link]
    bob.dialer.redial(alice.address)
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
    alice.dialer.redial(bob.address)
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
    expect(bob.taken).toHaveLength(1)
    expect(alice.made).toEqual([])
  })
})

describe('glare', () => {
  it('[DI4] ends with the call of the smaller address, which the larger one answers instead of its own', async () => {
    const { story, alice, bob } = dialPair()
    alice.dialer.want(bob.address)
    bob.dialer.want(alice.address)
    await story.run(1000)
    expect(alice.made).toMatchObject([{ initiator: true }])
    expect(bob.made).toMatchObject([{ initiator: true }, { initiator: false }])
    expect(bob.made[0]?.link.state.kind).toBe('closed')
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI4] goes by the addresses as text, code unit by code unit', async () => {
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
        person.dialer.want(other.address)
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
      first.dialer.want(second.address)
      await story.run(Math.abs(lead))
      second.dialer.want(first.address)
      await story.run(seconds(12))
      expect(await story.areLinked(alice, bob)).toBe(true)
      expect(alice.opened.length, `lead ${lead}`).toBe(1)
      expect(bob.opened.length, `lead ${lead}`).toBe(1)
    }
  })

  it('[DI4] ends with the call of the larger address once that of the smaller went unanswered for 1.5 s', async () => {
    for (const calledAt of [100, 1000, 1400, 1600]) {
      const { story, alice, bob } = dialPair()
      alice.post = 'lost'
      alice.dialer.want(bob.address)
      await story.run(calledAt)
      alice.post = 'delivered'
      bob.dialer.want(alice.address)
      await story.run(Math.max(0, GLARE_WINDOW - 1 - calledAt))
      expect(alice.made, `called at ${calledAt} ms`).toHaveLength(1)
      await story.run(500)
      expect(alice.made.map(({ initiator }) => initiator)).toEqual([true, false])
      expect(await story.areLinked(alice, bob)).toBe(true)
      await story.run(seconds(30))
      expect(alice.opened).toHaveLength(1)
      expect(bob.calls).toHaveLength(1)
    }
  })
})

describe('somebody who calls without end', () => {
  it('[DI11] is answered once a second, and of the calls meanwhile the last', async () => {
    const { story, alice, bob } = dialPair()
    const offers: LinkSignal[] = []
    for (let count = 0; count < 40; count++) {
      const offer = await offerOf(story)
      offers.push(offer)
      bob.forge(alice, `call ${count}`, offer)
      await story.run(100)
    }
    expect(bob.made.length).toBeLessThanOrEqual(5)
    await story.run(1000)
    expect(bob.taken.at(-1)).toEqual(offers.at(-1))
    const answered = bob.made.length
    await story.run(seconds(30))
    expect(bob.made.length).toBe(answered)
  })

  it('[DI11] is not answered more often for being forgotten in between', async () => {
    const { story, alice, bob } = dialPair()
    for (let count = 0; count < 40; count++) {
      bob.forge(alice, `call ${count}`, { kind: 'offer', sdp: 'v=0 nobody' })
      await story.run(100)
    }
    expect(bob.made.length).toBeLessThanOrEqual(5)
  })
})

describe('many calls at once', () => {
  it('[DI11] are 32 at most, and the others wait for their turn', async () => {
    const story = new DialStory()
    const alice = story.person('alice')
    alice.post = 'lost'
    const others = Array.from({ length: MAX_ATTEMPTS + 8 }, (_, number) => story.person(`peer-${number}`))
    for (const other of others) alice.dialer.want(other.address)
    await story.run(seconds(4))
    expect(alice.made).toHaveLength(MAX_ATTEMPTS)
    alice.post = 'delivered'
    await story.run(seconds(20))
    expect(alice.opened).toHaveLength(others.length)
  })

  it('[DI1] end with those who are named no more and were never met, and others have their places', async () => {
    const story = new DialStory()
    const [alice, bob, carol] = [story.person('alice'), story.person('bob'), story.person('carol')]
    alice.dialer.want(carol.address)
    await story.run(seconds(1))
    const invented = Array.from({ length: 126 }, (_, number) => story.person(`nobody-${number}`).address)
    alice.post = 'lost'
    for (const address of invented) alice.dialer.want(address)
    await story.run(seconds(4))
    alice.post = 'delivered'
    alice.dialer.unname([...invented, carol.address])
    alice.dialer.want(bob.address)
    const made = alice.made.length
    await story.run(seconds(60))
    expect(bob.link?.state.kind, 'whoever is named now').toBe('open')
    expect(carol.link?.state.kind, 'whoever was met').toBe('open')
    expect(alice.made, 'nobody else is called').toHaveLength(made + 1)
  })

  it('[DI11] go to those who were met before, whoever else waits', async () => {
    const story = new DialStory()
    const [alice, bob] = [story.person('alice'), story.person('bob')]
    alice.dialer.want(bob.address)
    await story.run(seconds(10))
    alice.post = 'lost'
    for (let number = 0; number < 256; number++) alice.dialer.want(story.person(`nobody-${number}`).address)
    await story.run(seconds(60))
    alice.post = 'delivered'
    bob.available = false
    story.network.dropLinks('alice', 'bob')
    await story.run(seconds(6))
    expect(bob.link?.state.kind).toBe('open')
  })

  it("[DI11] of one's own leave places for those of others", async () => {
    const story = new DialStory()
    const [alice, bob] = [story.person('alice'), story.person('bob')]
    alice.post = 'lost'
    for (let number = 0; number < MAX_ATTEMPTS; number++) alice.dialer.want(story.person(`peer-${number}`).address)
    await story.run(seconds(1))
    alice.post = 'delivered'
    bob.dialer.want(alice.address)
    await story.run(seconds(1))
    expect(bob.link?.state.kind).toBe('open')
  })

  it('[DI11] of others that get nowhere make room for one that does, and keep nobody from calling', async () => {
    const story = new DialStory()
    const [alice, bob, carol] = [story.person('alice'), story.person('bob'), story.person('carol')]
    for (let number = 0; number < MAX_ATTEMPTS; number++) {
      alice.forge(story.person(`silent-${number}`), `call ${number}`, await offerOf(story))
    }
    alice.dialer.want(carol.address)
    bob.dialer.want(alice.address)
    await story.run(seconds(1))
    expect(carol.link?.state.kind).toBe('open')
    expect(bob.link?.state.kind).not.toBe('open')
    await story.run(seconds(2))
    expect(bob.link?.state.kind).toBe('open')
  })
})
