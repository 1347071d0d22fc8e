/**
 * What the address asks for. Which rooms a link can name is the library's to say; this only
 * tells the start page, a room and a dead end apart, and where a pasted link leads.
 */
import { parseRoomLink } from '../mesh'

export type Route =
  | { readonly kind: 'start' }
  | { readonly kind: 'room'; readonly link: string; readonly name: string | undefined }
  | { readonly kind: 'dead-end'; readonly reason: string }

/** @param address the page's whole address */
export function readRoute(address: string): Route {
  const hash = new URL(address).hash
  if (hash === '' || hash === '#/') return { kind: 'start' }
  const parsed = parseRoomLink(hash, address)
  if (!parsed.ok) return { kind: 'dead-end', reason: parsed.reason }
  const { address: room, link } = parsed.value
  return { kind: 'room', link, name: room.kind === 'named' ? room.name : undefined }
}

export type Destination =
  /** a room of this page: only the fragment changes */
  | { readonly kind: 'here'; readonly hash: string }
  /** a room that another server's page opens */
  | { readonly kind: 'elsewhere'; readonly link: string }
  | { readonly kind: 'nowhere'; readonly reason: string }

/** @param text what somebody typed or pasted: a link, or the name of a room */
export function readDestination(text: string, address: string): Destination {
  if (text.trim() === '') return { kind: 'nowhere', reason: 'Paste a room link, or type the name of a room.' }
  const parsed = parseRoomLink(text, address)
  if (!parsed.ok) return { kind: 'nowhere', reason: parsed.reason }
  const target = new URL(parsed.value.link)
  const here = new URL(address)
  if (target.origin === here.origin && target.pathname === here.pathname) return { kind: 'here', hash: target.hash }
  // Anything but a web page (`javascript:`, `data:`) would run in this page's name.
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    return { kind: 'nowhere', reason: 'A room link starts with https:// or http://.' }
  }
  return { kind: 'elsewhere', link: target.href }
}
