/** A room for tests: says what it is told to say, and remembers what it was asked. */
import {
  type Address,
  type Data,
  type Member,
  type PeerId,
  type Room,
  RoomError,
  type RoomEvents,
  type RoomStatus,
} from '../mesh'
import { type ConversationKey, type Entry, EVERYONE } from './conversation'
import { type RoomPort, RoomStore } from './room-store'
import type { Timer } from './timer'

export const LINK = 'https://starling.example/#/r/AAAAAAAAAAAAAAAAAAAAAA'

type Listeners = { [Name in keyof RoomEvents]: Set<(payload: RoomEvents[Name]) => void> }

export class RoomDouble implements RoomPort {
  self: Room['self'] = { id: peerId('me'), name: 'Ada' }
  present: readonly Member[] = []
  current: RoomStatus = { state: 'open', signaling: { kind: 'connected', server: 'https://starling.example' } }
  /** what sending runs into; undefined lets it through */
  fault: Error | undefined
  readonly said: { readonly to: string; readonly data: Data }[] = []
  leaves = 0
  readonly #listeners: Listeners = {
    message: new Set(),
    members: new Set(),
    receipt: new Set(),
    status: new Set(),
    error: new Set(),
    refused: new Set(),
  }

  constructor(readonly link: string = LINK) {}

  readonly on: Room['on'] = (event, listener) => {
    const listeners: Set<typeof listener> = this.#listeners[event]
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  emit<Name extends keyof RoomEvents>(event: Name, payload: RoomEvents[Name]): void {
    const listeners: Set<(payload: RoomEvents[Name]) => void> = this.#listeners[event]
    for (const listener of [...listeners]) listener(payload)
  }

  listenerCount(): number {
    return Object.values(this.#listeners).reduce((count, listeners) => count + listeners.size, 0)
  }

  members(): readonly Member[] {
    return this.present
  }

  status(): RoomStatus {
    return this.current
  }

  meet(...members: readonly Member[]): void {
    this.present = members
    this.emit('members', members)
  }

  hear(from: Member, data: Data, { direct = false, at = 0 } = {}): void {
    this.emit('message', { id: `${from.id}.${at}`, from: from.id, name: from.name, data, direct, at })
  }

  async send(to: string, data: Data): Promise<void> {
    if (this.fault) throw this.fault
    this.said.push({ to, data })
  }

  async broadcast(data: Data): Promise<string> {
    if (this.fault) throw this.fault
    this.said.push({ to: 'everyone', data })
    return `me.${this.said.length}`
  }

  async rename(name: string): Promise<void> {
    this.self = { ...this.self, name }
    if (this.fault) throw this.fault
  }

  safetyCode(peer: string): string {
    if (!this.present.some(({ id }) => id === peer)) throw new RoomError('unknown-peer', `There is no member ${peer}.`)
    return '12345 67890 '.repeat(4).trim()
  }

  async setVerified(peer: string, verified: boolean): Promise<void> {
    this.meet(...this.present.map((member) => (member.id === peer ? { ...member, verified } : member)))
    if (this.fault) throw this.fault
  }

  async leave(): Promise<void> {
    this.leaves += 1
  }

  warn(error: RoomError): void {
    this.emit('error', error)
  }
}

/** Time that passes when a test says so. */
export class TimerDouble implements Timer {
  time = 1_000
  #waiting: { readonly at: number; readonly run: () => void }[] = []

  now(): number {
    return this.time
  }

  after(milliseconds: number, run: () => void): () => void {
    const entry = { at: this.time + milliseconds, run }
    this.#waiting.push(entry)
    return () => {
      this.#waiting = this.#waiting.filter((candidate) => candidate !== entry)
    }
  }

  pass(milliseconds: number): void {
    this.time += milliseconds
    const due = this.#waiting.filter(({ at }) => at <= this.time)
    this.#waiting = this.#waiting.filter((entry) => !due.includes(entry))
    for (const { run } of due) run()
  }
}

/** An id that starts as told; the double needs no room for chance. */
export function peerId(start: string): PeerId {
  return start.padEnd(22, '0') as PeerId
}

/** What a server calls somebody. */
export function address(start: string): Address {
  return start.padEnd(22, '0') as Address
}

export function member(name: string, change: Partial<Member> = {}): Member {
  const id = peerId(name.toLowerCase().replace(/\W/g, ''))
  return { id, name, status: 'here', verified: false, reach: 'direct', ...change }
}

/** A store in a room, with these people in it. */
export function enter(...present: readonly Member[]) {
  const room = new RoomDouble()
  room.present = present
  const clock = new TimerDouble()
  const store = new RoomStore(room, clock)
  const entries = (key: ConversationKey = EVERYONE): readonly Entry[] =>
    store.state.conversations.get(key)?.entries ?? []
  const unread = (key: ConversationKey) => store.state.conversations.get(key)?.unread ?? 0
  return { room, clock, store, entries, unread }
}
