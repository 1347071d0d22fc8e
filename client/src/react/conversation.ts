/**
 * What a conversation is made of. Pure values and functions: how it grows is ConversationLog's, who said it and when
 * comes from RoomStore, how it looks from the components.
 */
import type { Data, PeerId } from '../mesh'

export const EVERYONE = 'everyone'
export type ConversationKey = typeof EVERYONE | PeerId

export type Delivery =
  | { readonly kind: 'sending' }
  | { readonly kind: 'sent'; readonly delivered: number; readonly of: number }
  /** `why` is a clause in words */
  | { readonly kind: 'failed'; readonly why: string }

/** `back`: came again after having left. */
export type Movement = 'came' | 'back' | 'left'

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

export type SaidEntry = Extract<Entry, { kind: 'said' }>
export type HeardEntry = Extract<Entry, { kind: 'heard' }>
export type NoteEntry = Extract<Entry, { kind: 'note' | 'renamed' }>

export interface Conversation {
  /** oldest first */
  readonly entries: readonly Entry[]
  /** messages that were here and are not any more */
  readonly dropped: number
  readonly unread: number
}

export const EMPTY_CONVERSATION: Conversation = { entries: [], dropped: 0, unread: 0 }

export function isMessage(entry: Entry): entry is SaidEntry | HeardEntry {
  return entry.kind === 'said' || entry.kind === 'heard'
}

/** Values never change, and one with a million parts takes long to weigh. */
const weighed = new WeakMap<object, number>()

/** @returns UTF-16 code units or bytes */
export function weighEntry(entry: Entry): number {
  if (!isMessage(entry)) return 0
  const { data } = entry
  if (data === null || typeof data !== 'object') return weighData(data)
  const weight = weighed.get(data) ?? weighData(data)
  weighed.set(data, weight)
  return weight
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
