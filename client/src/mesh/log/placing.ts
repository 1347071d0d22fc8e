/**
 * Whether a unit can be delivered now: behind its author's entry before it, and after all that it refers to. Rules LG3, LG6,
 * LG7.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_LAMPORT_GAP, MAX_OTHERS_FEEDS } from '../protocol/limits'
import type { Millis } from '../runtime/clock'
import { sameBytes } from './bytes'
import type { Parent } from './entry-codec'
import { type Draft, NO_HASH } from './feeds'
import { type ChainedEntry, firstOf, lastOf, type Unit } from './runs'

export type Placing =
  /** `entries` are new and go behind what is held; `jumps` over what nobody has any more */
  | { readonly kind: 'fits'; readonly entries: readonly ChainedEntry[]; readonly jumps: boolean }
  /** what it refers to is not here yet */
  | { readonly kind: 'early'; readonly on: Parent }
  /** it is held already, or kept out for good */
  | { readonly kind: 'known' }
  /** entries of its author are missing before it */
  | { readonly kind: 'gap' }
  /** its time is far ahead of all that is known here, up to which it has to go */
  | { readonly kind: 'ahead'; readonly lamport: number }
  /** it is of one author more than there may be */
  | { readonly kind: 'full' }
  /** it does not follow what is held of its author: one of the two is forged */
  | { readonly kind: 'contradiction' }
  | { readonly kind: 'wrong'; readonly reason: string }

/** A unit, and since when it waits for what it refers to. */
export interface Early {
  readonly unit: Unit
  readonly since: Millis
}

/** @returns whether nobody is there who holds that entry, so that this need not wait for it */
export type IsGone = (missing: Parent, early: Early) => boolean

/** @param start where the author's feed begins as far as anybody here holds it; undefined when nobody was asked */
export function place(
  unit: Unit,
  draft: Draft,
  start: number | undefined,
  isGone: (missing: Parent) => boolean,
): Placing {
  const feed = draft.get(unit.author)
  const { raw: first } = firstOf(unit)
  const { raw: last } = lastOf(unit)
  if (feed?.fork && last.seq >= feed.fork.seq) return { kind: 'known' }
  const head = feed?.head ?? 0
  const hash = feed?.hash ?? NO_HASH
  if (last.seq < head) return { kind: 'known' }
  const jumps = first.seq > head + 1
  if (jumps && first.seq !== start) return { kind: 'gap' }
  if (!jumps && !continues(unit, head, hash)) return { kind: 'contradiction' }
  const entries = unit.entries.filter(({ raw }) => raw.seq > head)
  const [next] = entries
  if (!next) return { kind: 'known' }
  if (!draft.hasRoomFor(unit.author, MAX_OTHERS_FEEDS)) return { kind: 'full' }
  if (next.raw.lamport <= (feed?.lamport ?? 0)) return { kind: 'wrong', reason: 'time that runs backwards' }
  const isMissing = (parent: Parent) => !isHere(parent.author, parent.seq, draft) && !isGone(parent)
  for (const { raw } of entries) {
    const on = raw.parents.find(isMissing)
    if (on) return { kind: 'early', on }
  }
  // Times grow within a unit. One bound for all that comes: what is known of that which it follows differs from peer to peer.
  if (last.lamport > draft.lamport + MAX_LAMPORT_GAP) return { kind: 'ahead', lamport: last.lamport }
  return { kind: 'fits', entries, jumps }
}

/** @returns whether the unit has, or comes right behind, the very entry at `head` */
function continues(unit: Unit, head: number, hash: Uint8Array): boolean {
  const { raw } = firstOf(unit)
  if (raw.seq === head + 1) return sameBytes(raw.previous, hash)
  const same = unit.entries.find((entry) => entry.raw.seq === head)
  return same !== undefined && sameBytes(same.hash, hash)
}

function isHere(author: PeerId, seq: number, draft: Draft): boolean {
  const feed = draft.get(author)
  if (!feed) return !draft.hasRoomFor(author, MAX_OTHERS_FEEDS)
  return holds(author, seq, draft) || (feed.fork !== undefined && seq >= feed.fork.seq)
}

const holds = (author: PeerId, seq: number, draft: Draft): boolean => (draft.get(author)?.head ?? 0) >= seq
