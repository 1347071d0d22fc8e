/**
 * Who is in which room, and through which socket. Only memory: no I/O, no time, nothing that must survive. What a
 * socket is belongs to the caller. Rules SG3-SG6.
 */
import type { PeerId, RoomId } from './contract'

export type Joining =
  | { readonly kind: 'joined'; readonly others: readonly PeerId[] }
  | { readonly kind: 'room-full' }
  | { readonly kind: 'too-many-rooms' }

export type Route<Socket> =
  | { readonly kind: 'found'; readonly from: PeerId; readonly addressee: Socket }
  | { readonly kind: 'not-joined' }
  | { readonly kind: 'not-here' }

export class Rooms<Socket extends object> {
  /** The socket behind each peer of a room. Says the same as `places`, seen from the room. */
  private readonly rooms = new Map<RoomId, Map<PeerId, Socket>>()
  /** As which peer a socket is in a room. */
  private readonly places = new Map<Socket, Map<RoomId, PeerId>>()

  constructor(private readonly limits: { readonly peersPerRoom: number; readonly roomsPerSocket: number }) {}

  /**
   * Lets a socket into a room. The place of a peer that is there already is taken over, and a socket that is there
   * under another id gives that one up.
   */
  join(room: RoomId, peer: PeerId, socket: Socket): Joining {
    const peers = this.rooms.get(room)
    const joined = this.places.get(socket)
    const isInside = joined?.has(room) ?? false
    if (!isInside && (joined?.size ?? 0) >= this.limits.roomsPerSocket) return { kind: 'too-many-rooms' }
    const isNewPlace = !isInside && !peers?.has(peer)
    if (isNewPlace && (peers?.size ?? 0) >= this.limits.peersPerRoom) return { kind: 'room-full' }

    this.leave(room, socket)
    const replaced = peers?.get(peer)
    if (replaced) this.leave(room, replaced)
    entry(this.rooms, room).set(peer, socket)
    entry(this.places, socket).set(room, peer)
    return { kind: 'joined', others: [...entry(this.rooms, room).keys()].filter((other) => other !== peer) }
  }

  /** Finds the socket of `to`, as seen by one who is in the room. Nobody is their own addressee. */
  route(room: RoomId, socket: Socket, to: PeerId): Route<Socket> {
    const from = this.places.get(socket)?.get(room)
    if (from === undefined) return { kind: 'not-joined' }
    const addressee = this.rooms.get(room)?.get(to)
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
