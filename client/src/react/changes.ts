/**
 * What became of entries since they were written: edits and removals by their own authors, and reactions by anybody.
 * Knows nothing of the entries themselves, so a change may come before what it changes. Only the last one in the log's
 * order holds, in whichever order they come. Pure but for holding what it was given.
 */
import { comparePositions, type Entry, type EntryId, type PeerId, type Position } from '../mesh'
import type { Reaction } from './conversation'
import { isEmoji } from './emoji'
import { MAX_CHANGED_UNLOADED, MAX_EMOJI_EACH, MAX_REACTIONS_SHOWN } from './limits'

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
}

export interface Change {
  /** what it says now; undefined when it was never edited */
  readonly text: string | undefined
  readonly isRemoved: boolean
  readonly reactions: readonly Reaction[]
}

const UNCHANGED: Change = { text: undefined, isRemoved: false, reactions: [] }

export class Changes {
  readonly #records = new Map<EntryId, Record>()

  /** @returns whether anything is different now */
  add(entry: Entry): boolean {
    const { content, author, id, lamport, seq } = entry
    const placed = { id, lamport, author, seq }
    switch (content.kind) {
      case 'edit':
        return setLater(this.#recordOf(content.to).edits, { ...placed, text: content.text })
      case 'removal':
        return setLater(this.#recordOf(content.to).removals, placed)
      case 'reaction': {
        if (!isEmoji(content.emoji)) return false
        const mood = { ...placed, emoji: content.emoji, isPresent: content.present }
        return setMood(this.#recordOf(content.to).moods, mood)
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
    const record = this.#records.get(id)
    if (record === undefined) return UNCHANGED
    return {
      text: record.edits.get(author)?.text,
      isRemoved: record.removals.has(author),
      reactions: gather([...record.moods.values()].flat()),
    }
  }

  /** Takes out the changes that these entries made. @returns what they had changed */
  remove(ids: ReadonlySet<EntryId>): readonly EntryId[] {
    const touched: EntryId[] = []
    for (const [target, { edits, removals, moods }] of this.#records) {
      const before = edits.size + removals.size + countMoods(moods)
      for (const placed of [edits, removals]) {
        for (const [author, { id }] of placed) if (ids.has(id)) placed.delete(author)
      }
      for (const [author, own] of moods) {
        moods.set(
          author,
          own.filter(({ id }) => !ids.has(id)),
        )
      }
      if (edits.size + removals.size + countMoods(moods) < before) touched.push(target)
    }
    return touched
  }

  /** Keeps within the limit: the changes known for longest, of what is not loaded, go first. */
  forgetMany(isLoaded: (id: EntryId) => boolean): void {
    const unloaded = [...this.#records.keys()].filter((id) => !isLoaded(id))
    for (const id of unloaded.slice(0, Math.max(0, unloaded.length - MAX_CHANGED_UNLOADED))) this.#records.delete(id)
  }

  #recordOf(id: EntryId): Record {
    let record = this.#records.get(id)
    if (record === undefined) {
      record = { edits: new Map(), removals: new Map(), moods: new Map() }
      this.#records.set(id, record)
    }
    return record
  }
}

/** @returns whether it is later than what was there */
function setLater<T extends Placed>(placed: Map<PeerId, T>, next: T): boolean {
  const known = placed.get(next.author)
  if (known !== undefined && comparePositions(known, next) >= 0) return false
  placed.set(next.author, next)
  return true
}

function setMood(moods: Map<PeerId, Mood[]>, next: Mood): boolean {
  const own = moods.get(next.author) ?? []
  const known = own.find(({ emoji }) => emoji === next.emoji)
  if (known !== undefined && comparePositions(known, next) >= 0) return false
  const others = own.filter((mood) => mood !== known)
  // Somebody who tries out every sign there is shows the latest.
  moods.set(next.author, [...others, next].sort(comparePositions).slice(-MAX_EMOJI_EACH))
  return true
}

function countMoods(moods: ReadonlyMap<PeerId, readonly Mood[]>): number {
  let count = 0
  for (const own of moods.values()) count += own.length
  return count
}

function gather(moods: readonly Mood[]): readonly Reaction[] {
  const authors = new Map<string, PeerId[]>()
  for (const { emoji, isPresent, author } of [...moods].sort(comparePositions)) {
    if (isPresent) authors.set(emoji, [...(authors.get(emoji) ?? []), author])
  }
  return [...authors].slice(0, MAX_REACTIONS_SHOWN).map(([emoji, by]) => ({ emoji, authors: by }))
}
