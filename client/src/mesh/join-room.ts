/** Joins a room from a browser page: the composition of the real clock, store, signaling and links. */

import { deriveRoomId } from './identity/room-keys'
import { formatRoomLink, newRoomAddress, parseRoomLink, type RoomLink } from './identity/room-link'
import { WebRtcLink, webRtcSupported } from './link/webrtc-link'
import { cleanName, ownName } from './membership/names'
import { RoomError } from './protocol/errors'
import { newPeerId } from './protocol/ids'
import { MAX_NAME_LENGTH } from './protocol/limits'
import { Room, type RoomDeps } from './room'
import { systemClock } from './runtime/clock'
import { systemRandom } from './runtime/random'
import { browserStore, type Store } from './runtime/store'
import { SeveralSignalings } from './signaling/several-signalings'
import { SocketIoSignaling } from './signaling/socket-io-signaling'

export interface JoinOptions {
  /** a room link, the fragment of one, or a name that people can say; without it a new room with a random secret */
  readonly link?: string
  /** this person's own name, at most 64 characters; else the remembered one, else a suggested one */
  readonly name?: string
  /** addresses of signaling servers; else the one that serves the room link */
  readonly servers?: readonly string[]
  /** used instead of the STUN and TURN servers that the signaling server names */
  readonly iceServers?: RoomDeps['iceServers']
  /** where the name is remembered; else this browser's localStorage */
  readonly store?: Store
}

/**
 * Joins a room, or makes a new one. Leaves by itself when the page goes away.
 * @returns once a signaling server has let this peer in, or after 5 s without an answer; then
 *   `room.status().signaling` says so, and the room goes on trying
 * @throws RoomError 'bad-link' (the room's or a server's) | 'bad-data' (an unusable name) | 'unsupported' | 'refused'
 */
export async function joinRoom(options: JoinOptions = {}): Promise<Room> {
  if (!webRtcSupported()) throw new RoomError('unsupported', 'This browser has no WebRTC.')
  const link = findRoom(options.link)
  const store = options.store ?? browserStore()
  const name = options.name === undefined ? await ownName(store, systemRandom) : cleanName(options.name)
  if (name === undefined) throw new RoomError('bad-data', `A name has 1 to ${MAX_NAME_LENGTH} characters.`)
  const self = { id: newPeerId(systemRandom), name }
  const place = { room: deriveRoomId(link.address), self: self.id, clock: systemClock, random: systemRandom }
  const servers = options.servers ?? [new URL(link.link).origin]
  const wrong = servers.find((server) => !/^https?:$/.test(URL.canParse(server) ? new URL(server).protocol : ''))
  if (wrong !== undefined) throw new RoomError('bad-link', `'${wrong}' is no address of a signaling server.`)
  const [first, ...others] = servers.map((server) => new SocketIoSignaling({ server, ...place }))
  if (!first) throw new RoomError('bad-link', 'No signaling server was named.')
  const room = new Room({
    link,
    self,
    store,
    clock: systemClock,
    random: systemRandom,
    links: (linkOptions) => new WebRtcLink(linkOptions),
    signaling: others.length === 0 ? first : new SeveralSignalings([first, ...others]),
    iceServers: options.iceServers,
  })
  const stay = new AbortController()
  // A page that goes away cannot wait; what leaving has to tell, it tells at once.
  addEventListener('pagehide', () => void room.leave(), { signal: stay.signal })
  room.on('status', ({ state }) => state === 'left' && stay.abort())
  await room.enter()
  return room
}

function findRoom(text: string | undefined): RoomLink {
  const page = location.href
  if (text === undefined) {
    const address = newRoomAddress(systemRandom)
    return { address, link: formatRoomLink(address, page) }
  }
  const parsed = parseRoomLink(text, page)
  if (!parsed.ok) throw new RoomError('bad-link', parsed.reason)
  return parsed.value
}
