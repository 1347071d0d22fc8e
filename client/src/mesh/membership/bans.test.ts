import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { VirtualClock } from '../../sim/virtual-clock'
import { MAX_BANS } from '../protocol/limits'
import { seconds } from '../runtime/clock'
import { Bans } from './bans'

const [MALLORY, BOB] = [peerId('mallory'), peerId('bob')]

function setUp() {
  const clock = new VirtualClock()
  return { clock, bans: new Bans(clock) }
}

describe('a ban', () => {
  it('[CO3] keeps out the one who broke the rules, for 30 s', async () => {
    const { clock, bans } = setUp()
    expect(bans.has(MALLORY)).toBe(false)
    expect(bans.add(MALLORY)).toBe(seconds(30))
    expect(bans.has(MALLORY)).toBe(true)
    expect(bans.has(BOB)).toBe(false)
    await clock.run(seconds(30) - 1)
    expect(bans.has(MALLORY)).toBe(true)
    await clock.run(1)
    expect(bans.has(MALLORY)).toBe(false)
  })

  it('[CO3] is twice as long each time, up to ten minutes, and never for good', async () => {
    const { clock, bans } = setUp()
    const durations: number[] = []
    for (let times = 0; times < 8; times++) {
      const duration = bans.add(MALLORY)
      durations.push(duration / 1000)
      await clock.run(duration)
      expect(bans.has(MALLORY)).toBe(false)
    }
    expect(durations).toEqual([30, 60, 120, 240, 480, 600, 600, 600])
  })

  it('[CO3] is as short as the first for whoever kept to the rules for an hour since the last', async () => {
    const { clock, bans } = setUp()
    for (let times = 0; times < 4; times++) await clock.run(bans.add(MALLORY))
    await clock.run(seconds(3600))
    expect(bans.add(MALLORY)).toBe(seconds(480))
    await clock.run(seconds(480 + 3600) + 1)
    expect(bans.add(MALLORY)).toBe(seconds(30))
  })

  it('[CO3] is remembered of the last 256: whoever makes up keys fills no memory', async () => {
    const { clock, bans } = setUp()
    bans.add(MALLORY)
    for (let count = 1; count < MAX_BANS; count++) bans.add(peerId(`key-${count}-`))
    expect(bans.has(MALLORY)).toBe(true)
    bans.add(peerId('one-more'))
    expect(bans.has(MALLORY)).toBe(false)
    expect(bans.has(peerId('one-more'))).toBe(true)
    expect(bans.has(peerId('key-1-'))).toBe(true)
    await clock.run(seconds(30))
    // Being banned again makes a ban the latest one.
    expect(bans.add(peerId('key-1-'))).toBe(seconds(60))
    bans.add(BOB)
    expect(bans.has(peerId('key-1-'))).toBe(true)
  })
})
