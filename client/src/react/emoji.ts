/** What can be reacted with: the few that are offered, and what others may use. Pure. */
import { isBlank } from './names'

/** Offered to everybody. A few say it all; whoever wants another one can write it. */
export const OFFERED_EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🎉', '👀', '🙏'] as const

/** What they are called, for those who listen to the page. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['😮', 'surprised'],
  ['😢', 'sad'],
  ['🎉', 'party'],
  ['👀', 'eyes'],
  ['🙏', 'thank you'],
])

/** UTF-16 code units. A family of four with skin tones has 19. */
const MAX_LENGTH = 32

/** A flag, a keycap, or a picture with what may be joined to it; letters and the like are no reaction. */
const PICTURE = /^(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic})/u

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Whether `text` is one sign that can stand on a small button: it comes from somebody else, so it can be anything. */
export function isEmoji(text: string): boolean {
  // Nearly all are these, and a flood of them costs nothing then.
  if (NAMES.has(text)) return true
  if (text.length === 0 || text.length > MAX_LENGTH || isBlank(text) || !PICTURE.test(text)) return false
  let count = 0
  for (const _ of graphemes.segment(text)) count += 1
  return count === 1
}

export function emojiName(emoji: string): string {
  return NAMES.get(emoji) ?? emoji
}
