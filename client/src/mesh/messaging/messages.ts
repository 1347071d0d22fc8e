/**
 * What members say, to all or to one: numbers and encodes messages, sends a broadcast to each member's session and
 * counts how far it has come. Rules PL2, PL3, PL6.
 */
import type { Data } from '../protocol/data'
import type { RoomError } from '../protocol/errors'
import type { PeerId } from '../protocol/ids'
import { assertData, assertSize } from '../protocol/outgoing'
import { encodePayload } from '../protocol/payloads'
import { type Clock, firstNumber, type Millis } from '../runtime/clock'
import type { Session } from './session'

export interface Message {
  /** the same on every screen */
  readonly id: string
  readonly from: PeerId
  /** the sender's name when it was received */
  readonly name: string
  readonly data: Data
  /** sent to this peer alone */
  readonly direct: boolean
  /** milliseconds since 1970 by the sender's clock */
  readonly at: Millis
}

/** How far a broadcast has come. */
export interface Receipt {
  readonly id: string
  /** the member that has just acknowledged it; absent at the start, and when a member was lost before it could */
  readonly by?: PeerId
  /** members that have acknowledged it */
  readonly delivered: number
  /** members that it is meant for and that were not lost since; one that could take no more never gets it */
  readonly of: number
}

interface MessagesDeps {
  readonly self: PeerId
  readonly clock: Clock
  readonly onReceipt: (receipt: Receipt) => void
  /** a member could not take a broadcast */
  readonly onOverload: (error: RoomError) => void
}

export class Messages {
  #count: number

  constructor(private readonly deps: MessagesDeps) {
    // A reload keeps the author, and no two messages of one author may have one id.
    this.#count = firstNumber(deps.clock)
  }

  /** @throws RoomError 'bad-data' | 'too-large'; then the number is free for the next message */
  encode(data: Data, direct: boolean): { readonly id: string; readonly bytes: Uint8Array } {
    assertData(data, 'data')
    const { self, clock } = this.deps
    const number = this.#count + 1
    const bytes = assertSize(encodePayload({ kind: 'message', number, direct, at: clock.wallTime(), data }))
    this.#count = number
    return { id: messageId(self, number), bytes }
  }

  /**
   * @returns the message's id
   * @throws RoomError 'overloaded' (no member can take it) | 'bad-data' | 'too-large'
   */
  broadcast(data: Data, members: ReadonlyMap<PeerId, Session>): string {
    const { id, bytes } = this.encode(data, false)
    const receivers = [...members].filter(([, session]) => !session.overload(bytes.length))
    const overloads = [...members.values()].flatMap((session) => session.overload(bytes.length) ?? [])
    const [overload] = overloads
    if (overload && receivers.length === 0) throw overload
    for (const error of overloads) this.deps.onOverload(error)
    // Whoever is passed over counts as one that it has not reached.
    const progress = { delivered: 0, of: members.size }
    this.deps.onReceipt({ id, ...progress })
    for (const [by, session] of receivers) {
      session.push(bytes, (error) => {
        if (error) progress.of -= 1
        else progress.delivered += 1
        this.deps.onReceipt({ id, ...(error ? {} : { by }), ...progress })
      })
    }
    return id
  }
}

/** The same on every screen. */
export const messageId = (author: PeerId, number: number): string => `${author}.${number}`
