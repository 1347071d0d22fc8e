/**
 * What became of entries since they were written: edits and removals by their own authors, and reactions by anybody.
 * Knows nothing of the entries themselves but who wrote those that are loaded, so a change may come before what it
 * changes; what waits so for entries that may never come is bounded. Only the last one in the log's order holds, in
 * whichever order they come. Pure but for holding what it was given.
 */
import { comparePositions, type Entry, type EntryId, type PeerId, type Position } from '../mesh'
import type { Reaction } from './conversation'
import { isEmoji } from './emoji'
import {
  CHANGE_WEIGHT,
  KEPT_SHARE,
  MAX_CHANGED_UNLOADED,
  MAX_CHANGES_UNLOADED,
  MAX_EMOJI_EACH,
  MAX_REACTIONS_SHOWN,
} from './limits'

interface Placed extends Position {
  readonly id: EntryId
}

interface Edit extends Placed {
  readonly text: string
}

interface Mood extends Placed {
  readonly emoji: string
  readonly isPresent: boolean
}

/** Of one entry, by the author of the change: who wrote the entry is known only when it is loaded. */
interface Record {
  readonly edits: Map<PeerId, Edit>
  readonly removals: Map<PeerId, Placed>
  readonly moods: Map<PeerId, Mood[]>
  weight: number
}

export interface Change {
  /** what it says now; undefined when it was never edited */
  readonly text: string | undefined
  readonly isRemoved: boolean
  readonly reactions: readonly Reaction[]
}

const UNCHANGED: Change = { text: undefined, isRemoved: false, reactions: [] }

export class Changes {
  /** of what is not loaded; those known for longest first */
  readonly #waiting = new Map<EntryId, Record>()
  readonly #loaded = new Map<EntryId, Record>()
  #waitingWeight = 0
  #loadedWeight = 0

  /** UTF-16 code units and a little for each change, of what is loaded. */
  get loadedWeight(): number {
    return this.#loadedWeight
  }

  weightOf(id: EntryId): number {
    return this.#loaded.get(id)?.weight ?? 0
  }

  /**
   * @param owner who wrote what it changes; undefined while that is not loaded
   * @returns whether anything is different now
   */
  add(entry: Entry, owner: PeerId | undefined): boolean {
    const { content, author, id, lamport, seq } = entry
    const placed = { id, lamport, author, seq }
    const isForeign = owner !== undefined && owner !== author
    switch (content.kind) {
      case 'edit':
        if (isForeign) return false
        return this.#change(content.to, owner, ({ edits }) => setLater(edits, { ...placed, text: content.text }))
      case 'removal':
        if (isForeign) return false
        return this.#change(content.to, owner, ({ removals }) => setLater(removals, placed))
      case 'reaction': {
        if (!isEmoji(content.emoji)) return false
        const mood = { ...placed, emoji: content.emoji, isPresent: content.present }
        return this.#change(content.to, owner, ({ moods }) => setMood(moods, mood))
      }
      default:
        return false
    }
  }

  targetOf({ content }: Entry): EntryId | undefined {
    return content.kind === 'edit' || content.kind === 'removal' || content.kind === 'reaction' ? content.to : undefined
  }

  /** @param author of the entry: what others edit or remove does not count */
  of(id: EntryId, author: PeerId): Change {
    const record = this.#loaded.get(id)
    if (record === undefined) return UNCHANGED
    return {
      text: record.edits.get(author)?.text,
      isRemoved: record.removals.has(author),
      reactions: gather([...record.moods.values()].flat()),
    }
  }

  /** An entry is loaded: what others than its author would make of it goes. */
  load(id: EntryId, owner: PeerId): void {
    const record = this.#waiting.get(id)
    if (record === undefined) return
    this.#waiting.delete(id)
    this.#waitingWeight -= record.weight
    for (const placed of [record.edits, record.removals]) {
      for (const author of placed.keys()) if (author !== owner) placed.delete(author)
    }
    record.weight = weigh(record)
    if (record.weight === 0) return
    this.#loaded.set(id, record)
    this.#loadedWeight += record.weight
  }

  /** An entry is loaded no more; what became of it stays known, within limits, in case it is loaded again. */
  release(id: EntryId): void {
    const record = this.#loaded.get(id)
    if (record === undefined) return
    this.#loaded.delete(id)
    this.#loadedWeight -= record.weight
    this.#waiting.set(id, record)
    this.#waitingWeight += record.weight
    this.#forgetMany()
  }

