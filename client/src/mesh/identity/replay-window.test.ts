import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { ReplayWindow } from './replay-window'

const SIZE = 8

const takeAll = (numbers: readonly number[], window = new ReplayWindow(SIZE)) =>
  numbers.map((number) => window.take(number))

describe('a replay window', () => {
  it('[IN4] takes numbers in order, each once', () => {
    expect(takeAll([1, 1, 2, 3, 3, 2, 1, 4])).toEqual([true, false, true, true, false, false, false, true])
  })

  it('[IN4] takes the latest in any order, each once', () => {
    expect(takeAll([8, 3, 1, 2, 3, 8, 7, 1])).toEqual([true, true, true, true, false, false, true, false])
  })

  it('[IN4] takes none that is older than what it remembers, new or not', () => {
    expect(takeAll([1, 100, 92, 93, 93, 100, 1, 2])).toEqual([true, true, false, true, false, false, false, false])
  })

  it('[IN4] goes on after a huge jump, at no cost', () => {
    const last = Number.MAX_SAFE_INTEGER
    expect(takeAll([5, last, 6, last - 7, last - 8, last - 7, last])).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
      false,
    ])
  })

  it('[IN4] takes no number twice, whatever comes', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed)
      const window = new ReplayWindow(SIZE)
      const taken: number[] = []
      for (let step = 0, base = 1; step < 2000; step++) {
        base += random.fraction() < 0.02 ? 1000 : Math.floor(random.fraction() * 2)
        const number = Math.max(1, base + Math.floor((random.fraction() - 0.8) * 20))
        if (window.take(number)) taken.push(number)
      }
      expect(new Set(taken).size, `seed ${seed}`).toBe(taken.length)
      expect(taken.length).toBeGreaterThan(500)
    }
  })
})
