/**
 * What each request means: `join`, `signal`, `leave`, checked against the contract and answered. Owns the rooms;
 * sockets, rates and patience belong to Visitor. Nothing is kept beyond who is where, and
 * by which token. Rules SG2-SG6.
 */
import * as v from 'valibot'
import {
  CONTRACT_VERSION,
  type DoneReply,
  type IceServer,
  type JoinReply,
  JoinRequestSchema,
  LeaveRequestSchema,
  type Refusal,
  type Refused,
  type SignalDelivery,
  SignalRequestSchema,
} from './contract'
import type { Limits } from './limits'
import { Rooms } from './rooms'
import { check } from './validation'

/** The one who asks, or to whom a box is handed. */
export interface Peer {
  /** @returns whether so many bytes may still be carried for this peer */
  spend(bytes: number): boolean
  /** @returns false when too much waits for this peer already */
  deliver(delivery: SignalDelivery): boolean
}

export type Answer = JoinReply | DoneReply

const VersionSchema = v.object({ v: v.number() })

export function refuse(reason: Refusal, message: string): Refused {
  return { ok: false, reason, message }
}

const noFaultOfTheAsker = new WeakSet<Refused>()

/** Refuses for what somebody else did: it does not count against the one who asks. */
export function harmless(reason: Refusal, message: string): Refused {
  const refusal = refuse(reason, message)
  noFaultOfTheAsker.add(refusal)
  return refusal
}

const ADDRESSEE_IS_BEHIND = harmless('rate-limited', 'that peer has not read its earlier signals yet; try again later')

/** @returns the refusal when it tells of a broken rule, and not of a room or an addressee that the asker cannot help */
export function findOffence(answer: Answer): Refused | undefined {
  if (answer.ok || noFaultOfTheAsker.has(answer)) return undefined
  return answer.reason === 'bad-request' || answer.reason === 'rate-limited' ? answer : undefined
}

export class Introductions {
  private readonly rooms: Rooms<Peer>

  constructor(private readonly deps: { readonly limits: Limits; readonly iceServers: readonly IceServer[] }) {
    this.rooms = new Rooms(deps.limits)
  }

  /** Answers any event that a client may send, known or not. */
  answer(peer: Peer, event: string, payload: unknown): Answer {
    switch (event) {
      case 'join':
        return this.join(peer, payload)
      case 'signal':
        return this.signal(peer, payload)
      case 'leave':
        return this.leave(peer, payload)
      default:
        return refuse('bad-request', 'unknown event; there are join, signal and leave')
    }
  }

  /** The peer's socket is gone: it leaves every room. */
  forget(peer: Peer): void {
    this.rooms.leaveAll(peer)
  }

  counts(): { readonly rooms: number; readonly places: number } {
    return this.rooms.counts()
  }

  private join(peer: Peer, payload: unknown): JoinReply {
    // Another version may well have other fields: it is told of the version, not of the fields.
    const version = v.safeParse(VersionSchema, payload)
    if (version.success && version.output.v !== CONTRACT_VERSION) {
      return refuse('wrong-version', `this server speaks version ${CONTRACT_VERSION}; reload the page to get the same`)
    }
    const request = check(JoinRequestSchema, payload, 'join')
    if (!request.ok) return refuse('bad-request', request.fault)
    const joining = this.rooms.join(request.output, peer)
    switch (joining.kind) {
      case 'joined':
        return { ok: true, peers: [...joining.others], iceServers: [...this.deps.iceServers] }
      case 'room-full':
        return refuse('room-full', `a room holds ${this.deps.limits.peersPerRoom} peers`)
      case 'too-many-rooms':
        return refuse('too-many-rooms', `one connection joins at most ${this.deps.limits.roomsPerSocket} rooms`)
      case 'taken':
        return refuse('taken', 'that place in the room is held by another connection, which joined with another token')
    }
  }

  private signal(peer: Peer, payload: unknown): DoneReply {
    const request = check(SignalRequestSchema, payload, 'signal')
    if (!request.ok) return refuse('bad-request', request.fault)
    const { room, to, box } = request.output
    const route = this.rooms.route(room, peer, to)
    switch (route.kind) {
      case 'not-joined':
        return refuse('not-joined', 'join the room before sending signals in it')
      case 'not-here':
        return refuse('not-here', 'no such peer is in the room now')
      case 'found':
        if (!peer.spend(box.byteLength)) return refuse('rate-limited', 'too many bytes in too short a time')
        if (route.addressee.deliver({ room, from: route.from, box })) return { ok: true }
        return ADDRESSEE_IS_BEHIND
    }
  }

  private leave(peer: Peer, payload: unknown): DoneReply {
    const request = check(LeaveRequestSchema, payload, 'leave')
    if (!request.ok) return refuse('bad-request', request.fault)
    return this.rooms.leave(request.output.room, peer) ? { ok: true } : refuse('not-joined', 'not in that room')
  }
}
