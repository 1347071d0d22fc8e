/**
 * Who is in which room, through which socket, and with which token. Only memory: no I/O, no time, nothing that must
 * survive. What a socket is belongs to the caller. Rules SG3-SG6.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Address, JoinRequest, RoomId, Token } from './contract'

export type Joining =
  | { readonly kind: 'joined'; readonly others: readonly Address[] }
  | { readonly kind: 'room-full' }
  | { readonly kind: 'too-many-rooms' }
  /** another socket holds that place, and was let in with another token */
  | { readonly kind: 'taken' }

export type Route<Socket> =
  | { readonly kind: 'found'; readonly from: Address; readonly addressee: Socket }
  | { readonly kind: 'not-joined' }
  | { readonly kind: 'not-here' }

interface Place<Socket> {
  readonly socket: Socket
  readonly token: Token
}

export class Rooms<Socket extends object> {
  /** The place of each peer of a room. Says the same as `places`, seen from the room. */
  private readonly rooms = new Map<RoomId, Map<Address, Place<Socket>>>()
  /** As which peer a socket is in a room. */
  private readonly places = new Map<Socket, Map<RoomId, Address>>()

  constructor(private readonly limits: { readonly peersPerRoom: number; readonly roomsPerSocket: number }) {}

  /**
   * Lets a socket into a room. A place that another socket holds is taken over with the token it was taken with, and
   * with no other. A socket that holds the place itself keeps it as it is, also the token; one that is there under
   * another address gives that one up.
   */
  join({ room, peer, token }: Pick<JoinRequest, 'room' | 'peer' | 'token'>, socket: Socket): Joining {
    const peers = this.rooms.get(room)
    const held = peers?.get(peer)
    if (held?.socket === socket) return { kind: 'joined', others: this.othersThan(peer, room) }

    const joined = this.places.get(socket)
    const isInside = joined?.has(room) ?? false
    if (!isInside && (joined?.size ?? 0) >= this.limits.roomsPerSocket) return { kind: 'too-many-rooms' }
    if (held && !isSameToken(held.token, token)) return { kind: 'taken' }
    const isNewPlace = !isInside && !held
    if (isNewPlace && (peers?.size ?? 0) >= this.limits.peersPerRoom) return { kind: 'room-full' }

    this.leave(room, socket)
    if (held) this.leave(room, held.socket)
    entry(this.rooms, room).set(peer, { socket, token })
    entry(this.places, socket).set(room, peer)
    return { kind: 'joined', others: this.othersThan(peer, room) }
  }

  /** Finds the socket of `to`, as seen by one who is in the room. Nobody is their own addressee. */
  route(room: RoomId, socket: Socket, to: Address): Route<Socket> {
    const from = this.places.get(socket)?.get(room)
    if (from === undefined) return { kind: 'not-joined' }
    const addressee = this.rooms.get(room)?.get(to)?.socket
    if (addressee === undefined || addressee === socket) return { kind: 'not-here' }
    return { kind: 'found', from, addressee }
  }

  /** @returns whether the socket was in the room */
  leave(room: RoomId, socket: Socket): boolean {
    const peer = this.places.get(socket)?.get(room)
    if (peer === undefined) return false
    remove(this.rooms, room, peer)
    remove(this.places, socket, room)
    return true
  }

  leaveAll(socket: Socket): void {
    for (const room of [...(this.places.get(socket)?.keys() ?? [])]) this.leave(room, socket)
  }

  counts(): { readonly rooms: number; readonly places: number } {
    let places = 0
    for (const peers of this.rooms.values()) places += peers.size
    return { rooms: this.rooms.size, places }
  }

  private othersThan(peer: Address, room: RoomId): readonly Address[] {
    return [...(this.rooms.get(room)?.keys() ?? [])].filter((other) => other !== peer)
  }
}

/** In constant time, so that nobody finds a token character by character from how fast they are refused. */
function isSameToken(a: Token, b: Token): boolean {
  const [bytesA, bytesB] = [Buffer.from(a), Buffer.from(b)]
  return bytesA.length === bytesB.length && timingSafeEqual(bytesA, bytesB)
}

function entry<Outer, Inner, Value>(table: Map<Outer, Map<Inner, Value>>, key: Outer): Map<Inner, Value> {
  const found = table.get(key)
  if (found) return found
  const created = new Map<Inner, Value>()
  table.set(key, created)
  return created
}

/** Takes the empty row away too, so that a room nobody is in leaves no trace. */
function remove<Outer, Inner, Value>(table: Map<Outer, Map<Inner, Value>>, outer: Outer, inner: Inner): void {
  const row = table.get(outer)
  row?.delete(inner)
  if (row?.size === 0) table.delete(outer)
}
