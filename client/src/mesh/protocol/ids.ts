/** The names of peers and of attempts to link them. Their form is the contract's, which the server shares. */
import { isPeerId, isRoomId, type PeerId, type RoomId } from '../../../../signaling-server/src/contract-types'
import { invariant } from '../runtime/invariant'
import type { Random } from '../runtime/random'
import { toBase64Url } from './base64url'

export { isPeerId, type PeerId, type RoomId }

const ID_BYTES = 16

/** For text that has to be an id unless we made a mistake. */
export function toPeerId(text: string): PeerId {
  invariant(isPeerId(text), 'a peer id is 22 base64url characters')
  return text
}

/** A peer is one tab's stay in one room. */
export const newPeerId = (random: Random): PeerId => toPeerId(toBase64Url(random.bytes(ID_BYTES)))

export function toRoomId(bytes: Uint8Array): RoomId {
  const text = toBase64Url(bytes.subarray(0, ID_BYTES))
  invariant(isRoomId(text), 'a room id is 22 base64url characters')
  return text
}

/** Names one attempt to link two peers, so that signals of an earlier attempt are never taken for this one's. */
export const newSessionId = (random: Random): string => toBase64Url(random.bytes(8))
