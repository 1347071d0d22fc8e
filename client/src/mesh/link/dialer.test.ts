import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { SimNetwork } from '../../sim/sim-network'
import { VirtualClock } from '../../sim/virtual-clock'
import { type PeerId, PeerIdSchema } from '../protocol/ids'
import { decodeIntroduction, encodeIntroduction, type LinkSignal } from '../protocol/introductions'
import { type Millis, seconds } from '../runtime/clock'
import { type Delivery, Dialer, type GoBetween } from './dialer'
import type { CloseReason, Link } from './link'

const peerId = (name: string): PeerId => v.parse(PeerIdSchema, name.padEnd(22, '-'))

type Sent = { readonly kind: LinkSignal['kind']; readonly session: string; readonly at: Millis }

/** One person: the dialer, every link that it made, and what it told. */
class Person implements GoBetween {
  available = true
  readonly iceServers = []
  /** what becomes of this person's boxes; 'lost' ones are called delivered and never arrive */
  post: Delivery | 'lost' = 'delivered'
  readonly id: PeerId
  readonly dialer: Dialer
  readonly sent: Sent[] = []
  /** when each link was made, and whether as the caller */
  readonly made: { readonly at: Millis; readonly initiator: boolean; readonly link: Link }[] = []
  readonly opened: { readonly at: Millis; readonly link: Link }[] = []
  readonly unlinked: { readonly at: Millis; readonly reason: CloseReason }[] = []
  readonly notHere: PeerId[] = []

  constructor(
    private readonly story: Story,
    readonly name: string,
    fraction?: number,
  ) {
    const { clock, network, random } = story
    this.id = peerId(name)
    this.dialer = new Dialer({
      self: this.id,
      clock,
      random: fraction === undefined ? random : { ...random, fraction: () => fraction },
      links: (options) => {
        const link = network.link(name, options)
        this.made.push({ at: clock.now(), initiator: options.initiator, link })
        return link
      },
      goBetween: this,
    })
    this.dialer.on('link', ({ link }) => this.opened.push({ at: clock.now(), link }))
    this.dialer.on('unlinked', ({ reason }) => this.unlinked.push({ at: clock.now(), reason }))
    this.dialer.on('not-here', ({ peer }) => this.notHere.push(peer))
  }

  async deliver(to: PeerId, box: Uint8Array): Promise<Delivery> {
    const decoded = decodeIntroduction(box)
    if (!decoded.ok) throw new Error(decoded.reason)
    const { session, signal } = decoded.value
    this.sent.push({ kind: signal.kind, session, at: this.story.clock.now() })
    const { post } = this
    if (post === 'delivered') this.story.carry(this.id, to, box)
    return post === 'lost' ? 'delivered' : post
  }

  /** Hands this person a box as if `from` had sent it. */
  forge(from: Person, session: string, signal: LinkSignal): void {
    this.dialer.receive(from.id, encodeIntroduction({ session, signal }))
  }

  get link(): Link | undefined {
    const open = this.made.map(({ link }) => link).filter((link) => link.state.kind === 'open')
    if (open.length > 1) throw new Error(`${this.name} has ${open.length} open links`)
    return open[0]
  }

  /** When this person called. */
  get calls(): readonly Millis[] {
    return this.made.filter(({ initiator }) => initiator).map(({ at }) => at)
  }
}

class Story {
  readonly clock = new VirtualClock()
  readonly random = seededRandom(1)
  readonly network = new SimNetwork({ clock: this.clock, random: this.random, jitter: 0 })
  /** how long the boxes of these people travel; 20 ms otherwise */
  readonly delays = new Map<PeerId, Millis>()
  readonly #people = new Map<PeerId, Person>()

  person(name: string, fraction?: number): Person {
    const person = new Person(this, name, fraction)
    this.#people.set(person.id, person)
    return person
  }

