/** What an entry says, in the forms that every application knows. Rules LG10, LG11. */
import type { Data } from '../protocol/data'
import type { EntryId } from './entry'

export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reply'; readonly to: EntryId; readonly text: string }
  /** `present` false takes an earlier one of the same author back */
  | { readonly kind: 'reaction'; readonly to: EntryId; readonly emoji: string; readonly present: boolean }
  /** counts only when the entry that it changes is of the same author; the last one in the order holds */
  | { readonly kind: 'edit'; readonly to: EntryId; readonly text: string }
  /** counts only when the entry that it removes is of the same author */
  | { readonly kind: 'removal'; readonly to: EntryId }
  /** what its author is called from here on; rooms write it by themselves */
  | { readonly kind: 'name'; readonly name: string }
  /** whatever an application makes of it */
  | { readonly kind: 'data'; readonly data: Data }
  /** of a kind that this version does not know, or malformed, or sealed with another key: carried, and shown to nobody */
  | { readonly kind: 'unknown' }

/** What applications may write; the rest is the room's own. */
export type Writable = Exclude<Content, { kind: 'name' | 'unknown' }>
