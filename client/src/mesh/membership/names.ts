/** A name for somebody who has not chosen one yet: easy to say and to tell apart. */
import type { Random } from '../runtime/random'

const COLOURS = [
  'Amber',
  'Azure',
  'Copper',
  'Coral',
  'Golden',
  'Indigo',
  'Ivory',
  'Jade',
  'Ruby',
  'Scarlet',
  'Silver',
  'Violet',
]
const BIRDS = [
  'Crane',
  'Dove',
  'Finch',
  'Heron',
  'Kestrel',
  'Lark',
  'Magpie',
  'Martin',
  'Plover',
  'Raven',
  'Robin',
  'Starling',
  'Swift',
  'Thrush',
  'Wagtail',
  'Wren',
]

const pick = (words: readonly string[], random: Random): string =>
  words[Math.floor(random.fraction() * words.length)] ?? 'Starling'

export const suggestName = (random: Random): string => `${pick(COLOURS, random)} ${pick(BIRDS, random)}`
