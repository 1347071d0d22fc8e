import { describe, expect, it } from 'vitest'
import { type Address, MAX_LISTED_PEERS, type RoomId, type Token } from './contract'
import { LIMITS } from './limits'
import { type Joining, Rooms } from './rooms'
import { CELLAR, GARDEN, peerId, roomId, tokenOf } from './test-support'

const alice = peerId('alice')
const bob = peerId('bob')
const carol = peerId('carol')

/** A socket is whatever the caller says; here it is a name for the test's messages. */
interface FakeSocket {
  readonly name: string
}

const setUp = (limits = { peersPerRoom: 3, roomsPerSocket: 2 }) => new Rooms<FakeSocket>(limits)
const socket = (name: string): FakeSocket => ({ name })
const ANYBODYS = tokenOf('anybody')
const [ALICES, MALLORYS] = [tokenOf('alice'), tokenOf('mallory')]

/** Everybody has the same token, unless the test is about it. */
function enter(
  rooms: Rooms<FakeSocket>,
  room: RoomId,
  peer: Address,
  socket: FakeSocket,
  token: Token = ANYBODYS,
): Joining {
  return rooms.join({ room, peer, token }, socket)
}

describe('Rooms', () => {
  it('[SG3] tells bob of alice, and alice of nobody', () => {
    const rooms = setUp()
    expect(enter(rooms, GARDEN, alice, socket('a'))).toEqual({ kind: 'joined', others: [] })
    expect(enter(rooms, GARDEN, bob, socket('b'))).toEqual({ kind: 'joined', others: [alice] })
  })

  it('[SG3] lets alice in again with the same answer', () => {
    const rooms = setUp()
    const a = socket('a')
    enter(rooms, GARDEN, alice, a)
    enter(rooms, GARDEN, bob, socket('b'))
    expect(enter(rooms, GARDEN, alice, a)).toEqual({ kind: 'joined', others: [bob] })
    expect(rooms.counts()).toEqual({ rooms: 1, places: 2 })
  })

  it('[SG3] refuses a fourth where three fit, but nobody who is in already', () => {
    const rooms = setUp()
    const c = socket('c')
    enter(rooms, GARDEN, alice, socket('a'))
    enter(rooms, GARDEN, bob, socket('b'))
    enter(rooms, GARDEN, carol, c)
    expect(enter(rooms, GARDEN, peerId('dave'), socket('d'))).toEqual({ kind: 'room-full' })
    expect(enter(rooms, GARDEN, alice, socket('a2'))).toEqual({ kind: 'joined', others: [bob, carol] })
    expect(enter(rooms, GARDEN, peerId('caroline'), c)).toMatchObject({ kind: 'joined' })
    rooms.leave(GARDEN, c)
    expect(enter(rooms, GARDEN, peerId('dave'), socket('d'))).toMatchObject({ kind: 'joined' })
  })

  it('[SG3] lists everybody in a full room in one answer', () => {
    expect(LIMITS.peersPerRoom - 1).toBeLessThanOrEqual(MAX_LISTED_PEERS)
  })

  it('[SG3] refuses a socket a third room, until it has left one', () => {
    const rooms = setUp()
    const a = socket('a')
    enter(rooms, GARDEN, alice, a)
    enter(rooms, CELLAR, alice, a)
    expect(enter(rooms, roomId('attic'), alice, a)).toEqual({ kind: 'too-many-rooms' })
    expect(enter(rooms, CELLAR, alice, a)).toMatchObject({ kind: 'joined' })
    rooms.leave(GARDEN, a)
    expect(enter(rooms, roomId('attic'), alice, a)).toMatchObject({ kind: 'joined' })
  })

  it("[SG4] gives alice's place to her newer socket, and the older one's leaving takes nothing away", () => {
    const rooms = setUp()
    const [older, newer, b] = [socket('older'), socket('newer'), socket('b')]
    enter(rooms, GARDEN, alice, older)
    enter(rooms, GARDEN, bob, b)
    expect(enter(rooms, GARDEN, alice, newer)).toEqual({ kind: 'joined', others: [bob] })
    expect(rooms.route(GARDEN, older, bob)).toEqual({ kind: 'not-joined' })
    expect(rooms.leave(GARDEN, older)).toBe(false)
    rooms.leaveAll(older)
    expect(rooms.route(GARDEN, b, alice)).toEqual({ kind: 'found', from: bob, addressee: newer })
  })

  it("[SG4] refuses mallory alice's place, and leaves it with alice", () => {
    const rooms = setUp()
    const [a, b, m] = [socket('a'), socket('b'), socket('m')]
    enter(rooms, GARDEN, alice, a, ALICES)
    enter(rooms, GARDEN, bob, b)
    expect(enter(rooms, GARDEN, alice, m, MALLORYS)).toEqual({ kind: 'taken' })
    expect(rooms.route(GARDEN, b, alice)).toEqual({ kind: 'found', from: bob, addressee: a })
    expect(rooms.route(GARDEN, m, bob)).toEqual({ kind: 'not-joined' })
  })

  it("[SG4] leaves mallory the place of her own when she asks for alice's", () => {
    const rooms = setUp()
    const [a, m] = [socket('a'), socket('m')]
    const mallory = peerId('mallory')
    enter(rooms, GARDEN, alice, a, ALICES)
    enter(rooms, GARDEN, mallory, m, MALLORYS)
    expect(enter(rooms, GARDEN, alice, m, MALLORYS)).toEqual({ kind: 'taken' })
    expect(rooms.route(GARDEN, a, mallory)).toEqual({ kind: 'found', from: alice, addressee: m })
  })

  it('[SG4] says taken, and not full, of a place in a full room', () => {
    const rooms = setUp()
    for (const peer of [alice, bob, carol]) enter(rooms, GARDEN, peer, socket(peer), ALICES)
    expect(enter(rooms, GARDEN, alice, socket('m'), MALLORYS)).toEqual({ kind: 'taken' })
    expect(enter(rooms, GARDEN, alice, socket('a2'), ALICES)).toEqual({ kind: 'joined', others: [bob, carol] })
  })

  it('[SG4] keeps the token that a place was taken with, whatever its holder says later', () => {
    const rooms = setUp()
    const [a, newer] = [socket('a'), socket('newer')]
    enter(rooms, GARDEN, alice, a, ALICES)
    expect(enter(rooms, GARDEN, alice, a, MALLORYS)).toEqual({ kind: 'joined', others: [] })
    expect(enter(rooms, GARDEN, alice, newer, MALLORYS)).toEqual({ kind: 'taken' })
    expect(enter(rooms, GARDEN, alice, newer, ALICES)).toEqual({ kind: 'joined', others: [] })
  })

  it('[SG4] asks for no token once the place is free', () => {
    const rooms = setUp()
    const a = socket('a')
    enter(rooms, GARDEN, alice, a, ALICES)
    rooms.leaveAll(a)
    expect(enter(rooms, GARDEN, alice, socket('other'), MALLORYS)).toEqual({ kind: 'joined', others: [] })
  })

  it('[SG4] lets a socket that comes again under another id keep only the new one', () => {
    const rooms = setUp()
    const [a, b] = [socket('a'), socket('b')]
    enter(rooms, GARDEN, alice, a)
    enter(rooms, GARDEN, carol, a)
    expect(enter(rooms, GARDEN, bob, b)).toEqual({ kind: 'joined', others: [carol] })
    expect(rooms.route(GARDEN, b, alice)).toEqual({ kind: 'not-here' })
  })

  it('[SG5] finds an addressee only in the room that both are in', () => {
    const rooms = setUp()
    const [a, b] = [socket('a'), socket('b')]
    enter(rooms, GARDEN, alice, a)
    enter(rooms, CELLAR, bob, b)
    expect(rooms.route(GARDEN, a, bob)).toEqual({ kind: 'not-here' })
    expect(rooms.route(CELLAR, a, bob)).toEqual({ kind: 'not-joined' })
    enter(rooms, CELLAR, alice, a)
    expect(rooms.route(CELLAR, a, bob)).toEqual({ kind: 'found', from: alice, addressee: b })
  })

  it('[SG5] knows nobody as their own addressee', () => {
    const rooms = setUp()
    const a = socket('a')
    enter(rooms, GARDEN, alice, a)
    expect(rooms.route(GARDEN, a, alice)).toEqual({ kind: 'not-here' })
  })

  it('[SG6] keeps no trace of a room when the last one has left', () => {
    const rooms = setUp()
    const [a, b] = [socket('a'), socket('b')]
    enter(rooms, GARDEN, alice, a)
    enter(rooms, CELLAR, alice, a)
    enter(rooms, CELLAR, bob, b)
    expect(rooms.leave(CELLAR, b)).toBe(true)
    expect(rooms.leave(CELLAR, b)).toBe(false)
    rooms.leaveAll(a)
    expect(rooms.counts()).toEqual({ rooms: 0, places: 0 })
  })

  it.each([1, 2, 3])('[SG3-SG6] agrees with a plain list after any 2,000 steps (seed %i)', (seed) => {
    const limits = { peersPerRoom: 4, roomsPerSocket: 2 }
    const rooms = setUp(limits)
    const random = randomNumbers(seed)
    const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
      items[Math.floor(random() * items.length)] ?? items[0]
    const sockets = [socket('s1'), socket('s2'), socket('s3'), socket('s4'), socket('s5'), socket('s6')] as const
    const peers = [alice, bob, carol, peerId('dave'), peerId('erin')] as const
    const roomIds = [GARDEN, CELLAR, roomId('attic')] as const
    const tokens = [ALICES, ALICES, MALLORYS] as const
    let list: { room: RoomId; peer: Address; socket: FakeSocket; token: Token }[] = []

    for (let step = 0; step < 2_000; step++) {
      const [s, room, peer, token] = [pick(sockets), pick(roomIds), pick(peers), pick(tokens)]
      const action = pick(['join', 'join', 'leave', 'leave-all', 'route'])
      const inside = list.find((place) => place.room === room && place.socket === s)
      const holder = list.find((place) => place.room === room && place.peer === peer)
      if (action === 'leave') {
        expect(rooms.leave(room, s)).toBe(inside !== undefined)
        list = list.filter((place) => place !== inside)
      } else if (action === 'leave-all') {
        rooms.leaveAll(s)
        list = list.filter((place) => place.socket !== s)
      } else if (action === 'route') {
        const isHere = holder !== undefined && holder.socket !== s
        const kind = inside === undefined ? 'not-joined' : isHere ? 'found' : 'not-here'
        expect(rooms.route(room, s, peer).kind).toBe(kind)
      } else {
        const joining = enter(rooms, room, peer, s, token)
        const others = list.filter((place) => place.room === room && place.peer !== peer && place !== inside)
        const joined = { kind: 'joined', others: others.map((place) => place.peer) }
        if (!inside && list.filter((place) => place.socket === s).length === limits.roomsPerSocket) {
          expect(joining.kind).toBe('too-many-rooms')
        } else if (holder && holder === inside) {
          expect(joining).toEqual(joined)
        } else if (holder && holder.token !== token) {
          expect(joining.kind).toBe('taken')
        } else if (!inside && !holder && list.filter((place) => place.room === room).length === limits.peersPerRoom) {
          expect(joining.kind).toBe('room-full')
        } else {
          expect(joining).toEqual(joined)
          list = list.filter((place) => place !== inside && place !== holder)
          list.push({ room, peer, socket: s, token })
        }
      }
      const occupied = new Set(list.map((place) => place.room))
      expect(rooms.counts()).toEqual({ rooms: occupied.size, places: list.length })
    }
  })
})

/** A linear congruential generator: poor, but the same on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
