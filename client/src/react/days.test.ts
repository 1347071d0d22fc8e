import { describe, expect, it } from 'vitest'
import { dayOf, daysOf } from './days'
import { NOON } from './room-double'

const DAY = 86_400_000
const today = dayOf(NOON)
const timed = (author: string, days: number | undefined, isTimeCertain = false) => ({
  author,
  at: days === undefined ? undefined : NOON + days * DAY,
  isTimeCertain,
})
const relative = (all: readonly ReturnType<typeof timed>[]) =>
  daysOf(all).map((day) => (day === undefined ? undefined : day - today))

describe('days', () => {
  it('go forward with what was said', () => {
    expect(relative([timed('bo', -1), timed('cy', -1), timed('bo', 0), timed('cy', 0)])).toEqual([-1, -1, 0, 0])
  })

  it('do not go back for a clock that is behind, or for who wrote while away', () => {
    expect(relative([timed('bo', 0), timed('cy', -3), timed('di', 0), timed('cy', undefined)])).toEqual([0, 0, 0, 0])
  })

  it('do not begin on the word of a clock that is ahead', () => {
    const ahead = [timed('bo', -9), timed('mallory', -2), timed('mallory', -1), timed('bo', -9), timed('cy', -8)]
    expect(relative(ahead)).toEqual([-9, -9, -9, -9, -8])
  })

  it('stay as they are when the next one comes in, of what this machine’s clock bore out', () => {
    const said = [timed('bo', -1, true), timed('cy', 0, true), timed('bo', -1), timed('cy', 0, true), timed('bo', -1)]
    for (let count = 1; count <= said.length; count++) {
      expect(relative(said.slice(0, count))).toEqual([-1, 0, 0, 0, 0].slice(0, count))
    }
  })

  it('are unknown until somebody tells one', () => {
    expect(relative([timed('bo', undefined), timed('bo', 0)])).toEqual([undefined, 0])
    expect(relative([])).toEqual([])
  })
})
