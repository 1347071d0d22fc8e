import { describe, expect, it } from 'vitest'
import { likenesses, likenessesOfStarts } from './likeness'

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
    ['Cherokee letters for Latin ones', 'DEREK', '\u13a0\u13ac\u13d2\u13ac\u13e6'],
    ['syllabics for Latin letters', 'BOB', 'ᗷOᗷ'],
    ['hooks on letters', 'Bob', 'Ɓoɓ'],
    ['letters in squares', 'Bob', '🅱🅾🅱'],
    ['an eight for a B', 'BOB', '8O8'],
    ['symbols', 'Bob', '✦ Bob 🐦'],
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

it.each(['Bo · x3Wh', 'Bo• x3Wh', 'Boㆍx3Wh', 'Bo 🐦', 'Bo (the real one)', 'Bo: it is me - really'])(
  '%j starts like Bo',
  (name) => {
    expect(likenessesOfStarts(name)).toContain(likenesses('Bo')[0])
  },
)

it.each(['Bo', 'Bob', 'Bo Peep', '· Bo'])('%j does not start like Bo, apart from what sets off', (name) => {
  expect(likenessesOfStarts(name)).toEqual([])
})
