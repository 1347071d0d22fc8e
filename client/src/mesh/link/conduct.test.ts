import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../sim/virtual-clock'
import {
  FRAME_BURST,
  FRAMES_PER_SECOND,
  MAX_OFFENCES,
  OFFENCES_FORGIVEN_PER_SECOND,
  PING_BURST,
  PINGS_PER_SECOND,
} from '../protocol/limits'
import { seconds } from '../runtime/clock'
import { Conduct } from './conduct'

function setUp() {
  const clock = new VirtualClock()
  return { clock, conduct: new Conduct(clock) }
}

/** How many of so many tries are granted. */
function granted(tries: number, attempt: () => boolean): number {
  let count = 0
  for (let index = 0; index < tries; index++) if (attempt()) count += 1
  return count
}

describe('conduct', () => {
  it('[CO1] bears eight slips, and not the ninth', () => {
    const { conduct } = setUp()
    expect(granted(20, () => conduct.bears())).toBe(MAX_OFFENCES)
  })

  it('[CO1] forgives one slip in ten seconds, and never more than eight', async () => {
    const { clock, conduct } = setUp()
    granted(20, () => conduct.bears())
    await clock.run(seconds(1 / OFFENCES_FORGIVEN_PER_SECOND) - 1)
    expect(conduct.bears()).toBe(false)
    await clock.run(1)
    expect(granted(5, () => conduct.bears())).toBe(1)
    await clock.run(seconds(86_400))
    expect(granted(20, () => conduct.bears())).toBe(MAX_OFFENCES)
  })

  it('[CO1] never has enough of somebody who slips twice a minute', async () => {
    const { clock, conduct } = setUp()
    for (let minute = 0; minute < 60; minute++) {
      expect(granted(2, () => conduct.bears())).toBe(2)
      await clock.run(seconds(60))
    }
  })

  it('[CO2] looks at so many frames at once, and at so many a second in the long run', async () => {
    const { clock, conduct } = setUp()
    expect(granted(FRAME_BURST + 1000, () => conduct.takesFrame())).toBe(FRAME_BURST)
    await clock.run(seconds(1))
    expect(granted(2 * FRAMES_PER_SECOND, () => conduct.takesFrame())).toBe(FRAMES_PER_SECOND)
  })

  it('[CO2] answers what a sleeping tab finds when it wakes, and then five pings a second', async () => {
    const { clock, conduct } = setUp()
    expect(granted(1000, () => conduct.takesPing())).toBe(PING_BURST)
    await clock.run(seconds(1))
    expect(granted(1000, () => conduct.takesPing())).toBe(PINGS_PER_SECOND)
    expect(conduct.takesFrame()).toBe(true)
    expect(conduct.bears()).toBe(true)
  })
})
