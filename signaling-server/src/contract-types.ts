/**
 * What applications see of the contract, too: ids and ICE servers, as plain types. No schemas here: the library's
 * published declarations reach this file, and must make sense where no package of ours is installed.
 */

/** 128 bits as base64url without padding. */
export const ID = /^[A-Za-z0-9_-]{22}$/

/**
 * Where a peer is to be found in a room, for as long as this run of its page lasts: random, and drawn anew by every run,
 * so that a server cannot tell who came back. Who the peer is stands inside the boxes, which no server opens.
 */
export type Address = string & { readonly __brand: 'Address' }
export type RoomId = string & { readonly __brand: 'RoomId' }

export const isAddress = (text: string): text is Address => ID.test(text)
export const isRoomId = (text: string): text is RoomId => ID.test(text)

/** A STUN or TURN server. */
export interface IceServer {
  urls: string | string[]
  username?: string
  credential?: string
}
