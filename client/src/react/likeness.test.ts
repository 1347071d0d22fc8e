import { describe, expect, it } from 'vitest'
import { likenesses } from './likeness'

const areAlike = (one: string, other: string) => likenesses(one).some((key) => likenesses(other).includes(key))

describe('names that look alike', () => {
  it.each([
    ['letter case and width', 'Bo', 'bＯ'],
    ['what cannot be seen', 'Bo', 'B\u200bo'],
    ['spaces and punctuation', 'Dr. Bo', 'Dr Bo'],
    ['accents', 'José', 'Jose'],
    ['Cyrillic letters for Latin ones', 'Mallory', 'Маllоrу'],
    ['Cyrillic capitals for Latin ones', 'HAPPY BOB', 'НАРРУ ВОВ'],
    ['Greek letters for Latin ones', 'Nora', 'Νοrα'],
    ['Greek small letters that are drawn unlike their capitals', 'vera', 'νera'],
    ['strokes that are all one stroke', 'Bill', 'BiII'],
    ['digits for letters', 'Leo 10', 'Ieo lO'],
    ['two letters for one', 'Emma', 'Ernma'],
    ['letter case in Greek', 'Νίκος', 'νίκοσ'],
    ['letter case in Cyrillic', 'Нина', 'нина'],
  ])('differ in %s alone', (_, one, other) => {
    expect(areAlike(one, other)).toBe(true)
  })

  it.each([
    ['Bo', 'Bob'],
    ['Ana', 'Anna'],
    ['Нина', 'Ника'],
    ['雪', '雷'],
    ['आशा', 'आशी'],
    ['...', '!!!'],
  ])('do not differ as much as %s and %s', (one, other) => {
    expect(areAlike(one, other)).toBe(false)
  })
})
