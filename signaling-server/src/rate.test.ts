import { describe, expect, it } from 'vitest'
import { TokenBucket } from './rate'

describe('TokenBucket', () => {
  it('[SG7] gives a burst at once, then so many a second', () => {
    let now = 0
    const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, () => now)
    expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, true, false])
    now += 499
    expect(bucket.take()).toBe(false)
    now += 1
    expect([bucket.take(), bucket.take()]).toEqual([true, false])
  })

  it('[SG7] never holds more than the burst, however long nobody takes', () => {
    let now = 0
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 }, () => now)
    now += 24 * 60 * 60 * 1000
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false])
  })

  it('[SG7] takes nothing from one who asks for more than there is', () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 1 }, () => 0)
    expect([bucket.take(11), bucket.take(10), bucket.take(1)]).toEqual([false, true, false])
  })
})
