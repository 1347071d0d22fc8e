/**
 * One conversation as it grows: takes entries in, keeps within the limits, and gives what it holds as a value that never
 * changes - made only when somebody looks, so that a thousand entries between two drawings cost one copy. What goes when
 * it is full is retention's to say.
 */
import type { PeerId } from '../mesh'
import { type Conversation, type Entry, isMessage, type NoteEntry, type SaidEntry, weighEntry } from './conversation'
import { MAX_ENTRIES, MAX_HELD, MAX_NOTED_TOGETHER, MAX_NOTES_IN_A_ROW, MERGE_NOTES_MS } from './limits'
import { retain } from './retention'

export class ConversationLog {
  #entries: Entry[] = []
  /** UTF-16 code units or bytes held */
  #weight = 0
  #dropped = 0
  #unread = 0
  #snapshot: Conversation | undefined

  /** The same object until something changes. */
  get snapshot(): Conversation {
    this.#snapshot ??= { entries: [...this.#entries], dropped: this.#dropped, unread: this.#unread }
    return this.#snapshot
  }

  /** @param isRead whether somebody is looking at this conversation */
  add(entry: Entry, isRead: boolean): void {
    this.#snapshot = undefined
    if (!isMessage(entry)) return this.#note(entry)
    if (entry.kind === 'heard' && !isRead) this.#unread += 1
    this.#push(entry)
  }

  /** @returns whether it holds such a message of one's own, which is then changed */
  changeSaid(matches: (entry: SaidEntry) => boolean, change: (entry: SaidEntry) => SaidEntry): boolean {
    const index = this.#entries.findLastIndex((entry) => entry.kind === 'said' && matches(entry))
    const entry = this.#entries[index]
    if (entry?.kind !== 'said') return false
    this.#snapshot = undefined
    this.#entries[index] = change(entry)
    return true
  }

  /** Takes an entry out; it was withdrawn, not dropped, so nothing counts it. */
  withdraw(key: string): void {
    const index = this.#entries.findLastIndex((entry) => entry.key === key)
    const entry = this.#entries[index]
    if (!entry) return
    this.#snapshot = undefined
    this.#entries.splice(index, 1)
    this.#weight -= weighEntry(entry)
  }

  /** @returns whether anything was unread */
  markRead(): boolean {
    if (this.#unread === 0) return false
    this.#snapshot = undefined
    this.#unread = 0
    return true
  }

  #push(entry: Entry): void {
    this.#entries.push(entry)
    this.#weight += weighEntry(entry)
    if (this.#entries.length <= MAX_ENTRIES && this.#weight <= MAX_HELD) return
    const before = this.#entries
    this.#entries = [...retain(before)]
    this.#weight = this.#entries.reduce((weight, kept) => weight + weighEntry(kept), 0)
    this.#dropped += before.filter(isMessage).length - this.#entries.filter(isMessage).length
  }

  #note(entry: NoteEntry): void {
    this.#forgetOutdatedBy(entry)
    const merged = mergeNote(this.#entries.at(-1), entry)
    if (merged) this.#entries[this.#entries.length - 1] = merged
    else this.#push(entry)
  }

  /** Of notes that nothing was said between, only the latest about a person stays: a flood of renames leaves one line. */
  #forgetOutdatedBy(entry: NoteEntry): void {
    const about = new Set(entry.kind === 'note' ? entry.who : [entry.who])
    const run = this.#entries.splice(this.#entries.findLastIndex(isMessage) + 1)
    const others = run.flatMap((note) => withoutPeople(note, about))
    this.#entries.push(...others.slice(1 - MAX_NOTES_IN_A_ROW))
  }
}

function withoutPeople(entry: Entry, about: ReadonlySet<PeerId>): readonly Entry[] {
  if (entry.kind === 'renamed') return about.has(entry.who) ? [] : [entry]
  if (entry.kind !== 'note' || !entry.who.some((id) => about.has(id))) return [entry]
  const who = entry.who.filter((id) => !about.has(id))
  const names = entry.names.filter((_name, index) => who.some((id) => id === entry.who[index]))
  return who.length === 0 ? [] : [{ ...entry, who, names }]
}

function mergeNote(last: Entry | undefined, entry: NoteEntry): Entry | undefined {
  if (last?.kind !== 'note' || entry.kind !== 'note' || last.what !== entry.what) return undefined
  if (entry.at - last.at > MERGE_NOTES_MS || last.who.length >= MAX_NOTED_TOGETHER) return undefined
  return { ...last, who: [...last.who, ...entry.who], names: [...last.names, ...entry.names] }
}
