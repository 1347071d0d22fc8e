/** Text that people or programs may hand over: all scripts, signs that show nothing or turn the line, halves of pairs. */
import type { Dice } from './dice'

const WORDS = [
  'Wren',
  'amber wren',
  'https://',
  'http://',
  'example.org',
  'javascript:',
  'data:text/html,',
  'v=0',
  '22',
]

const LETTERS = 'abcXYZ019-_. /#?&%:@'

/** One at a time each of these has broken some program. */
const ODD = [
  ...['\u0000', '\u0007', '\b', '\t', '\n', '\r', '\u001b[2J', '\u007f', '\u0085', '\u00a0', '\u00ad'],
  ...['\u034f', '\u061c', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2028', '\u2029'],
  ...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2060', '\u2066', '\u2067', '\u2069', '\u2800'],
  ...['\u3000', '\u3164', '\ufe0e', '\ufe0f', '\ufeff', '\uffa0', '\ufff9', '\uffff', '\u{e0001}', '\u{e0041}'],
  // halves of surrogate pairs
  ...['\ud83d', '\udc26', '\ud800', '\udfff'],
  // what grows, or changes places, when it is folded or normalised
  ...['ß', 'ﬃ', 'İ', 'ı', 'ΐ', 'ﷺ', 'Ǆ', 'ſ', 'K', 'Å', '½', '．', '／', '＃', '∕', 'e\u0301', '\u0345', 'ς'],
  ...['日本語', 'عربي', 'עברית', 'ห์', '👩‍👩‍👧', '🏳️‍🌈', '🇩🇪', '\u{10ffff}', '\u{f0000}', '\ue000', '\u0378'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'polluted', 'NaN', '-0', '1e999', 'null', 'undefined'],
  ...['%', '%2', '%00', '%ff', '%F0%9F%90%A6', '%2e%2e', '#/r/', '#/n/', '://', '//', '\\', '<script>', '"', "'", '`'],
]

/** Whatever it is long, a multiple of what is short: a page of one sign is what makes a search slow. */
const UNITS = ['a', ' ', '\n', '.', '(', '=', '%', '#', '\u0301', '\u202e', 'https://', 'http://a ', 'http://[ ', '🐦']

export function text(dice: Dice, most = 200): string {
  if (dice.chance(1 / 1000)) return longText(dice, most)
  let made = ''
  for (let left = dice.count(40); left > 0; left--) made += piece(dice)
  return made.slice(0, most)
}

/** Up to `most` code units of one thing over and over. */
export function longText(dice: Dice, most: number): string {
  const unit = dice.chance(1 / 2) ? dice.pick(UNITS) : piece(dice)
  return unit.repeat(1 + dice.below(Math.max(1, Math.floor(most / Math.max(1, unit.length)))))
}

export function mutateText(dice: Dice, original: string): string {
  let mutated = original
  for (let left = dice.below(4); left > 0; left--) {
    const start = dice.below(mutated.length + 1)
    const end = start + dice.count(mutated.length)
    const part = mutated.slice(start, end)
    switch (dice.below(6)) {
      case 0:
        mutated = mutated.slice(0, start) + mutated.slice(end)
        break
      case 1:
        mutated = mutated.slice(0, end) + part.repeat(dice.count(40)) + mutated.slice(end)
        break
      case 2:
        mutated = mutated.slice(0, start)
        break
      case 3:
        mutated = mutated.slice(0, start) + (dice.chance(1 / 2) ? part.toUpperCase() : part.toLowerCase())
        break
      default:
        mutated = mutated.slice(0, start) + text(dice, 60) + mutated.slice(dice.chance(1 / 2) ? start : end)
    }
  }
  return mutated
}

function piece(dice: Dice): string {
  switch (dice.below(4)) {
    case 0:
      return dice.pick(WORDS)
    case 1:
      return dice.pick(ODD)
    case 2:
      return LETTERS.charAt(dice.below(LETTERS.length))
    default:
      return String.fromCodePoint(dice.below(dice.pick([0x80, 0x800, 0x10000, 0x110000])))
  }
}
