/** What a room's secret is turned into. Each use has its own label, so that none tells anything of another. Rule RL5. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { type RoomId, toRoomId } from '../protocol/ids'
import type { RoomAddress } from './room-link'

const derive = (secret: Uint8Array, label: string): Uint8Array =>
  hkdf(sha256, secret, undefined, utf8ToBytes(`starling/1 ${label}`), 16)

/** All that a signaling server learns of a room. */
export function deriveRoomId(address: RoomAddress): RoomId {
  const secret = address.kind === 'secret' ? address.secret : derive(utf8ToBytes(address.name), 'room name')
  return toRoomId(derive(secret, 'room id'))
}
