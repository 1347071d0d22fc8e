/** The one class of error that a caller of the library can act on, with its closed list of reasons. */
import type { Address, PeerId } from './ids'

export const ROOM_ERROR_REASONS = [
  /** the room link or name cannot be read */
  'bad-link',
  /** the room has a name, and so a password, which was not given */
  'needs-password',
  /** somebody is in the room with another password, and nobody with this one */
  'wrong-password',
  /** the value is not made of JSON-like values and bytes */
  'bad-data',
  /** the value is larger than one message may be; `limit` and `size` are in bytes */
  'too-large',
  /** no member of that id is known */
  'unknown-peer',
  /** the member left, or could not be reached for too long */
  'unreachable',
  /** too much waits for that member's acknowledgement; send again when earlier sends have settled */
  'overloaded',
  /** no answer came in time */
  'timeout',
  /** the caller's signal aborted the request */
  'aborted',
  /** the member has no handler for that topic */
  'no-handler',
  /** the member's handler failed; its words are in the message */
  'handler-failed',
  /** this browser has no WebRTC */
  'unsupported',
  /** the signaling server refused: the room is full, the version differs, too many requests */
  'refused',
  /** the member's page speaks another version of the protocol */
  'incompatible',
  /** the member broke the rules and was cut off */
  'misbehaving',
  /** the member wrote two versions of the same messages; what contradicts is kept out */
  'forked',
  /** it is so for now, but the browser would not remember it */
  'not-stored',
  /** the room was left */
  'left',
] as const

export type RoomErrorReason = (typeof ROOM_ERROR_REASONS)[number]

export interface RoomErrorDetails {
  readonly peer?: PeerId
  /** of somebody who was never met, so that nobody knows who it is */
  readonly address?: Address
  /** bytes */
  readonly limit?: number
  /** bytes */
  readonly size?: number
}

export class RoomError extends Error {
  override readonly name = 'RoomError'
  constructor(
    readonly reason: RoomErrorReason,
    message: string,
    readonly details: RoomErrorDetails = {},
  ) {
    super(message)
  }
}
