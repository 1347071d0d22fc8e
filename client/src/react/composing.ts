/** What stands in the box of a conversation, and what it will be when it is sent. Pure. */
import type { EntryId } from '../mesh'

export type Composing =
  | { readonly kind: 'new'; readonly text: string }
  | { readonly kind: 'reply'; readonly text: string; readonly to: EntryId }
  /** `aside` is what stood there before, and comes back afterwards */
  | { readonly kind: 'edit'; readonly text: string; readonly id: EntryId; readonly aside: string }

export const NOTHING_YET: Composing = { kind: 'new', text: '' }

/** What is being edited is set aside for good: the two do not mix. */
export function replyTo(composing: Composing, to: EntryId): Composing {
  return { kind: 'reply', to, text: composing.kind === 'edit' ? composing.aside : composing.text }
}

export function editOf(composing: Composing, id: EntryId, text: string): Composing {
  return { kind: 'edit', id, text, aside: composing.kind === 'edit' ? composing.aside : composing.text }
}

/** It becomes an ordinary message again, or what was set aside comes back. */
export function cancel(composing: Composing): Composing {
  return { kind: 'new', text: composing.kind === 'edit' ? composing.aside : composing.text }
}

/** It was sent. */
export function sent(composing: Composing): Composing {
  return { kind: 'new', text: composing.kind === 'edit' ? composing.aside : '' }
}

/** It could not be sent as it is: back into the box, before what was typed since. */
export function handBack(before: Composing, since: Composing): Composing {
  if (before.kind === 'edit') return since.kind === 'new' ? { ...before, aside: since.text } : since
  const text = since.text === '' ? before.text : `${before.text}\n${since.text}`
  return since.kind === 'new' ? { ...before, text } : { ...since, text }
}
