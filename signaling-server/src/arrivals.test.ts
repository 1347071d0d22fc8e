import { describe, expect, it } from 'vitest'
import { Arrivals } from './arrivals'
import { LIMITS, type Limits } from './limits'

function setUp(smaller: Partial<Limits> = {}) {
  const clock = { now: 0 }
  const arrivals = new Arrivals({ limits: { ...LIMITS, ...smaller }, now: () => clock.now })
  return { clock, arrivals }
}

describe('Arrivals', () => {
  it('[SG11] takes so many connections of one address at once, and of another as many', () => {
    const { arrivals } = setUp({ tcpConnectionsPerRemote: 2 })
    expect([1, 2, 3].map(() => arrivals.enter('office'))).toEqual([true, true, false])
    expect(arrivals.enter('home')).toBe(true)
    arrivals.leave('office')
    expect([1, 2].map(() => arrivals.enter('office'))).toEqual([true, false])
  })

  it('[SG11] turns a storm away, also one that goes on for minutes, and takes those who come later', () => {
    const { clock, arrivals } = setUp({ tcpConnectionBurst: 10, tcpConnectionsPerSecond: 1 })
    let taken = 0
    for (clock.now = 0; clock.now < 300_000; clock.now += 100) {
      if (!arrivals.enter('mallory')) continue
      arrivals.leave('mallory')
      taken++
    }
    expect(taken).toBeGreaterThanOrEqual(300)
    expect(taken).toBeLessThanOrEqual(310)
    expect(arrivals.enter('alice')).toBe(true)
    clock.now += 10_000
    expect(Array.from({ length: 10 }, () => arrivals.enter('mallory'))).not.toContain(false)
  })

  it('[SG11] remembers a bounded number of addresses, and none for long', () => {
    const { clock, arrivals } = setUp({ absentRemotes: 100 })
    for (let i = 0; i < 1000; i++) arrivals.enter(`address ${i}`)
    expect(arrivals.size).toBeLessThanOrEqual(200)
    for (let i = 0; i < 2; i++) {
      clock.now += 60_000
      arrivals.enter('alice')
    }
    expect(arrivals.size).toBe(2)
  })
})
