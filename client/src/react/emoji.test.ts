import { expect, it } from 'vitest'
import { emojiName, isEmoji, OFFERED_EMOJI } from './emoji'

it('one sign is a reaction, in all the ways in which signs are put together', () => {
  const signs = [...OFFERED_EMOJI, '❤', '👍🏽', '👨‍👩‍👧‍👦', '🇩🇪', '1️⃣', '🏴‍☠️']
  expect(signs.filter((sign) => !isEmoji(sign))).toEqual([])
})

it('anything else is none', () => {
  const others = ['', ' ', '1', 'a', 'ok', '👍👍', '👍 ', '\u200d', '\u202e👍', '<b>', `👍${'\u0301'.repeat(40)}`]
  expect(others.filter(isEmoji)).toEqual([])
})

it('those that are offered have names, and others are their own', () => {
  expect(OFFERED_EMOJI.map(emojiName)).not.toContain('👍')
  expect(emojiName('🐦')).toBe('🐦')
})
