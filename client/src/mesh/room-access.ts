/**
 * From what somebody typed, pasted or opened to the room and its keys: reads the link, and asks for the password that a
 * named room needs. Rules RL1-RL6.
 */
import { findPasswordFault, PASSWORD_HASH_BYTES } from './identity/password-hash'
import { deriveNamedRoomKeys, deriveRoomKeys, namedRoomId, type RoomKeys } from './identity/room-keys'
import { formatRoomLink, newRoomAddress, parseRoomLink, type RoomLink } from './identity/room-link'
import { fromBase64Url, toBase64Url } from './protocol/base64url'
import { RoomError } from './protocol/errors'
import type { RoomId } from './protocol/ids'
import type { Random } from './runtime/random'
import type { Store } from './runtime/store'

export interface RoomAccess {
  readonly link: RoomLink
  readonly keys: RoomKeys
}

interface RoomAccessDeps {
  /** the address of the page at hand, for what is not a whole link */
  readonly page: string
  /** what this tab keeps for itself: who loads the page again need not type the password again */
  readonly tab: Store
  readonly random: Random
  readonly hash: (name: string, password: string) => Promise<Uint8Array>
}

/**
 * @param text undefined for a new room with a random secret
 * @throws RoomError 'bad-link' | 'needs-password' | 'bad-data' (an unusable password)
 */
export async function findRoom(
  text: string | undefined,
  password: string | undefined,
  deps: RoomAccessDeps,
): Promise<RoomAccess> {
  const link = text === undefined ? newRoom(deps) : readLink(text, deps.page)
  const { address } = link
  if (address.kind === 'secret') return { link, keys: deriveRoomKeys(address.secret) }
  const hash = await findHash(address.name, password, deps)
  return { link, keys: deriveNamedRoomKeys(address.name, hash) }
}

/** The password that was typed for this room was wrong: whoever loads the page again is asked anew. */
export const forgetPassword = (room: RoomId, tab: Store): Promise<void> =>
  tab.delete(keyOf(room)).catch(() => undefined)

function newRoom({ page, random }: RoomAccessDeps): RoomLink {
  const address = newRoomAddress(random)
  return { address, link: formatRoomLink(address, page) }
}

function readLink(text: string, page: string): RoomLink {
  const parsed = parseRoomLink(text, page)
  if (!parsed.ok) throw new RoomError('bad-link', parsed.reason)
  return parsed.value
}

const keyOf = (room: RoomId): string => `password:${room}`

async function findHash(
  name: string,
  password: string | undefined,
  { tab, hash }: RoomAccessDeps,
): Promise<Uint8Array> {
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
