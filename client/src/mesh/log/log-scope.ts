/**
 * Which log an entry belongs to: that of a room, or that of two people in it. What was written for one means nothing in
 * another, since the scope is part of what is hashed (entry-codec.ts), and ids name it (entry-id.ts). Rules LG2, LG4.
 */
import { concatBytes } from '@noble/hashes/utils.js'
import { idToBytes, type PeerId, type RoomId } from '../protocol/ids'
import { invariant } from '../runtime/invariant'
import type { EntryId } from './entry'
import { entryId, parseEntryId } from './entry-id'

export interface LogScope {
  readonly room: RoomId
  /** The two who share it, the smaller id first; undefined when it is everyone's. */
  readonly pair: readonly [PeerId, PeerId] | undefined
  /** The same as bytes: how many people share it alone, 0 or 2, then the room's 16 bytes and 16 for each of those. */
  readonly bytes: Uint8Array
}

export const scopeOfRoom = (room: RoomId): LogScope => ({
  room,
  pair: undefined,
  bytes: concatBytes(Uint8Array.of(0), idToBytes(room)),
})

/** @returns the same whichever of the two is named first */
export function scopeOfPair(room: RoomId, one: PeerId, other: PeerId): LogScope {
  invariant(one !== other, 'nobody shares a log with itself')
  const pair = one < other ? ([one, other] as const) : ([other, one] as const)
  return { room, pair, bytes: concatBytes(Uint8Array.of(2), idToBytes(room), ...pair.map(idToBytes)) }
}

/** @returns whether that peer may have a feed in this log */
export const isAuthorIn = ({ pair }: LogScope, peer: PeerId): boolean => pair === undefined || pair.includes(peer)

/** @returns whom entries of `author` in this log are for; undefined when they are for everyone */
export const addresseeIn = ({ pair }: LogScope, author: PeerId): PeerId | undefined =>
  pair === undefined ? undefined : author === pair[0] ? pair[1] : pair[0]

/** @param position of an author who may have a feed in this log */
export const entryIdIn = (scope: LogScope, position: { readonly author: PeerId; readonly seq: number }): EntryId =>
  entryId(position, addresseeIn(scope, position.author))

/** @returns whether that is the id of an entry in this log, should there be one */
export function isEntryIdIn(scope: LogScope, id: EntryId): boolean {
  const name = parseEntryId(id)
  return name !== undefined && isAuthorIn(scope, name.author) && addresseeIn(scope, name.author) === name.to
}
