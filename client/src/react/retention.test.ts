import { describe, expect, it } from 'vitest'
import { fairAllowance } from './retention'

describe('a fair allowance', () => {
  it.each([
    ['all, where there is enough', [3, 4], 10, Number.POSITIVE_INFINITY],
    ['what those who need little leave over', [1, 2, 100], 10, 7],
    ['the same for those who want more than there is', [50, 1, 100], 11, 5],
    ['everything, for one alone', [100], 10, 10],
  ])('is %s', (_, sizes, limit, allowance) => {
    expect(fairAllowance(sizes, limit)).toBe(allowance)
  })
})
