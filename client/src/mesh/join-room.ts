/** Joins a room from a browser page: the composition of the real clock, store, keys, signaling and links. */
import { hashInWorker } from './identity/password-hasher'
import type { RoomLink } from './identity/room-link'
import { findSignatures } from './identity/signatures'
import { WebRtcLink, webRtcSupported } from './link/webrtc-link'
import { cleanName, ownName } from './membership/names'
import { VerifiedPeers } from './membership/verified-peers'
import { RoomError } from './protocol/errors'
import { newAddress } from './protocol/ids'
import { MAX_NAME_LENGTH } from './protocol/limits'
import { Room, type RoomDeps } from './room'
import { findKeys, findRoom, forgetPassword } from './room-access'
import { forgetRoom, openRoomMemory } from './room-memory'
import { browserClaims } from './runtime/claims'
import { systemClock } from './runtime/clock'
import { systemRandom } from './runtime/random'
import { browserStore, type Store, tabStore } from './runtime/store'
import { ServerLine } from './signaling/server-line'
import { SeveralSignalings } from './signaling/several-signalings'
import { SocketIoSignaling } from './signaling/socket-io-signaling'

export interface JoinOptions {
  /** a room link, the fragment of one, or a name that people can say; without it a new room with a random secret */
  readonly link?: string
  /** of a room with a name, 8 to 256 characters; a tab that was let in once needs it no more when it is loaded again */
  readonly password?: string
  /** told the share done, from 0 to 1, while the password is hashed, which takes about a second */
  readonly onProgress?: (share: number) => void
  /** this person's own name, at most 64 characters; else the remembered one, else a suggested one */
  readonly name?: string
  /** addresses of signaling servers; else the one that serves the room link */
  readonly servers?: readonly string[]
  /** used instead of the STUN and TURN servers that the signaling server names */
  readonly iceServers?: RoomDeps['iceServers']
  /** where the name, this browser's keys and who is verified are remembered; else this browser's localStorage */
  readonly store?: Store
}

/**
 * Joins a room, or makes a new one. Leaves by itself when the page goes away.
 * @returns once a signaling server has let this peer in, or after 5 s without an answer; then
 *   `room.status().signaling` says so, and the room goes on trying
 * @throws RoomError 'bad-link' (the room's or a server's) | 'needs-password' | 'bad-data' (an unusable name or password) |
 *   'unsupported' | 'refused'
 */
export async function joinRoom(options: JoinOptions = {}): Promise<Room> {
  if (!webRtcSupported()) throw new RoomError('unsupported', 'This browser has no WebRTC.')
  const link = findRoom(options.link, location.href, systemRandom)
  const servers = readServers(options.servers ?? [new URL(link.link).origin])
  // First of all: connecting takes its time, and hardly any of this page's.
  const [first, ...others] = servers
  const lines = [new ServerLine(first), ...others.map((server) => new ServerLine(server))] as const
  for (const line of lines) line.dial()
  try {
    return await enterRoom(link, lines, options)
  } catch (error) {
    for (const line of lines) line.hangUp()
    throw error
  }
}

type Lines = readonly [ServerLine, ...ServerLine[]]

async function enterRoom(link: RoomLink, [line, ...otherLines]: Lines, options: JoinOptions): Promise<Room> {
  const store = options.store ?? browserStore()
  const tab = tabStore()
  const hash = (name: string, password: string) => hashPassword(name, password, options.onProgress)
  const keys = await findKeys(link.address, options.password, { tab, hash })
  const name = options.name === undefined ? await ownName(store, systemRandom) : cleanName(options.name)
  if (name === undefined) throw new RoomError('bad-data', `A name has 1 to ${MAX_NAME_LENGTH} characters.`)
  const address = newAddress(systemRandom)
  const verified = new VerifiedPeers(store, keys.id)
  await verified.load()
  // Where the page is not secure there is no such thing, whatever the types say.
  const signatures = await findSignatures(crypto.subtle as SubtleCrypto | undefined)
  const common = { clock: systemClock, random: systemRandom, signatures, store }
  const memory = await openRoomMemory({ ...common, room: keys.id, tab, claims: browserClaims(systemRandom) })
  const speakOver = (line: ServerLine) => new SocketIoSignaling({ ...common, line, room: keys.id, self: address })
  const [signaling, ...others] = [speakOver(line), ...otherLines.map(speakOver)] as const
  const room = new Room({
    ...common,
    link,
    keys,
    self: { key: memory.key, address, name },
    verified,
    memory: { ...memory, forget: () => forgetRoom({ ...common, room: keys.id, tab }) },
    links: (linkOptions) => new WebRtcLink(linkOptions),
    signaling: others.length === 0 ? signaling : new SeveralSignalings([signaling, ...others]),
    iceServers: options.iceServers,
  })
  const stay = new AbortController()
  // A page that goes away cannot wait; what leaving has to tell, it tells at once.
  addEventListener('pagehide', () => void room.leave(), { signal: stay.signal })
  room.on('status', ({ state }) => {
    if (state !== 'left') return
    stay.abort()
    // Not before the last of it is stored: one feed has one writer.
    void room.leave().finally(memory.release)
  })
  // One that let this tab in before was not wrong then; whoever is asked for another can type it.
  const isNewPassword = options.password !== undefined
  room.on('error', ({ reason }) => reason === 'wrong-password' && isNewPassword && void forgetPassword(keys.id, tab))
  await room.enter()
  return room
}

async function hashPassword(
  name: string,
  password: string,
  onProgress: (share: number) => void = () => {},
): Promise<Uint8Array> {
  try {
    return await hashInWorker({ name, password }, onProgress)
  } catch (error) {
    throw new RoomError('unsupported', `This browser cannot hash a password: ${String(error)}`)
  }
}

/** @throws RoomError 'bad-link' */
function readServers([first, ...others]: readonly string[]): readonly [string, ...string[]] {
  if (first === undefined) throw new RoomError('bad-link', 'No signaling server was named.')
  const wrong = [first, ...others].find(
    (server) => !/^https?:$/.test(URL.canParse(server) ? new URL(server).protocol : ''),
  )
  if (wrong !== undefined) throw new RoomError('bad-link', `'${wrong}' is no address of a signaling server.`)
  return [first, ...others]
}
