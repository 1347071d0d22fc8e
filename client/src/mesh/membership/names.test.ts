import { expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { MAX_NAME_LENGTH } from '../protocol/limits'
import { suggestName } from './names'

it('suggests names of two words that fit and mostly differ, from the first chance to the last', () => {
  const random = seededRandom(1)
  const names = Array.from({ length: 100 }, () => suggestName(random))
  for (const name of names) {
    expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
    expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH)
  }
  expect(new Set(names).size).toBeGreaterThan(50)
  const edge = (fraction: number) => suggestName({ fraction: () => fraction, bytes: () => new Uint8Array() })
  expect(edge(0)).toBe('Amber Crane')
  expect(edge(1 - Number.EPSILON)).toBe('Violet Wren')
})
