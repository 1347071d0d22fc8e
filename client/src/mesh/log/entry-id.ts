/** The ids of entries as text, which applications keep and hand back: made here, and read here and nowhere else. Rule LG2. */
import type { PeerId } from '../protocol/ids'
import type { EntryId } from './entry'

interface EntryName {
  readonly author: PeerId
  /** the one person it was said to; undefined when it was said to everyone */
  readonly to: PeerId | undefined
  readonly seq: number
}

/** 16 bytes as base64url: of the last character only two bits are used, and every other spelling would be a second one. */
const PEER = '[A-Za-z0-9_-]{21}[AQgw]'
/** No leading zero, so that one entry has one id; 16 digits are the most that a safe integer has. */
const FORM = new RegExp(`^(${PEER})(?::(${PEER}))?\\.([1-9][0-9]{0,15})$`)

/** @param to the one person it is for; undefined when it is for everyone */
export const entryId = ({ author, seq }: { readonly author: PeerId; readonly seq: number }, to?: PeerId): EntryId =>
  `${author}${to === undefined ? '' : `:${to}`}.${seq}` as EntryId

/** @returns undefined when `text` is no entry's id; that an entry of that id exists is not said */
export function parseEntryId(text: string): EntryName | undefined {
  const [, author, to, digits] = FORM.exec(text) ?? []
  const seq = Number(digits)
  if (author === undefined || !Number.isSafeInteger(seq) || author === to) return undefined
  return { author: author as PeerId, to: to as PeerId | undefined, seq }
}

export const isEntryId = (text: string): text is EntryId => parseEntryId(text) !== undefined
