/**
 * Room links and names: what people paste, type and pass on. A link's fragment, which browsers never
 * send to a server, carries the room's secret or its name. Rules RL1-RL4.
 */
import { fromBase64Url, toBase64Url } from '../protocol/base64url'
import { bad, ok, type Result } from '../protocol/result'
import type { Random } from '../runtime/random'

export const SECRET_BYTES = 16

/** UTF-16 code units; people say room names aloud. */
const MAX_ROOM_NAME_LENGTH = 64

/** Longer than any link to a room; far shorter than what could stall the parser. */
const MAX_LINK_LENGTH = 2048

/** What a room is found by: a random secret, or a name that anybody may know. */
export type RoomAddress =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'named'; readonly name: string }

export interface RoomLink {
  readonly address: RoomAddress
  /** the whole link, to pass on */
  readonly link: string
}

export const newRoomAddress = (random: Random): RoomAddress => ({ kind: 'secret', secret: random.bytes(SECRET_BYTES) })

/** @param page the address of the page that serves the room, without its fragment */
export function formatRoomLink(address: RoomAddress, page: string): string {
  const fragment =
    address.kind === 'secret' ? `/r/${toBase64Url(address.secret)}` : `/n/${encodeURIComponent(address.name)}`
  return new URL(`#${fragment}`, page).href
}

/**
 * Reads a room link, the fragment of one, or a room's name.
 * @param page the address of the page at hand, for what is not a whole link
 * @returns the room, or why the text leads to none, in words for the person who typed it
 */
export function parseRoomLink(text: string, page: string): Result<RoomLink> {
  const input = text.trim()
  if (input === '') return bad('The link is empty.')
  if (input.length > MAX_LINK_LENGTH) return bad('This is too long for a room link.')
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(input)
  if (!hasScheme && !input.includes('#')) return linked(parseName(input), page)
  const url = parseUrl(input.startsWith('#') || hasScheme ? input : `//${input}`, page)
  if (!url || !/^https?:$/.test(url.protocol)) return bad('This is not a web address.')
  return linked(parseFragment(url.hash), url.href)
}

function parseUrl(text: string, base: string): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined
}

function linked(address: Result<RoomAddress>, page: string): Result<RoomLink> {
  return address.ok ? ok({ address: address.value, link: formatRoomLink(address.value, page) }) : address
}

function parseFragment(fragment: string): Result<RoomAddress> {
  const [, kind, content] = /^#\/([rn])\/(.+)$/.exec(fragment) ?? []
  if (kind === undefined || content === undefined) return bad('This address has no room in it.')
  if (kind === 'n') return parseEncodedName(content)
  const secret = fromBase64Url(content)
  if (secret?.length !== SECRET_BYTES) return bad('The room link is incomplete or has a typing error.')
  return ok({ kind: 'secret', secret })
}

function parseEncodedName(encoded: string): Result<RoomAddress> {
  try {
    return parseName(decodeURIComponent(encoded))
  } catch {
    return bad('The room name in this link is garbled.')
  }
}

/** Unassigned, control and format characters, those that fonts leave blank, and the blank Braille pattern. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u

/**
 * Spelling that people do not hear - case, width, spaces, whether a symbol is drawn in colour - leads to
 * the same room. The second normalisation is for letters and accents that only lower case brings
 * together: without it a name would lead to one room and its own link to another.
 */
function parseName(text: string): Result<RoomAddress> {
  const lowered = text.normalize('NFKC').toLowerCase()
  const name = lowered
    .replace(/[\ufe0e\ufe0f]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFKC')
  if (name === '') return bad('The room name is empty.')
  if (name.length > MAX_ROOM_NAME_LENGTH) return bad(`A room name has at most ${MAX_ROOM_NAME_LENGTH} characters.`)
  if (INVISIBLE.test(name)) return bad('The room name has invisible characters in it.')
  return ok({ kind: 'named', name })
}
