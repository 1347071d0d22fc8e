/** One's own name: cleaned, remembered between visits, and suggested to whoever has not chosen one yet. Rule PL5. */
import { MAX_NAME_LENGTH } from '../protocol/limits'
import type { Random } from '../runtime/random'
import type { Store } from '../runtime/store'

const KEY = 'name'

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

/** @returns the name as others will see it, or undefined when it is empty or too long */
export function cleanName(name: string): string | undefined {
  const cleaned = name.toWellFormed().replace(/\s+/g, ' ').trim()
  return cleaned === '' || cleaned.length > MAX_NAME_LENGTH ? undefined : cleaned
}

/** @returns undefined when no name is remembered, or the store fails: nobody should stay outside for that */
export async function rememberedName(store: Store): Promise<string | undefined> {
  try {
    return cleanName((await store.get(KEY)) ?? '')
  } catch {
    return undefined
  }
}

/** Resolves when the name is stored; rejects as the store does. */
export const rememberName = (store: Store, name: string): Promise<void> => store.set(KEY, name)

const pick = (words: readonly string[], random: Random): string =>
  words[Math.floor(random.fraction() * words.length)] ?? 'Starling'

/** @returns the remembered name, or a suggested one that is remembered from now on: loading the page again keeps it */
export async function ownName(store: Store, random: Random): Promise<string> {
  const remembered = await rememberedName(store)
  if (remembered !== undefined) return remembered
  const suggested = suggestName(random)
  // A store that refuses costs the name at the next visit and nothing else.
  await rememberName(store, suggested).catch(() => undefined)
  return suggested
}

/** Easy to say and to tell apart. */
export const suggestName = (random: Random): string => `${pick(COLOURS, random)} ${pick(BIRDS, random)}`
