/** What was said: one entry of one author's feed, as applications see it, and where it stands among all others. Rule LG3. */
import type { PeerId } from '../protocol/ids'
import type { Millis } from '../runtime/clock'
import type { Content } from './content'

/** The same on every screen: the author and the number in its feed; between two people, the one it is for as well. */
export type EntryId = string & { readonly __brand: 'EntryId' }

/** Where an entry stands: by Lamport time, then author, then number. All screens show this order. */
export interface Position {
  readonly lamport: number
  readonly author: PeerId
  readonly seq: number
}

export interface Entry extends Position {
  readonly id: EntryId
  /** the one person it was said to; undefined when it was said to everyone */
  readonly to: PeerId | undefined
  /** what its author is called, as far as this peer knows */
  readonly name: string | undefined
  /** milliseconds since 1970 by the author's clock, which may be wrong */
  readonly at: Millis
  /** It came long after it was written, when later ones were here already. */
  readonly late: boolean
  readonly content: Content
}

/** @returns below zero when `a` comes before `b` */
export function comparePositions(a: Position, b: Position): number {
  if (a.lamport !== b.lamport) return a.lamport - b.lamport
  if (a.author !== b.author) return a.author < b.author ? -1 : 1
  return a.seq - b.seq
}
