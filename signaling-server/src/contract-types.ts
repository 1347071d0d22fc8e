/**
 * What applications see of the contract, too: ids and ICE servers, as plain types. No schemas here: the library's
 * published declarations reach this file, and must make sense where no package of ours is installed.
 */

/** 128 bits as base64url without padding. */
export const ID = /^[A-Za-z0-9_-]{22}$/

export type PeerId = string & { readonly __brand: 'PeerId' }
export type RoomId = string & { readonly __brand: 'RoomId' }

export const isPeerId = (text: string): text is PeerId => ID.test(text)
export const isRoomId = (text: string): text is RoomId => ID.test(text)

/** A STUN or TURN server. */
export interface IceServer {
  urls: string | string[]
  username?: string
  credential?: string
}
