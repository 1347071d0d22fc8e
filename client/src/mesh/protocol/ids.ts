/** The names of peers and of attempts to link them. Their form is the contract's, which the server shares. */

import * as v from 'valibot'
import { type PeerId, PeerIdSchema, type RoomId, RoomIdSchema } from '../../../../signaling-server/src/contract'
import type { Random } from '../runtime/random'
import { toBase64Url } from './base64url'

export { type PeerId, PeerIdSchema, type RoomId, RoomIdSchema }

const ID_BYTES = 16

/** A peer is one tab's stay in one room. */
export const newPeerId = (random: Random): PeerId => v.parse(PeerIdSchema, toBase64Url(random.bytes(ID_BYTES)))

export const toRoomId = (bytes: Uint8Array): RoomId => v.parse(RoomIdSchema, toBase64Url(bytes.subarray(0, ID_BYTES)))

/** Names one attempt to link two peers, so that signals of an earlier attempt are never taken for this one's. */
export const newSessionId = (random: Random): string => toBase64Url(random.bytes(8))
