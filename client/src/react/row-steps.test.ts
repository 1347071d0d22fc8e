import { describe, expect, it } from 'vitest'
import { stepTowards } from './row-steps'

const rows = (keys: string) => [...keys].map((key) => ({ key }))
const step = (before: string, after: string, anchor?: string) => {
  const { rows: next, isAtFront } = stepTowards(rows(before), rows(after), anchor)
  return [next.map(({ key }) => key).join(''), isAtFront]
}

describe('rows that change', () => {
  it('at the back leave the front as it is', () => {
    expect(step('abc', 'abcd', 'b')).toEqual(['abcd', false])
    expect(step('abc', 'abd', 'b')).toEqual(['abd', false])
    expect(step('', 'abc')).toEqual(['abc', false])
  })

  it('at the front are told to, be it that older ones came in, something late, or that some were let go', () => {
    expect(step('cd', 'abcd', 'c')).toEqual(['abcd', true])
    expect(step('acd', 'abcd', 'c')).toEqual(['abcd', true])
    expect(step('abcd', 'cd', 'c')).toEqual(['cd', true])
  })

  it('at both ends do so one after the other', () => {
    expect(step('cd', 'bcde', 'c')).toEqual(['bcd', true])
    expect(step('bcd', 'bcde', 'c')).toEqual(['bcde', false])
  })

  it('in another way stay with the next that stays', () => {
    expect(step('abc', 'xbc', 'a')).toEqual(['xbc', false])
    expect(step('abc', 'xyc', 'a')).toEqual(['xyc', false])
    expect(step('abc', 'zxbc', 'a')).toEqual(['zxbc', true])
    expect(step('abc', 'xyz', 'a')).toEqual(['xyz', false])
  })
})
