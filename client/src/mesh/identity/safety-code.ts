/**
 * A short code that two people compare, by telephone or side by side: when it is the same on both screens, nobody stands
 * between them, not even a member of the room who works together with the server. Rule ID5.
 */
import { sha512 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { PeerId, RoomId } from '../protocol/ids'

/**
 * 40 digits, 132 bits: whoever wants to stand between two people has to find two keys that give both of them one code,
 * about 2^66 keys; with 30 digits, 2^50, it could be bought.
 */
const GROUPS = 8
const DIGITS = 5
const BYTES_PER_GROUP = 8

/** @returns 8 groups of 5 digits, the same whichever of the two asks */
export function safetyCode(room: RoomId, one: PeerId, other: PeerId): string {
  const hash = sha512(utf8ToBytes(`starling/1 safety code ${room} ${[one, other].sort().join(' ')}`))
  const view = new DataView(hash.buffer, hash.byteOffset)
  return Array.from({ length: GROUPS }, (_, group) => {
    // 64 bits for a number below 100,000: no digit is noticeably likelier than another.
    const number = view.getBigUint64(group * BYTES_PER_GROUP) % BigInt(10 ** DIGITS)
    return number.toString().padStart(DIGITS, '0')
  }).join(' ')
}
