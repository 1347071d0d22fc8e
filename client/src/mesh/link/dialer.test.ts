import { describe, expect, it } from 'vitest'
import { dialPair, linkedDialPair } from '../../sim/dialing'
import { GATHERED_AFTER } from '../../sim/sim-network'
import { type Millis, seconds } from '../runtime/clock'

describe('an attempt', () => {
  it('[DI5] has failed when it is not answered after 5 s, and the next is another one', async () => {
    const { story, alice, bob } = dialPair(0)
    alice.post = 'lost'
    alice.dialer.want(bob.address)
    await story.run(seconds(5) - 1)
    expect(alice.made).toHaveLength(1)
    expect(alice.made[0]?.link.state.kind).toBe('dialing')
    await story.run(1)
    expect(alice.made[0]?.link.state.kind).toBe('closed')
    alice.post = 'delivered'
    await story.run(seconds(2))
    expect(new Set(alice.sent.map(({ session }) => session)).size).toBe(2)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI5] is given up by the one who answers, too', async () => {
    const { story, alice, bob } = dialPair()
    bob.post = 'lost'
    alice.dialer.want(bob.address)
    await story.run(20)
    alice.dialer.forget(bob.address)
    await story.run(seconds(10))
    expect(bob.made.map(({ link }) => link.state.kind)).toEqual(['closed'])
    await story.run(seconds(60))
    expect(bob.made).toHaveLength(1)
  })

  it('[DI5] has failed at once when its introduction cannot be delivered', async () => {
    const { story, alice, bob } = dialPair()
    alice.post = 'unavailable'
    alice.dialer.want(bob.address)
    await story.run(GATHERED_AFTER + 1)
    expect(alice.made[0]?.link.state.kind).toBe('closed')
    alice.post = 'delivered'
    await story.run(seconds(2))
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI5] is over when it was given up: an answer that comes then means nothing to the next one', async () => {
    const { story, alice, bob } = dialPair(0)
    story.delays.set(bob.address, seconds(6))
    alice.dialer.want(bob.address)
    await story.run(seconds(6) + 100)
    expect(alice.made.map(({ link }) => link.state.kind)).toEqual(['closed', 'dialing'])
    story.delays.clear()
    await story.run(seconds(12))
    expect(await story.areLinked(alice, bob)).toBe(true)
  })
})

describe('a lost link', () => {
  it('[DI6] is dialled again at once by the smaller address', async () => {
    const { story, alice, bob } = await linkedDialPair()
    await story.run(seconds(10))
    const lostAt = story.clock.now()
    story.network.dropLinks('alice', 'bob')
    await story.run(200)
    expect(alice.unlinked).toEqual([{ at: lostAt, reason: 'failed' }])
    expect(alice.calls[1]).toBe(lostAt)
    expect(bob.calls).toEqual([])
    expect(await story.areLinked(alice, bob)).toBe(true)
    await story.run(seconds(5))
    expect(alice.made).toHaveLength(2)
    expect(bob.made).toHaveLength(2)
  })

  it('[DI6] is dialled again by the larger address 0.7 s later, when no call has come by then', async () => {
    const { story, alice, bob } = await linkedDialPair()
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
      const { story, alice, bob } = dialPair(fraction)
      alice.post = 'unavailable'
      alice.dialer.want(bob.address)
      await story.run(seconds(150))
      const pauses = alice.calls.slice(1).map((at, index) => at - (alice.calls[index] ?? 0))
      const expected = [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].map(
        (pause) => pause * share + GATHERED_AFTER,
      )
      expect(pauses.slice(0, 9)).toEqual(expected.map((pause) => expect.closeTo(pause, 5)))
    }
  })

  it('[DI6] is not dialled after the pause when the other one called first', async () => {
    const { story, alice, bob } = dialPair(0)
    alice.post = 'unavailable'
    alice.dialer.want(bob.address)
    await story.run(GATHERED_AFTER + 1)
    alice.post = 'delivered'
    bob.dialer.want(alice.address)
    await story.run(seconds(60))
    expect(alice.calls).toHaveLength(1)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI7] that lasted less than 5 s counts as a failure, so that a flapping pair slows down', async () => {
    const { story, alice, bob } = await linkedDialPair(0)
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
    await story.run(200)
    expect(alice.calls.at(-1)).toBe(lostAt)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI7] does not make a link that failed to replace a good one look like a loss', async () => {
    const { story, alice, bob } = await linkedDialPair()
    alice.post = 'unavailable'
    alice.dialer.redial(bob.address)
    await story.run(seconds(60))
    expect(alice.calls).toHaveLength(2)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })
})

