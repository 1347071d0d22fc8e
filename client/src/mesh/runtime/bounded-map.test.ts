import { describe, expect, it } from 'vitest'
import { BoundedMap } from './bounded-map'

describe('a bounded map', () => {
  it('forgets the entry used longest ago for a new one', () => {
    const map = new BoundedMap<string, number>(2)
    map.set('alice', 1)
    map.set('bob', 2)
    map.set('alice', 3)
    map.set('carol', 4)
    expect([map.size, map.get('alice'), map.get('bob'), map.get('carol')]).toEqual([2, 3, undefined, 4])
  })

  it('makes what it does not have, once', () => {
    const map = new BoundedMap<string, object>(2)
    const made = map.getOrMake('alice', () => ({}))
    expect(map.getOrMake('alice', () => ({}))).toBe(made)
  })
})
