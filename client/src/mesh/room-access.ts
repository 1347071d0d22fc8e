/**
 * From what somebody typed, pasted or opened to the room and its keys: reads the link, and asks for the password that a
 * named room needs. Rules RL1-RL6.
 */
import { findPasswordFault, PASSWORD_HASH_BYTES } from './identity/password-hash'
import { deriveNamedRoomKeys, deriveRoomKeys, namedRoomId, type RoomKeys } from './identity/room-keys'
import { formatRoomLink, newRoomAddress, parseRoomLink, type RoomAddress, type RoomLink } from './identity/room-link'
import { fromBase64Url, toBase64Url } from './protocol/base64url'
import { RoomError } from './protocol/errors'
import type { RoomId } from './protocol/ids'
import type { Random } from './runtime/random'
import type { Store } from './runtime/store'

interface KeysDeps {
  /** what this tab keeps for itself: who loads the page again need not type the password again */
  readonly tab: Store
  readonly hash: (name: string, password: string) => Promise<Uint8Array>
}

/**
 * @param text undefined for a new room with a random secret
 * @param page the address of the page at hand, for what is not a whole link
 * @throws RoomError 'bad-link'
 */
export function findRoom(text: string | undefined, page: string, random: Random): RoomLink {
  if (text === undefined) {
    const address = newRoomAddress(random)
    return { address, link: formatRoomLink(address, page) }
  }
  const parsed = parseRoomLink(text, page)
  if (!parsed.ok) throw new RoomError('bad-link', parsed.reason)
  return parsed.value
}

/** @throws RoomError 'needs-password' | 'bad-data' (an unusable password) */
export async function findKeys(address: RoomAddress, password: string | undefined, deps: KeysDeps): Promise<RoomKeys> {
  if (address.kind === 'secret') return deriveRoomKeys(address.secret)
  return deriveNamedRoomKeys(address.name, await findHash(address.name, password, deps))
}

/** The password that was typed for this room was wrong: whoever loads the page again is asked anew. */
export const forgetPassword = (room: RoomId, tab: Store): Promise<void> =>
  tab.delete(keyOf(room)).catch(() => undefined)

const keyOf = (room: RoomId): string => `password:${room}`

async function findHash(name: string, password: string | undefined, { tab, hash }: KeysDeps): Promise<Uint8Array> {
  const key = keyOf(namedRoomId(name))
  if (password === undefined) {
    // A store that fails costs typing the password again.
    const kept = fromBase64Url((await tab.get(key).catch(() => undefined)) ?? '')
    if (kept?.length === PASSWORD_HASH_BYTES) return kept
    throw new RoomError('needs-password', `The room '${name}' has a password.`)
  }
  const fault = findPasswordFault(password)
  if (fault !== undefined) throw new RoomError('bad-data', fault)
  const hashed = await hash(name, password)
  await tab.set(key, toBase64Url(hashed)).catch(() => undefined)
  return hashed
}