  carry(from: PeerId, to: PeerId, box: Uint8Array): void {
    this.clock.after(this.delays.get(from) ?? 20, () => void this.#people.get(to)?.dialer.receive(from, box))
  }

  run(duration: Millis): Promise<void> {
    return this.clock.run(duration)
  }

  /** Frames pass between the two, both ways. */
  async expectLinked(a: Person, b: Person): Promise<void> {
    const heard: string[] = []
    for (const person of [a, b]) person.link?.on('frame', (frame) => heard.push(`${person.name} ${frame[0]}`))
    a.link?.send(Uint8Array.of(1))
    b.link?.send(Uint8Array.of(2))
    await this.run(100)
    expect(heard.sort()).toEqual([`${a.name} 2`, `${b.name} 1`].sort())
  }
}

/** Alice has the smaller id. With `fraction` the pauses are no matter of chance. */
function pair(fraction?: number) {
  const story = new Story()
  return { story, alice: story.person('alice', fraction), bob: story.person('bob', fraction) }
}

async function linkedPair(fraction?: number) {
  const { story, alice, bob } = pair(fraction)
  alice.dialer.want(bob.id)
  await story.run(1000)
  return { story, alice, bob }
}

describe('a call', () => {
  it('[DI1] links the two, made by whoever wants the link', async () => {
    const { story, alice, bob } = pair()
    bob.dialer.want(alice.id)
    await story.run(1000)
    expect(bob.made).toMatchObject([{ initiator: true }])
    expect(alice.made).toMatchObject([{ initiator: false }])
    await story.expectLinked(alice, bob)
  })

  it('[DI1] is made once, however often the link is wanted, and never to oneself', async () => {
    const { story, alice, bob } = pair()
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
    const { story, alice, bob } = await linkedPair()
    story.network.dropLinks('alice', 'bob')
    await story.run(1000)
    const offers = alice.sent.filter(({ kind }) => kind === 'offer')
    const answers = bob.sent.filter(({ kind }) => kind === 'answer')
    expect(answers.map(({ session }) => session)).toEqual(offers.map(({ session }) => session))
    expect(new Set(offers.map(({ session }) => session)).size).toBe(2)
  })

  it('[DI2] does not mind what belongs to another session, before it is open or after', async () => {
    const { story, alice, bob } = pair()
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
    await story.expectLinked(alice, bob)
  })

  it('[DI2] takes candidates of its own session alone, while it is under way and when it is open', async () => {
    const { story, alice, bob } = pair()
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
    const { story, alice, bob } = pair()
    alice.dialer.want(bob.id)
    await story.run(10)
    alice.forge(bob, alice.sent[0]?.session ?? '', { kind: 'answer', sdp: 'v=0 nobody' })
    expect(alice.made[0]?.link.state).toEqual({ kind: 'closed', reason: 'failed' })
    await story.run(2000)
    await story.expectLinked(alice, bob)
  })

  it('[DI3] to one who has a link is answered: the newer link takes the place of the older', async () => {
    const { story, alice, bob } = await linkedPair()
    const old = [alice.link, bob.link]
    bob.dialer.redial(alice.id)
    await story.run(1000)
    expect(old.map((link) => link?.state.kind)).toEqual(['closed', 'closed'])
    expect(alice.opened).toHaveLength(2)
    expect(bob.opened).toHaveLength(2)
    expect(bob.unlinked).toEqual([])
    await story.expectLinked(alice, bob)
  })

  it('[DI3] leaves the older link in use until the newer one is open', async () => {
    const { story, alice, bob } = await linkedPair()
    bob.post = 'lost'
    alice.dialer.redial(bob.id)
    await story.run(seconds(30))
    expect(bob.made).toHaveLength(2)
    await story.expectLinked(alice, bob)
    expect(alice.unlinked).toEqual([])
  })

  it('[DI3] that comes twice is answered once', async () => {
    const { story, alice, bob } = pair()
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
    const { story, alice, bob } = pair()
    alice.dialer.want(bob.id)
    bob.dialer.want(alice.id)
    await story.run(1000)
    expect(alice.made).toMatchObject([{ initiator: true }])
    expect(bob.made).toMatchObject([{ initiator: true }, { initiator: false }])
    expect(bob.made[0]?.link.state.kind).toBe('closed')
    await story.expectLinked(alice, bob)
  })

  it('[DI4] goes by the ids as text, code unit by code unit', async () => {
    for (const [smaller, larger] of [
      ['Z', 'a'],
      ['-z', '0a'],
      ['9', 'A'],
      ['Z', '_'],
      ['_', 'a'],
    ] as const) {
      const story = new Story()
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
      const { story, alice, bob } = pair()
      const [first, second] = lead < 0 ? [bob, alice] : [alice, bob]
      first.dialer.want(second.id)
      await story.run(Math.abs(lead))
      second.dialer.want(first.id)
      await story.run(seconds(12))
      await story.expectLinked(alice, bob)
      expect(alice.opened.length, `lead ${lead}`).toBe(1)
      expect(bob.opened.length, `lead ${lead}`).toBe(1)
    }
  })
})

describe('an attempt', () => {
  it('[DI5] has failed when it is not open after 10 s, and the next is another one', async () => {
    const { story, alice, bob } = pair(0)
    alice.post = 'lost'
    alice.dialer.want(bob.id)
    await story.run(seconds(10) - 1)
    expect(alice.made).toHaveLength(1)
    expect(alice.made[0]?.link.state.kind).toBe('dialing')
    await story.run(1)
    expect(alice.made[0]?.link.state.kind).toBe('closed')
    alice.post = 'delivered'
    await story.run(seconds(2))
    expect(new Set(alice.sent.map(({ session }) => session)).size).toBe(2)
    await story.expectLinked(alice, bob)
  })

  it('[DI5] is given up by the one who answers, too', async () => {
    const { story, alice, bob } = pair()
    bob.post = 'lost'
    alice.dialer.want(bob.id)
    await story.run(20)
    alice.dialer.forget(bob.id)
    await story.run(seconds(10))
    expect(bob.made.map(({ link }) => link.state.kind)).toEqual(['closed'])
    await story.run(seconds(60))
    expect(bob.made).toHaveLength(1)
  })

  it('[DI5] has failed at once when its introduction cannot be delivered', async () => {
    const { story, alice, bob } = pair()
    alice.post = 'unavailable'
    alice.dialer.want(bob.id)
    await story.run(1)
    expect(alice.made[0]?.link.state.kind).toBe('closed')
    alice.post = 'delivered'
    await story.run(seconds(2))
    await story.expectLinked(alice, bob)
  })

  it('[DI5] is over when it was given up: an answer that comes then means nothing to the next one', async () => {
    const { story, alice, bob } = pair(0)
    story.delays.set(bob.id, seconds(11))
    alice.dialer.want(bob.id)
    await story.run(seconds(11) + 100)
    expect(alice.made.map(({ link }) => link.state.kind)).toEqual(['closed', 'dialing'])
    story.delays.clear()
    await story.run(seconds(12))
    await story.expectLinked(alice, bob)
  })
})

describe('a lost link', () => {
  it('[DI6] is dialled again at once by the smaller id', async () => {
    const { story, alice, bob } = await linkedPair()
    await story.run(seconds(10))
    const lostAt = story.clock.now()
    story.network.dropLinks('alice', 'bob')
    await story.run(100)
    expect(alice.unlinked).toEqual([{ at: lostAt, reason: 'failed' }])
    expect(alice.calls[1]).toBe(lostAt)
    expect(bob.calls).toEqual([])
    await story.expectLinked(alice, bob)
    await story.run(seconds(5))
    expect(alice.made).toHaveLength(2)
    expect(bob.made).toHaveLength(2)
  })

  it('[DI6] is dialled again by the larger id 0.7 s later, when no call has come by then', async () => {
    const { story, alice, bob } = await linkedPair()
    await story.run(seconds(10))
    const lostAt = story.clock.now()
    alice.post = 'lost'
    story.network.dropLinks('alice', 'bob')
    await story.run(699)
    expect(bob.calls).toEqual([])
    await story.run(1)
    expect(bob.calls).toEqual([lostAt + 700])
  })

  it('[DI6] is dialled after failures with a pause that doubles from 0.25 s to 30 s, its upper half at random', async () => {
    for (const [fraction, share] of [
      [0, 0.5],
      [0.5, 0.75],
      [1 - Number.EPSILON, 1],
    ] as const) {
      const { story, alice, bob } = pair(fraction)
      alice.post = 'unavailable'
      alice.dialer.want(bob.id)
      await story.run(seconds(150))
      const pauses = alice.calls.slice(1).map((at, index) => at - (alice.calls[index] ?? 0))
      const expected = [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].map((pause) => pause * share)
      expect(pauses.slice(0, 9)).toEqual(expected.map((pause) => expect.closeTo(pause, 5)))
    }
  })

  it('[DI6] is not dialled after the pause when the other one called first', async () => {
    const { story, alice, bob } = pair(0)
    alice.post = 'unavailable'
    alice.dialer.want(bob.id)
    await story.run(1)
    alice.post = 'delivered'
    bob.dialer.want(alice.id)
    await story.run(seconds(60))
    expect(alice.calls).toHaveLength(1)
    await story.expectLinked(alice, bob)
  })

  it('[DI7] that lasted less than 5 s counts as a failure, so that a flapping pair slows down', async () => {
    const { story, alice, bob } = await linkedPair(0)
    const pauses: Millis[] = []
    for (let flap = 0; flap < 6; flap++) {
      const lostAt = story.clock.now()
      story.network.dropLinks('alice', 'bob')
      await story.clock.until(() => alice.opened.length === flap + 2, seconds(60))
      pauses.push((alice.calls.at(-1) ?? 0) - lostAt)
    }
    expect(pauses).toEqual([125, 250, 500, 1000, 2000, 4000])
    await story.run(seconds(5))
    const lostAt = story.clock.now()
    story.network.dropLinks('alice', 'bob')
    await story.run(100)
    expect(alice.calls.at(-1)).toBe(lostAt)
    await story.expectLinked(alice, bob)
  })

  it('[DI7] does not make a link that failed to replace a good one look like a loss', async () => {
    const { story, alice, bob } = await linkedPair()
    alice.post = 'unavailable'
    alice.dialer.redial(bob.id)
    await story.run(seconds(60))
    expect(alice.calls).toHaveLength(2)
    await story.expectLinked(alice, bob)
  })
})

describe('a peer that is not here', () => {
  it('[DI8] is dialled no more after good-bye', async () => {
    const { story, alice, bob } = await linkedPair()
    alice.dialer.forget(bob.id)
    bob.dialer.forget(alice.id)
    await story.run(seconds(60))
    expect(alice.unlinked).toMatchObject([{ reason: 'closed' }])
    expect(alice.calls).toHaveLength(1)
    expect(bob.calls).toHaveLength(0)
  })

  it('[DI8] is dialled no more when the server says so, until it is named again', async () => {
    const { story, alice, bob } = pair()
    alice.post = 'not-here'
    alice.dialer.want(bob.id)
    await story.run(seconds(60))
    expect(alice.notHere).toEqual([bob.id])
    expect(alice.calls).toHaveLength(1)
    alice.post = 'delivered'
    alice.dialer.want(bob.id)
    await story.run(1000)
    await story.expectLinked(alice, bob)
  })

  it('[DI8] is answered when it calls, and then kept', async () => {
    const { story, alice, bob } = pair()
    alice.post = 'not-here'
    alice.dialer.want(bob.id)
    await story.run(1000)
    alice.post = 'delivered'
    bob.dialer.want(alice.id)
    await story.run(1000)
    await story.expectLinked(alice, bob)
    const before = alice.calls.length
    story.network.dropLinks('alice', 'bob')
    await story.run(seconds(2))
    expect(alice.calls.length).toBe(before + 1)
    await story.expectLinked(alice, bob)
  })

  it('[DI8] is kept while its link is open: a server that has just restarted knows few', async () => {
    const { story, alice, bob } = await linkedPair()
    alice.post = 'not-here'
    alice.dialer.redial(bob.id)
    await story.run(100)
    await story.expectLinked(alice, bob)
    alice.post = 'delivered'
    await story.run(seconds(5))
    story.network.dropLinks('alice', 'bob')
    await story.run(1000)
    await story.expectLinked(alice, bob)
  })
})

describe('a dialer without a server', () => {
  it('[DI9] makes no connection, and calls when there is a server again', async () => {
    const { story, alice, bob } = pair(0)
    alice.available = false
    alice.dialer.want(bob.id)
    await story.run(seconds(20))
    expect(alice.made).toEqual([])
    alice.available = true
    alice.dialer.want(bob.id)
    await story.run(1000)
    await story.expectLinked(alice, bob)
  })

  it('[DI9] comes back to it by itself', async () => {
    const { story, alice, bob } = pair(0)
    alice.available = false
    alice.dialer.want(bob.id)
    await story.run(seconds(3))
    alice.available = true
    await story.run(seconds(5))
    await story.expectLinked(alice, bob)
  })
})

describe('a dialer', () => {
  it('[IN3] does nothing about a box that is nonsense, and says so', async () => {
    const { story, alice, bob } = await linkedPair()
    for (const box of [new Uint8Array(), Uint8Array.of(0xc1), new Uint8Array(20_000), Uint8Array.of(0x80)]) {
      expect(alice.dialer.receive(bob.id, box)).toBe(false)
    }
    expect(alice.made).toHaveLength(1)
    await story.expectLinked(alice, bob)
  })

  it('[DI1] takes no calls from itself', async () => {
    const { story, alice } = pair()
    alice.forge(alice, 'mirror', { kind: 'offer', sdp: 'v=0 1' })
    await story.run(seconds(30))
    expect(alice.made).toEqual([])
  })

  it('[RP2] that closes waits for the others to close their links, and then dials and answers no more', async () => {
    const { story, alice, bob } = await linkedPair()
    let closed = false
    const closing = alice.dialer.close(seconds(1)).then(() => {
      closed = true
    })
    await story.run(300)
    expect(closed).toBe(false)
    bob.dialer.forget(alice.id)
    await story.run(100)
    expect(closed).toBe(true)
    await closing
    await alice.dialer.close(seconds(1))
    bob.dialer.want(alice.id)
    alice.dialer.want(bob.id)
    alice.dialer.redial(bob.id)
    await story.run(seconds(30))
    expect(alice.made).toHaveLength(1)
  })

  it('[RP2] that closes waits no longer than it was told for those who do not close theirs', async () => {
    const { story, alice, bob } = await linkedPair()
    const carol = story.person('carol')
    alice.post = 'lost'
    alice.dialer.want(carol.id)
    let closedAt = 0
    const startedAt = story.clock.now()
    const closing = alice.dialer.close(seconds(1)).then(() => {
      closedAt = story.clock.now()
    })
    await story.run(seconds(2))
    await closing
    expect(closedAt - startedAt).toBe(1000)
    expect(alice.made.map(({ link }) => link.state.kind)).toEqual(['closed', 'closed'])
    expect(bob.unlinked).toMatchObject([{ reason: 'closed-by-peer' }])
  })
})
