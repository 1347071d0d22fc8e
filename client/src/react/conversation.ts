/**
 * What was said in one conversation, oldest first and within limits. Pure values and functions:
 * who said it and when comes from RoomStore, how it looks from the components.
 */
import type { Data, PeerId } from '../mesh'
import { MAX_ENTRIES, MAX_HELD, MERGE_NOTES_MS } from './limits'

export const EVERYONE = 'everyone'
export type ConversationKey = typeof EVERYONE | PeerId

export type Delivery =
  | { readonly kind: 'sending' }
  | { readonly kind: 'sent'; readonly delivered: number; readonly of: number }
  /** `why` is a clause in words */
  | { readonly kind: 'failed'; readonly why: string }

/** `key` names an entry for as long as the page lives; `id` is the message's own, once the library has given it one. */
export type Entry =
  | {
      readonly kind: 'heard'
      readonly key: string
      readonly at: number
      readonly from: PeerId
      readonly name: string
      readonly data: Data
    }
  | {
      readonly kind: 'said'
      readonly key: string
      readonly at: number
      readonly data: Data
      readonly id: string | undefined
      readonly delivery: Delivery
    }
  | {
      readonly kind: 'note'
      readonly key: string
      readonly at: number
      readonly what: 'came' | 'left'
      /** `who` and `names` are of the same people, in the same order */
      readonly who: readonly PeerId[]
      readonly names: readonly string[]
    }
  | {
      readonly kind: 'renamed'
      readonly key: string
      readonly at: number
      readonly who: PeerId
      readonly before: string
      readonly now: string
    }

export type SaidEntry = Extract<Entry, { kind: 'said' }>
export type HeardEntry = Extract<Entry, { kind: 'heard' }>

export interface Conversation {
  readonly entries: readonly Entry[]
  /** UTF-16 code units or bytes held */
  readonly weight: number
  /** messages that were here and are not any more */
  readonly dropped: number
  readonly unread: number
}

export const EMPTY_CONVERSATION: Conversation = { entries: [], weight: 0, dropped: 0, unread: 0 }

/** @returns the conversation with `entry` at its end, and without the oldest ones that no longer fit */
export function append(conversation: Conversation, entry: Entry): Conversation {
  const before = withoutOutdated(conversation.entries, entry)
  const merged = mergeNote(before.at(-1), entry)
  if (merged) return { ...conversation, entries: [...before.slice(0, -1), merged] }

  const entries = [...before, entry]
  let weight = conversation.weight + weigh(entry)
  let gone = 0
  let droppedMessages = 0
  // The newest entry stays, whatever it weighs: it is what somebody is waiting for.
  while (gone < entries.length - 1 && (entries.length - gone > MAX_ENTRIES || weight > MAX_HELD)) {
    const oldest = entries[gone]
    if (!oldest) break
    weight -= weigh(oldest)
    if (isMessage(oldest)) droppedMessages += 1
    gone += 1
  }
  return {
    ...conversation,
    entries: gone === 0 ? entries : entries.slice(gone),
    weight,
    dropped: conversation.dropped + droppedMessages,
  }
}

/** @returns the conversation with one own message changed; the same conversation when it holds no such message */
export function changeSaid(
  conversation: Conversation,
  matches: (entry: SaidEntry) => boolean,
  change: (entry: SaidEntry) => SaidEntry,
): Conversation {
  const index = conversation.entries.findLastIndex((entry) => entry.kind === 'said' && matches(entry))
  const entry = conversation.entries[index]
  if (entry?.kind !== 'said') return conversation
  return { ...conversation, entries: conversation.entries.with(index, change(entry)) }
}

/** @returns the conversation without that entry; it was withdrawn, not dropped, so nothing counts it */
export function withdraw(conversation: Conversation, key: string): Conversation {
  const entry = conversation.entries.find((candidate) => candidate.key === key)
  if (!entry) return conversation
  return {
    ...conversation,
    entries: conversation.entries.filter((candidate) => candidate !== entry),
    weight: conversation.weight - weigh(entry),
  }
}

export function isMessage(entry: Entry): entry is SaidEntry | HeardEntry {
  return entry.kind === 'said' || entry.kind === 'heard'
}

/** Of notes that nothing was said between, only the latest about a person stays: a flood of renames leaves one line. */
function withoutOutdated(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  if (isMessage(entry)) return entries
  const about = new Set(entry.kind === 'note' ? entry.who : [entry.who])
  const start = entries.findLastIndex(isMessage) + 1
  const run = entries.slice(start)
  const kept = run.flatMap((note) => withoutPeople(note, about))
  return kept.length === run.length && kept.every((note, index) => note === run[index])
    ? entries
    : [...entries.slice(0, start), ...kept]
}

function withoutPeople(entry: Entry, about: ReadonlySet<PeerId>): readonly Entry[] {
  if (entry.kind === 'renamed') return about.has(entry.who) ? [] : [entry]
  if (entry.kind !== 'note' || !entry.who.some((id) => about.has(id))) return [entry]
  const who = entry.who.filter((id) => !about.has(id))
  const names = entry.names.filter((_name, index) => who.some((id) => id === entry.who[index]))
  return who.length === 0 ? [] : [{ ...entry, who, names }]
}

function mergeNote(last: Entry | undefined, entry: Entry): Entry | undefined {
  if (last?.kind !== 'note' || entry.kind !== 'note' || last.what !== entry.what) return undefined
  if (entry.at - last.at > MERGE_NOTES_MS) return undefined
  return { ...last, who: [...last.who, ...entry.who], names: [...last.names, ...entry.names] }
}

function weigh(entry: Entry): number {
  return isMessage(entry) ? weighData(entry.data) : 0
}

/** About what a value takes, in code units or bytes; a number or a brace counts as a few. */
export function weighData(data: Data): number {
  if (typeof data === 'string') return data.length
  if (data instanceof Uint8Array) return data.byteLength
  if (data === null || typeof data !== 'object') return 8
  let weight = 8
  for (const [key, part] of Object.entries(data)) weight += key.length + weighData(part)
  return weight
}
