/**
 * Names as people see them: without signs that reorder the text around them or pass for our own, told apart where two
 * look the same, and each with initials and a colour for its avatar. When names look the same is likeness's.
 */
import type { PeerId } from '../mesh'
import { INVISIBLE, likenesses, likenessesOfStarts } from './likeness'

export interface Named {
  readonly id: PeerId
  readonly name: string
  readonly verified: boolean
}

/** As many as `styles/people.css` has. */
export const AVATAR_HUES = 12

/** Of the start of an id, which tells people of one name apart: short enough to be read aloud. */
const MARK_LENGTH = 4

/** What shows nothing, but for the joiners and the selector that emoji and some scripts are written with. */
const NEEDLESS = /(?!\u200c|\u200d|\ufe0f)[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** Ticks, seals, shields and lights that stand for 'in order': beside a name they would pass for the mark of somebody whose code was compared. */
const SEALS =
  /[\u221a\u2610-\u2612\u26c9-\u26ca\u26e8\u2705\u2713-\u2714\u237b\u32a3\u{1f197}\u{1f535}\u{1f7e2}\u{1f4af}\u{1f530}\u{1f5f8}-\u{1f5f9}\u{1f6e1}\u{1f512}\u{1f510}]\ufe0f?/gu

/** Signs that only this browser does not know, and private ones, may well show something: they are no blank. */
const BLANK = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

export function plainName(name: string): string {
  const unsealed = name.replace(SEALS, '')
  return unsealed.replace(INVISIBLE, '').trim() === '' ? 'Somebody' : plainText(unsealed)
}

/** One line, without what reorders or hides the text around it. */
export function plainText(text: string): string {
  return text.replace(NEEDLESS, '').replace(/\s+/gu, ' ').trim()
}

/** Whether nothing of `text` can be seen. */
export function isBlank(text: string): boolean {
  return BLANK.test(text)
}

/** What somebody is called on the screen; `mark` tells people of one name apart. */
export interface Label {
  readonly name: string
  readonly mark: string | undefined
  /** `verified`: the safety code was compared. `look-alike`: it was not, and the name looks like that of such a person. */
  readonly standing: 'verified' | 'look-alike' | undefined
}

/**
 * One label for each id. People whose names look the same carry the start of their id, so that nobody
 * writes to the wrong one or takes somebody for oneself; oneself is marked `(you)` in its stead.
 * @param here those who can be written to, without oneself; they carry it only because of one another and oneself
 * @param gone those who left
 * @param self one's own name
 */
export function labelPeople(here: readonly Named[], gone: readonly Named[], self: string): ReadonlyMap<PeerId, Label> {
  const alike = new Likenesses([...here, ...gone])
  const present = new Set(here.map(({ id }) => id))
  const own = new Set(likenesses(plainName(self)))
  const label = (person: Named): Label => {
    const others = alike.othersLike(person)
    const rivals = present.has(person.id) ? others.filter(({ id, verified }) => verified || present.has(id)) : others
    const models = alike.verifiedBefore(person)
    const isLikeSomebody = rivals.length > 0 || models.length > 0 || alike.keysOf(person).some((key) => own.has(key))
    const mark =
      isLikeSomebody || borrows(person, alike.keysOf(person))
        ? distinctStart(person.id, [...others, ...models])
        : undefined
    const looksVerified = models.length > 0 || others.some(({ verified }) => verified)
    return {
      name: plainName(person.name),
      mark,
      standing: person.verified ? 'verified' : looksVerified ? 'look-alike' : undefined,
    }
  }
  return new Map([...gone, ...here].map((person) => [person.id, label(person)]))
}

/** Who looks like whom; each name is folded once. */
class Likenesses {
  readonly #keys = new Map<PeerId, readonly string[]>()
  readonly #people = new Map<string, Named[]>()
  readonly #hasVerified: boolean

  constructor(people: readonly Named[]) {
    this.#hasVerified = people.some(({ verified }) => verified)
    for (const person of people) {
      const keys = likenesses(plainName(person.name))
      this.#keys.set(person.id, keys)
      for (const key of keys) this.#people.set(key, [...(this.#people.get(key) ?? []), person])
    }
  }

  keysOf({ id }: Named): readonly string[] {
    return this.#keys.get(id) ?? []
  }

  othersLike(person: Named): readonly Named[] {
    const like = this.keysOf(person).flatMap((key) => this.#people.get(key) ?? [])
    return [...new Set(like)].filter(({ id }) => id !== person.id)
  }

  /** @returns those verified whose name the name of somebody who is not begins with, set off from the rest */
  verifiedBefore(person: Named): readonly Named[] {
    if (person.verified || !this.#hasVerified) return []
    const like = likenessesOfStarts(plainName(person.name)).flatMap((key) => this.#people.get(key) ?? [])
    return [...new Set(like)].filter(({ verified }) => verified)
  }
}

/** Whoever listens to the page hears no difference between a name that says so and our own word for it. */
const VERIFIED = likenesses('verified')

const EVERYONE_AND_YOU = new Set(['everyone', 'you'].flatMap(likenesses))

const YOU = likenesses('you')

/** What stands in brackets at the end of a name, as our `(you)` does. */
const BRACKETED_END = /[\p{Ps}\p{Pi}<]([^\p{Ps}\p{Pi}<]*)[\p{Pe}\p{Pf}>]$/u

/** Something like our `· x3Wh` at the end of a name. */
const MARKED_END = /[·•●‧∙⋅・･᛫⸱\u1427\u318d\ua78f]\s*\S{4,}$/u

/** Whether a name says by itself what only this page says of somebody. */
function borrows({ name, verified }: Named, keys: readonly string[]): boolean {
  const plain = plainName(name)
  if (MARKED_END.test(plain) || keys.some((key) => EVERYONE_AND_YOU.has(key))) return true
  const end = BRACKETED_END.exec(plain)?.[1]
  if (end !== undefined && likenesses(end).some((key) => YOU.includes(key))) return true
  return !verified && keys.some((key) => VERIFIED.some((word) => key.includes(word)))
}

/** As much of the id as tells it apart: somebody with time can make a key whose id begins like another. */
function distinctStart(id: PeerId, others: readonly Named[]): string {
  const starts = (other: Named, length: number) =>
    other.id.slice(0, length).toLowerCase() === id.slice(0, length).toLowerCase()
  let length = MARK_LENGTH
  while (length < id.length && others.some((other) => starts(other, length))) length += 1
  return id.slice(0, length)
}

export function plainLabel(name: string): Label {
  return { name: plainName(name), mark: undefined, standing: undefined }
}

/** Of somebody who left so long ago that nothing but the name is known: it may have been anybody's. */
export function forgottenLabel({ id, name }: Pick<Named, 'id' | 'name'>): Label {
  return { ...plainLabel(name), mark: id.slice(0, MARK_LENGTH) }
}

/** The label where only text can stand. */
export function labelText({ name, mark }: Pick<Label, 'name' | 'mark'>): string {
  return mark === undefined ? name : `${name} · ${mark}`
}

export function labelWords(labels: ReadonlyMap<PeerId, Label>, peer: PeerId): string | undefined {
  const label = labels.get(peer)
  return label && labelText(label)
}

/** The author of something that was said, who may have left long ago. */
export function authorLabel(
  labels: ReadonlyMap<PeerId, Label>,
  { author, name }: { readonly author: PeerId; readonly name: string },
): Label {
  return labels.get(author) ?? forgottenLabel({ id: author, name })
}

/** The same where only text can stand. */
export const authorText = (...args: Parameters<typeof authorLabel>): string => labelText(authorLabel(...args))

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