  /** Takes out the changes that these entries made. @returns what they had changed */
  remove(ids: ReadonlySet<EntryId>): readonly EntryId[] {
    const touched: EntryId[] = []
    for (const records of [this.#loaded, this.#waiting]) {
      for (const [target, record] of records) {
        if (!takeOut(record, ids)) continue
        touched.push(target)
        const before = record.weight
        record.weight = weigh(record)
        if (records === this.#loaded) this.#loadedWeight += record.weight - before
        else this.#waitingWeight += record.weight - before
        if (record.weight === 0) records.delete(target)
      }
    }
    return touched
  }

  /** @param set returns by how much it weighs more now; undefined when nothing is different */
  #change(target: EntryId, owner: PeerId | undefined, set: (record: Record) => number | undefined): boolean {
    const records = owner === undefined ? this.#waiting : this.#loaded
    const record = records.get(target) ?? { edits: new Map(), removals: new Map(), moods: new Map(), weight: 0 }
    const more = set(record)
    if (more === undefined) return false
    records.set(target, record)
    record.weight += more
    if (owner !== undefined) this.#loadedWeight += more
    else {
      this.#waitingWeight += more
      this.#forgetMany()
    }
    return true
  }

  /** Anybody can change what does not exist, as often as they like. Many go at once, so that each costs little. */
  #forgetMany(): void {
    if (this.#waiting.size <= MAX_CHANGED_UNLOADED && this.#waitingWeight <= MAX_CHANGES_UNLOADED) return
    for (const [id, { weight }] of this.#waiting) {
      const isWithin =
        this.#waiting.size <= MAX_CHANGED_UNLOADED * KEPT_SHARE &&
        this.#waitingWeight <= MAX_CHANGES_UNLOADED * KEPT_SHARE
      if (isWithin) return
      this.#waiting.delete(id)
      this.#waitingWeight -= weight
    }
  }
}

/** @returns by how much it weighs more; undefined when what was there is later */
function setLater<T extends Placed | Edit>(placed: Map<PeerId, T>, next: T): number | undefined {
  const known = placed.get(next.author)
  if (known !== undefined && comparePositions(known, next) >= 0) return undefined
  placed.set(next.author, next)
  return weighChange(next) - (known === undefined ? 0 : weighChange(known))
}

function setMood(moods: Map<PeerId, Mood[]>, next: Mood): number | undefined {
  const own = moods.get(next.author) ?? []
  const known = own.find(({ emoji }) => emoji === next.emoji)
  if (known !== undefined && comparePositions(known, next) >= 0) return undefined
  const others = own.filter((mood) => mood !== known)
  // Somebody who tries out every sign there is shows the latest.
  const kept = [...others, next].sort(comparePositions).slice(-MAX_EMOJI_EACH)
  moods.set(next.author, kept)
  return (kept.length - own.length) * CHANGE_WEIGHT
}

/** @returns whether any of it was there */
function takeOut({ edits, removals, moods }: Record, ids: ReadonlySet<EntryId>): boolean {
  let isAny = false
  for (const placed of [edits, removals]) {
    for (const [author, { id }] of placed) if (ids.has(id)) isAny = placed.delete(author)
  }
  for (const [author, own] of moods) {
    const left = own.filter(({ id }) => !ids.has(id))
    if (left.length === own.length) continue
    isAny = true
    if (left.length > 0) moods.set(author, left)
    else moods.delete(author)
  }
  return isAny
}

const weighChange = (change: Placed | Edit): number => CHANGE_WEIGHT + ('text' in change ? change.text.length : 0)

function weigh({ edits, removals, moods }: Record): number {
  let weight = removals.size * CHANGE_WEIGHT
  for (const edit of edits.values()) weight += weighChange(edit)
  for (const own of moods.values()) weight += own.length * CHANGE_WEIGHT
  return weight
}

function gather(moods: readonly Mood[]): readonly Reaction[] {
  const authors = new Map<string, PeerId[]>()
  for (const { emoji, isPresent, author } of [...moods].sort(comparePositions)) {
    if (isPresent) authors.set(emoji, [...(authors.get(emoji) ?? []), author])
  }
  return [...authors].slice(0, MAX_REACTIONS_SHOWN).map(([emoji, by]) => ({ emoji, authors: by }))
}
