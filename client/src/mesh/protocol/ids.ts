/**
 * The names of peers, of the places where they are found, and of attempts to link them. Addresses and rooms have the
 * form of the contract, which the server shares; peers are none of its business.
 */
import { type Address, ID, isAddress, isRoomId, type RoomId } from '../../../../signaling-server/src/contract-types'
import { invariant } from '../runtime/invariant'
import type { Random } from '../runtime/random'
import { fromBase64Url, toBase64Url } from './base64url'

export { type Address, isAddress, isRoomId, type RoomId }

/** Who a peer is: half a hash of the public key that it signs with, 128 bits as base64url without padding. */
export type PeerId = string & { readonly __brand: 'PeerId' }

export const ID_BYTES = 16

export const isPeerId = (text: string): text is PeerId => ID.test(text)

/** For text that has to be an id unless we made a mistake. */
export function toPeerId(text: string): PeerId {
  invariant(isPeerId(text), 'a peer id is 22 base64url characters')
  return text
}

/** For text that has to be an address unless we made a mistake. */
export function toAddress(text: string): Address {
  invariant(isAddress(text), 'an address is 22 base64url characters')
  return text
}

export const newAddress = (random: Random): Address => toAddress(toBase64Url(random.bytes(ID_BYTES)))

export function toRoomId(bytes: Uint8Array): RoomId {
  const text = toBase64Url(bytes.subarray(0, ID_BYTES))
  invariant(isRoomId(text), 'a room id is 22 base64url characters')
  return text
}

/** @returns the 16 bytes that the id spells */
export function idToBytes(id: PeerId | RoomId): Uint8Array {
  const bytes = fromBase64Url(id)
  invariant(bytes?.length === ID_BYTES, 'an id spells 16 bytes')
  return bytes
}

/** Names one attempt to link two peers, so that signals of an earlier attempt are never taken for this one's. */
export const newSessionId = (random: Random): string => toBase64Url(random.bytes(8))
