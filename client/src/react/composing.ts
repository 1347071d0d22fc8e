/** What stands in the box of a conversation, and what it will be when it is sent. Pure. */
import type { EntryId } from '../mesh'

type Message =
  | { readonly kind: 'new'; readonly text: string }
  | { readonly kind: 'reply'; readonly text: string; readonly to: EntryId }

export type Composing =
  | Message
  /** `aside` is what stood there before, and comes back afterwards */
  | { readonly kind: 'edit'; readonly text: string; readonly id: EntryId; readonly aside: Message }

export const NOTHING_YET: Message = { kind: 'new', text: '' }

/** What is being edited is set aside for good: the two do not mix. */
export function replyTo(composing: Composing, to: EntryId): Composing {
  return { kind: 'reply', to, text: messageOf(composing).text }
}

export function editOf(composing: Composing, id: EntryId, text: string): Composing {
  return { kind: 'edit', id, text, aside: messageOf(composing) }
}

/** It becomes an ordinary message again, or what was set aside comes back. */
export function cancel(composing: Composing): Composing {
  return composing.kind === 'edit' ? composing.aside : { kind: 'new', text: composing.text }
}

/** It was sent. */
export function sent(composing: Composing): Composing {
  return composing.kind === 'edit' ? composing.aside : NOTHING_YET
}

/** It could not be sent as it is: back into the box, before what was typed since. */
export function handBack(before: Composing, since: Composing): Composing {
  if (before.kind === 'edit') return since.kind === 'edit' ? since : { ...before, aside: since }
  return since.kind === 'edit' ? { ...since, aside: join(before, since.aside) } : join(before, since)
}

/** What is being edited was removed: its text becomes a message of its own, before what was set aside. */
export function removedFrom(composing: Composing, id: EntryId): Composing {
  if (composing.kind !== 'edit' || composing.id !== id) return composing
  return join({ kind: 'new', text: composing.text }, composing.aside)
}

function messageOf(composing: Composing): Message {
  return composing.kind === 'edit' ? composing.aside : composing
}

function join(before: Message, since: Message): Message {
  const text = since.text === '' ? before.text : `${before.text}\n${since.text}`
  return since.kind === 'new' ? { ...before, text } : { ...since, text }
}