describe('a peer that is not here', () => {
  it('[DI8] is dialled no more after good-bye', async () => {
    const { story, alice, bob } = await linkedDialPair()
    alice.dialer.forget(bob.address)
    bob.dialer.forget(alice.address)
    await story.run(seconds(60))
    expect(alice.unlinked).toMatchObject([{ reason: 'closed' }])
    expect(alice.calls).toHaveLength(1)
    expect(bob.calls).toHaveLength(0)
  })

  it('[DI8] is dialled no more when the server says so, until it is named again', async () => {
    const { story, alice, bob } = dialPair()
    alice.post = 'not-here'
    alice.dialer.want(bob.address)
    await story.run(seconds(60))
    expect(alice.notHere).toEqual([bob.address])
    expect(alice.calls).toHaveLength(1)
    alice.post = 'delivered'
    alice.dialer.want(bob.address)
    await story.run(1000)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI8] is answered when it calls, and then kept', async () => {
    const { story, alice, bob } = dialPair()
    alice.post = 'not-here'
    alice.dialer.want(bob.address)
    await story.run(1000)
    alice.post = 'delivered'
    bob.dialer.want(alice.address)
    await story.run(1000)
    expect(await story.areLinked(alice, bob)).toBe(true)
    const before = alice.calls.length
    story.network.dropLinks('alice', 'bob')
    await story.run(seconds(2))
    expect(alice.calls.length).toBe(before + 1)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI8] is kept while its link is open: a server that has just restarted knows few', async () => {
    const { story, alice, bob } = await linkedDialPair()
    alice.post = 'not-here'
    alice.dialer.redial(bob.address)
    await story.run(100)
    expect(await story.areLinked(alice, bob)).toBe(true)
    alice.post = 'delivered'
    await story.run(seconds(5))
    const lostAt = story.clock.now()
    story.network.dropLinks('alice', 'bob')
    await story.run(200)
    expect(alice.calls.at(-1)).toBe(lostAt)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })
})

describe('a dialer without a server', () => {
  it('[DI9] makes no connection, and calls when there is a server again', async () => {
    const { story, alice, bob } = dialPair(0)
    alice.available = false
    alice.dialer.want(bob.address)
    await story.run(seconds(20))
    expect(alice.made).toEqual([])
    alice.available = true
    alice.dialer.want(bob.address)
    await story.run(1000)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI9] comes back to it by itself', async () => {
    const { story, alice, bob } = dialPair(0)
    alice.available = false
    alice.dialer.want(bob.address)
    await story.run(seconds(3))
    alice.available = true
    await story.run(seconds(5))
    expect(await story.areLinked(alice, bob)).toBe(true)
  })
})

describe('a dialer whose server is back', () => {
  it('[DI10] begins the calls under way anew, and counts no failure for it', async () => {
    const { story, alice, bob } = dialPair(0)
    alice.post = 'lost'
    alice.dialer.want(bob.address)
    await story.run(seconds(2))
    alice.post = 'unavailable'
    alice.dialer.renew()
    const renewedAt = story.clock.now()
    expect(alice.calls).toEqual([0, renewedAt])
    expect(alice.made[0]?.link.state.kind).toBe('closed')
    await story.run(GATHERED_AFTER + 1)
    alice.post = 'delivered'
    await story.run(seconds(1))
    expect(alice.calls[2]).toBe(renewedAt + GATHERED_AFTER + 125)
    expect(await story.areLinked(alice, bob)).toBe(true)
  })

  it('[DI10] leaves open links alone, and forgets whom it only answered', async () => {
    const { story, alice, bob } = await linkedDialPair()
    const carol = story.person('carol')
    alice.post = 'lost'
    carol.dialer.want(alice.address)
    await story.run(100)
    alice.dialer.renew()
    expect(alice.made.map(({ link }) => link.state.kind)).toEqual(['open', 'closed'])
    expect(await story.areLinked(alice, bob)).toBe(true)
    carol.available = false
    await story.run(seconds(60))
    expect(alice.calls).toHaveLength(1)
  })
})

describe('a peer that cannot be reached', () => {
  it('[RP5] is told of after three failures in a row, once, and dialled on', async () => {
    const { story, alice, bob } = dialPair(0)
    const told: number[] = []
    alice.dialer.on('unreachable', ({ address }) => address === bob.address && told.push(alice.calls.length))
    alice.post = 'unavailable'
    alice.dialer.want(bob.address)
    await story.run(seconds(60))
    expect(told).toEqual([3])
    expect(alice.calls.length).toBeGreaterThan(5)
  })
})

describe('a dialer', () => {
  it('[RP2] that closes waits for the others to close their links, and then dials and answers no more', async () => {
    const { story, alice, bob } = await linkedDialPair()
    let closed = false
    const closing = alice.dialer.close(seconds(1)).then(() => {
      closed = true
    })
    await story.run(300)
    expect(closed).toBe(false)
    bob.dialer.forget(alice.address)
    await story.run(100)
    expect(closed).toBe(true)
    await closing
    await alice.dialer.close(seconds(1))
    bob.dialer.want(alice.address)
    alice.dialer.want(bob.address)
    alice.dialer.redial(bob.address)
    await story.run(seconds(30))
    expect(alice.made).toHaveLength(1)
  })

  it('[RP2] that closes waits no longer than it was told for those who do not close theirs', async () => {
    const { story, alice, bob } = await linkedDialPair()
    const carol = story.person('carol')
    alice.post = 'lost'
    alice.dialer.want(carol.address)
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
