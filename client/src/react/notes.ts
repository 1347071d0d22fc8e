/**
 * The notes of a conversation: who came, left or has another name, each after what was said before it. They live as long
 * as the page, and stay few: people who come together are one line, and of a crowd only the latest shows. Pure but for
 * holding what it was given.
 */
import { comparePositions, type PeerId, type Position } from '../mesh'
import type { NoteItem } from './conversation'
import { MAX_NOTED_TOGETHER, MAX_NOTES, MAX_NOTES_IN_A_ROW, MERGE_NOTES_MS } from './limits'

interface Placed {
  readonly note: NoteItem
  /** what was the newest when it came; undefined when nothing was said before */
  readonly after: Position | undefined
}

export class Notes {
  #placed: readonly Placed[] = []

  add(note: NoteItem, after: Position | undefined): void {
    const about = new Set(note.kind === 'note' ? note.who : [note.who])
    const start = this.#placed.findLastIndex((placed) => !isSamePlace(placed.after, after)) + 1
    const earlier = this.#placed.slice(0, start)
    // Of notes that nothing was said between, only the latest about a person stays: a flood of renames leaves one line.
    const row = this.#placed.slice(start).flatMap((placed) => withoutPeople(placed, about))
    const last = row.at(-1)
    const merged = last && mergeNotes(last.note, note)
    const next = merged ? [...row.slice(0, -1), { note: merged, after }] : [...row, { note, after }]
    this.#placed = [...earlier, ...next.slice(-MAX_NOTES_IN_A_ROW)].slice(-MAX_NOTES)
  }

  /**
   * @param messages in order
   * @param isFromStart whether nothing is missing before the first of them
   * @returns them with the notes in their places; those before the first that is loaded are left out
   */
  mergeInto<T extends { readonly position: Position }>(
    messages: readonly T[],
    isFromStart: boolean,
  ): readonly (T | NoteItem)[] {
    if (this.#placed.length === 0) return messages
    const merged: (T | NoteItem)[] = []
    let next = 0
    const [first] = messages
    for (const { note, after } of this.#placed) {
      const isBefore = first !== undefined && (after === undefined || comparePositions(after, first.position) < 0)
      if (isBefore && !isFromStart) continue
      for (let message = messages[next]; message !== undefined; message = messages[++next]) {
        if (after === undefined || comparePositions(message.position, after) > 0) break
        merged.push(message)
      }
      merged.push(note)
    }
    return [...merged, ...messages.slice(next)]
  }
}

function isSamePlace(a: Position | undefined, b: Position | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return comparePositions(a, b) === 0
}

function withoutPeople(placed: Placed, about: ReadonlySet<PeerId>): readonly Placed[] {
  const { note, after } = placed
  if (note.kind === 'renamed') return about.has(note.who) ? [] : [placed]
  if (!note.who.some((id) => about.has(id))) return [placed]
  const who = note.who.filter((id) => !about.has(id))
  const names = note.names.filter((_name, index) => who.some((id) => id === note.who[index]))
  return who.length === 0 ? [] : [{ note: { ...note, who, names }, after }]
}

function mergeNotes(last: NoteItem, note: NoteItem): NoteItem | undefined {
  if (last.kind !== 'note' || note.kind !== 'note' || last.what !== note.what) return undefined
  if (note.at - last.at > MERGE_NOTES_MS || last.who.length >= MAX_NOTED_TOGETHER) return undefined
  return { ...last, who: [...last.who, ...note.who], names: [...last.names, ...note.names] }
}
