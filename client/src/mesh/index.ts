/** Starling's mesh library: all that is public. */
export type { IceServer } from '../../../signaling-server/src/contract-types'
export { parseRoomLink, type RoomAddress, type RoomLink } from './identity/room-link'
export { type JoinOptions, joinRoom } from './join-room'
export type { IntroductionFault } from './link/introducer'
export type { Content, Writable } from './log/content'
export { comparePositions, type Entry, type EntryId, type Position } from './log/entry'
export type { HistoryPage } from './log/history'
export type { Receipt } from './log/logs'
export type { Member } from './membership/roster'
export type { Handler, RequestOptions } from './messaging/requests'
export type { RoomSignal } from './messaging/signals'
export type { Data } from './protocol/data'
export { RoomError, type RoomErrorDetails, type RoomErrorReason } from './protocol/errors'
export type { Address, PeerId, RoomId } from './protocol/ids'
export {
  MAX_MESSAGE_BYTES,
  MAX_NAME_LENGTH,
  MAX_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH,
} from './protocol/limits'
export type { Room, RoomEvents, RoomStatus } from './room'
export { browserStore, memoryStore, type Store } from './runtime/store'
export type { SignalingState } from './signaling/signaling'
