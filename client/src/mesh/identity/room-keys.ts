/** What a room's secret is turned into. Each use has its own label, so that none tells anything of another. Rules RL5, RL6. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { ID_BYTES, type RoomId, toRoomId } from '../protocol/ids'

export interface RoomKeys {
  /** all that a signaling server learns of a room */
  readonly id: RoomId
  /** what introductions are sealed with */
  readonly sealing: Uint8Array
}

const SEALING_KEY_BYTES = 32

const derive = (secret: Uint8Array, label: string, length: number): Uint8Array =>
  hkdf(sha256, secret, undefined, utf8ToBytes(`starling/1 ${label}`), length)

/** The keys of a room with a secret of its own, which is in its link. */
export const deriveRoomKeys = (secret: Uint8Array): RoomKeys => ({
  id: toRoomId(derive(secret, 'room id', ID_BYTES)),
  sealing: derive(secret, 'sealing', SEALING_KEY_BYTES),
})

/**
 * The id of a room with a name, which comes from the name alone, so that people who have different passwords meet, and
 * can be told why they do not understand one another.
 */
export const namedRoomId = (name: string): RoomId =>
  toRoomId(derive(derive(utf8ToBytes(name), 'room name', ID_BYTES), 'room id', ID_BYTES))

/** @param passwordHash see password-hash.ts */
export const deriveNamedRoomKeys = (name: string, passwordHash: Uint8Array): RoomKeys => ({
  id: namedRoomId(name),
  sealing: derive(passwordHash, 'sealing', SEALING_KEY_BYTES),
})
