/** The part of a room that the pages lean on. */
import type { Room } from '../mesh'

export type RoomPort = Pick<
  Room,
  | 'id'
  | 'link'
  | 'self'
  | 'members'
  | 'status'
  | 'on'
  | 'broadcast'
  | 'send'
  | 'history'
  | 'conversations'
  | 'delivery'
  | 'signal'
  | 'rename'
  | 'safetyCode'
  | 'setVerified'
  | 'leave'
  | 'forget'
>
