import { describe, expect, it } from 'vitest'
import type { PeerId, RoomId } from './contract'
import { Rooms } from './rooms'
import { CELLAR, GARDEN, peerId, roomId } from './test-support'

const alice = peerId('alice')
const bob = peerId('bob')
const carol = peerId('carol')

/** A socket is whatever the caller says; here it is a name for the test's messages. */
interface FakeSocket {
  readonly name: string
}

const setUp = (limits = { peersPerRoom: 3, roomsPerSocket: 2 }) => new Rooms<FakeSocket>(limits)
const socket = (name: string): FakeSocket => ({ name })

describe('Rooms', () => {
  it('[SG3] tells bob of alice, and alice of nobody', () => {
    const rooms = setUp()
    expect(rooms.join(GARDEN, alice, socket('a'))).toEqual({ kind: 'joined', others: [] })
    expect(rooms.join(GARDEN, bob, socket('b'))).toEqual({ kind: 'joined', others: [alice] })
  })

  it('[SG3] lets alice in again with the same answer', () => {
    const rooms = setUp()
    const a = socket('a')
    rooms.join(GARDEN, alice, a)
    rooms.join(GARDEN, bob, socket('b'))
    expect(rooms.join(GARDEN, alice, a)).toEqual({ kind: 'joined', others: [bob] })
    expect(rooms.counts()).toEqual({ rooms: 1, places: 2 })
  })

  it('[SG3] refuses a fourth where three fit, but nobody who is in already', () => {
    const rooms = setUp()
    const c = socket('c')
    rooms.join(GARDEN, alice, socket('a'))
    rooms.join(GARDEN, bob, socket('b'))
    rooms.join(GARDEN, carol, c)
    expect(rooms.join(GARDEN, peerId('dave'), socket('d'))).toEqual({ kind: 'room-full' })
    expect(rooms.join(GARDEN, alice, socket('a2'))).toEqual({ kind: 'joined', others: [bob, carol] })
    expect(rooms.join(GARDEN, peerId('caroline'), c)).toMatchObject({ kind: 'joined' })
    rooms.leave(GARDEN, c)
    expect(rooms.join(GARDEN, peerId('dave'), socket('d'))).toMatchObject({ kind: 'joined' })
  })

  it('[SG3] refuses a socket a third room, until it has left one', () => {
    const rooms = setUp()
    const a = socket('a')
    rooms.join(GARDEN, alice, a)
    rooms.join(CELLAR, alice, a)
    expect(rooms.join(roomId('attic'), alice, a)).toEqual({ kind: 'too-many-rooms' })
    expect(rooms.join(CELLAR, alice, a)).toMatchObject({ kind: 'joined' })
    rooms.leave(GARDEN, a)
    expect(rooms.join(roomId('attic'), alice, a)).toMatchObject({ kind: 'joined' })
  })

  it("[SG4] gives alice's place to her newer socket, and the older one's leaving takes nothing away", () => {
    const rooms = setUp()
    const [older, newer, b] = [socket('older'), socket('newer'), socket('b')]
    rooms.join(GARDEN, alice, older)
    rooms.join(GARDEN, bob, b)
    expect(rooms.join(GARDEN, alice, newer)).toEqual({ kind: 'joined', others: [bob] })
    expect(rooms.route(GARDEN, older, bob)).toEqual({ kind: 'not-joined' })
    expect(rooms.leave(GARDEN, older)).toBe(false)
    rooms.leaveAll(older)
    expect(rooms.route(GARDEN, b, alice)).toEqual({ kind: 'found', from: bob, addressee: newer })
  })

  it('[SG4] lets a socket that comes again under another id keep only the new one', () => {
    const rooms = setUp()
    const [a, b] = [socket('a'), socket('b')]
    rooms.join(GARDEN, alice, a)
    rooms.join(GARDEN, carol, a)
    expect(rooms.join(GARDEN, bob, b)).toEqual({ kind: 'joined', others: [carol] })
    expect(rooms.route(GARDEN, b, alice)).toEqual({ kind: 'not-here' })
  })

  it('[SG5] finds an addressee only in the room that both are in', () => {
    const rooms = setUp()
    const [a, b] = [socket('a'), socket('b')]
    rooms.join(GARDEN, alice, a)
    rooms.join(CELLAR, bob, b)
    expect(rooms.route(GARDEN, a, bob)).toEqual({ kind: 'not-here' })
    expect(rooms.route(CELLAR, a, bob)).toEqual({ kind: 'not-joined' })
    rooms.join(CELLAR, alice, a)
    expect(rooms.route(CELLAR, a, bob)).toEqual({ kind: 'found', from: alice, addressee: b })
  })

  it('[SG5] knows nobody as their own addressee', () => {
    const rooms = setUp()
    const a = socket('a')
    rooms.join(GARDEN, alice, a)
    expect(rooms.route(GARDEN, a, alice)).toEqual({ kind: 'not-here' })
  })

  it('[SG6] keeps no trace of a room when the last one has left', () => {
    const rooms = setUp()
    const [a, b] = [socket('a'), socket('b')]
    rooms.join(GARDEN, alice, a)
    rooms.join(CELLAR, alice, a)
    rooms.join(CELLAR, bob, b)
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
    let list: { room: RoomId; peer: PeerId; socket: FakeSocket }[] = []

    for (let step = 0; step < 2_000; step++) {
      const [s, room, peer] = [pick(sockets), pick(roomIds), pick(peers)]
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
        const joining = rooms.join(room, peer, s)
        if (!inside && list.filter((place) => place.socket === s).length === limits.roomsPerSocket) {
          expect(joining.kind).toBe('too-many-rooms')
        } else if (!inside && !holder && list.filter((place) => place.room === room).length === limits.peersPerRoom) {
          expect(joining.kind).toBe('room-full')
        } else {
          list = list.filter((place) => place !== inside && place !== holder)
          const others = list.filter((place) => place.room === room).map((place) => place.peer)
          expect(joining).toEqual({ kind: 'joined', others })
          list.push({ room, peer, socket: s })
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
