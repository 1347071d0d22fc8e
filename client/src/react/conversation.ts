/**
 * What a conversation is made of, as values that never change: what was said, with what became of it since, what is being
 * stored, and notes on who came and went. How entries become these is Transcript's; how they look the components'.
 */
import type { Data, EntryId, PeerId, Position } from '../mesh'

export const EVERYONE = 'everyone'
export type ConversationKey = typeof EVERYONE | PeerId

/** What people say here; reactions, edits and removals change what was said. */
export type Sayable =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reply'; readonly to: EntryId; readonly text: string }

export type Body =
  | { readonly kind: 'text'; readonly text: string; readonly isEdited: boolean }
  | { readonly kind: 'data'; readonly data: Data }
  | { readonly kind: 'removed' }

export interface Reaction {
  readonly emoji: string
  /** in the order in which they reacted, as all screens show it */
  readonly authors: readonly PeerId[]
}

export interface MessageItem {
  readonly kind: 'message'
  readonly key: string
  readonly id: EntryId
  readonly position: Position
  readonly author: PeerId
  readonly isOwn: boolean
  /** what the author is called, as far as known */
  readonly name: string
  /** milliseconds since 1970, never in the future; undefined when its author told nonsense */
  readonly at: number | undefined
  /** one's own, or it came when this machine's clock told the same */
  readonly isTimeCertain: boolean
  readonly isLate: boolean
  readonly body: Body
  /** what it answers */
  readonly replyTo: EntryId | undefined
  readonly reactions: readonly Reaction[]
}

/** One's own, not on the disk yet; at the end, since nobody knows its place. */
export interface PendingItem {
  readonly kind: 'pending'
  readonly key: string
  readonly at: number
  readonly content: Sayable
  /** why it could not be taken, as a clause in words; undefined while it is being stored */
  readonly failure: string | undefined
}

/** `back`: came again after having left. */
export type Movement = 'came' | 'back' | 'left'

export type NoteItem =
  | {
      readonly kind: 'note'
      readonly key: string
      readonly at: number
      readonly what: Movement
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

export type Item = MessageItem | PendingItem | NoteItem

/** What is above the oldest item: nobody knows yet, more on the disk, the beginning, or entries that nobody here holds. */
export type Top = 'unknown' | 'more' | 'beginning' | 'missing'

export interface Conversation {
  /** oldest first */
  readonly items: readonly Item[]
  readonly top: Top
  /** whether newer ones were released to make room for older ones */
  readonly isCutOff: boolean
  readonly unread: number
  /** after which reading stopped, when there was something to read; stays until somebody has looked and comes back */
  readonly marker: Position | undefined
  /** came long after they were written, since this page was opened, and nobody has seen them yet */
  readonly lateUnseen: readonly EntryId[]
}

export const EMPTY_CONVERSATION: Conversation = {
  items: [],
  top: 'unknown',
  isCutOff: false,
  unread: 0,
  marker: undefined,
  lateUnseen: [],
}

export function isNote(item: Item): item is NoteItem {
  return item.kind === 'note' || item.kind === 'renamed'
}

/** @returns what can be quoted of it, undefined of what is not text */
export function textOf({ body }: MessageItem): string | undefined {
  return body.kind === 'text' ? body.text : undefined
}

/** @returns what somebody was called when they last said something, alone or to everyone, as far as that is loaded */
export function lastNameOf(conversations: ReadonlyMap<ConversationKey, Conversation>, who: PeerId): string | undefined {
  for (const key of [who, EVERYONE] as const) {
    const last = conversations.get(key)?.items.findLast((item) => item.kind === 'message' && item.author === who)
    if (last?.kind === 'message') return last.name
  }
  return undefined
}

/** Values never change, and one with a million parts takes long to weigh. */
const weighed = new WeakMap<object, number>()

/** About what a value takes, in UTF-16 code units or bytes; a number or a brace counts as a few. */
export function weighData(data: Data): number {
  if (typeof data === 'string') return data.length
  if (data instanceof Uint8Array) return data.byteLength
  if (data === null || typeof data !== 'object') return 8
  const known = weighed.get(data)
  if (known !== undefined) return known
  let weight = 8
  for (const [key, part] of Object.entries(data)) weight += key.length + weighData(part)
  weighed.set(data, weight)
  return weight
}
