/**
 * Names as people see them: without characters that reorder the text around them, told apart
 * where two are the same, and each with initials and a colour for its avatar.
 */
import type { PeerId } from '../mesh'

export interface Named {
  readonly id: PeerId
  readonly name: string
}

/** As many as `styles/people.css` has. */
export const AVATAR_HUES = 12

/** What shows nothing, or turns the direction of what follows. Braille's blank is a sign, yet shows nothing. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** The same but for the joiners and the selector that emoji and some scripts are written with. */
const NEEDLESS = /(?!\u200c|\u200d|\ufe0f)[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** Signs that only this browser does not know, and private ones, may well show something: they are no blank. */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

export function plainName(name: string): string {
  if (name.replace(INVISIBLE, '').trim() === '') return 'Somebody'
  return name.replace(NEEDLESS, '').replace(/\s+/gu, ' ').trim()
}

/** Whether nothing of `text` can be seen. */
export function isBlank(text: string): boolean {
  return BLANK.test(text)
}

/** What somebody is called on the screen; `mark` tells people of one name apart. */
export interface Label {
  readonly name: string
  readonly mark: string | undefined
}

/**
 * One label for each id. People who share a name carry the start of their id, so that nobody
 * writes to the wrong one or takes somebody for oneself; oneself is marked `(you)` in its stead.
 * @param here those who can be written to, without oneself
 * @param gone those who left; they keep their plain name
 * @param self one's own name
 */
export function labelPeople(here: readonly Named[], gone: readonly Named[], self: string): ReadonlyMap<PeerId, Label> {
  const labels = new Map<PeerId, Label>(gone.map((person) => [person.id, plainLabel(person.name)]))
  const shared = new Map<string, number>([[likeness(self), 1]])
  for (const person of here) {
    const key = likeness(person.name)
    shared.set(key, (shared.get(key) ?? 0) + 1)
  }
  for (const person of here) {
    const isAlone = shared.get(likeness(person.name)) === 1
    labels.set(person.id, { ...plainLabel(person.name), mark: isAlone ? undefined : person.id.slice(0, 4) })
  }
  return labels
}

export function plainLabel(name: string): Label {
  return { name: plainName(name), mark: undefined }
}

/** The label where only text can stand. */
export function labelText({ name, mark }: Label): string {
  return mark === undefined ? name : `${name} · ${mark}`
}

export function labelWords(labels: ReadonlyMap<PeerId, Label>, peer: PeerId): string | undefined {
  const label = labels.get(peer)
  return label && labelText(label)
}

/** What makes two names look the same to a hurried reader. */
function likeness(name: string): string {
  return plainName(name).normalize('NFKC').replace(INVISIBLE, '').toLowerCase().toUpperCase()
}

/** The first letters of the first and the last word, or of the only one. */
export function initials(name: string): string {
  const words = plainName(name).split(' ')
  const first = firstGrapheme(words[0] ?? '')
  return words.length > 1 ? first + firstGrapheme(words.at(-1) ?? '') : first
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment.toUpperCase()
  return ''
}

/** @returns 0 to AVATAR_HUES - 1, always the same for an id */
export function avatarHue(id: string): number {
  let hash = 7
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_647
  return Math.floor(hash / 7) % AVATAR_HUES
}
