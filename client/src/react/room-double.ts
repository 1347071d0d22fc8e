/**
 * A room for tests: says what it is told to say, remembers what it was asked, and keeps a log whose entries are stored
 * at once. What nobody has acknowledged stays under way.
 */
import {
  type Address,
  type Content,
  comparePositions,
  type Data,
  type Entry,
  type EntryId,
  type HistoryPage,
  type Member,
  memoryStore,
  type PeerId,
  type Position,
  RoomError,
  type RoomEvents,
  type RoomId,
  type RoomStatus,
  type Writable,
} from '../mesh'
import { type ConversationKey, EVERYONE, type Item } from './conversation'
import { DRAW_EVERY_MS } from './limits'
import type { RoomPort } from './room-port'
import { RoomStore } from './room-store'
import type { Timer } from './timer'

export const LINK = 'https://starling.example/#/r/AAAAAAAAAAAAAAAAAAAAAA'

/** Milliseconds since 1970: noon of a day in summer. */
export const NOON = Date.UTC(2026, 5, 10, 12)

type Listeners = { [Name in keyof RoomEvents]: Set<(payload: RoomEvents[Name]) => void> }

type Range = NonNullable<Parameters<RoomPort['history']>[0]>

export class RoomDouble implements RoomPort {
  readonly id = 'AAAAAAAAAAAAAAAAAAAAAA' as RoomId
  self: RoomPort['self'] = { id: peerId('me'), name: 'Ada' }
  present: readonly Member[] = []
  current: RoomStatus = { state: 'open', signaling: { kind: 'connected', server: 'https://starling.example' } }
  /** what writing runs into; undefined lets it through */
  fault: Error | undefined
  /** all that is on the disk, of every log */
  readonly log: Entry[] = []
  /** whether older entries once existed that nobody here holds */
  isComplete = true
  readonly receipts = new Map<EntryId, { delivered: number; of: number }>()
  readonly signals: { readonly topic: string; readonly data: Data; readonly to: PeerId | undefined }[] = []
  readonly asked: Range[] = []
  leaves = 0
  isForgotten = false
  readonly #listeners: Listeners = {
    entry: new Set(),
    removed: new Set(),
    signal: new Set(),
    members: new Set(),
    receipt: new Set(),
    status: new Set(),
    error: new Set(),
    refused: new Set(),
  }

  constructor(readonly link: string = LINK) {}

  readonly on: RoomPort['on'] = (event, listener) => {
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

  /** Somebody has written something, which comes in now. */
  hear(from: Member, content: Content | string, change: Partial<Entry> = {}): Entry {
    const entry = this.write(from, content, change)
    this.emit('entry', entry)
    return entry
  }

  /** Somebody has written something, which is on the disk already. */
  write(from: Pick<Member, 'id' | 'name'>, content: Content | string, change: Partial<Entry> = {}): Entry {
    const seq = this.log.filter(({ author }) => author === from.id).length + 1
    const entry: Entry = {
      id: `${from.id}.${seq}` as EntryId,
      author: from.id,
      seq,
      lamport: Math.max(0, ...this.log.slice(-1).map(({ lamport }) => lamport)) + 1,
      to: undefined,
      name: from.name,
      at: NOON,
      late: false,
      content: typeof content === 'string' ? { kind: 'text', text: content } : content,
      ...change,
    }
    this.log.push(entry)
    return entry
  }

  async broadcast(content: Writable | string): Promise<EntryId> {
    if (this.fault) throw this.fault
    return this.hear({ ...member('me'), ...this.self }, content).id
  }

  /** Stored, and never acknowledged. */
  async send(to: PeerId, content: Writable | string): Promise<EntryId> {
    if (this.fault) throw this.fault
    this.hear({ ...member('me'), ...this.self }, content, { to })
    return new Promise(() => {})
  }

  async history({ with: peer, before, limit = 100 }: Range = {}): Promise<HistoryPage> {
    this.asked.push({ ...(peer && { with: peer }), ...(before && { before }), limit })
    const earlier = this.log
      .filter((entry) => (peer === undefined ? entry.to === undefined : isBetween(entry, peer, this.self.id)))
      .filter((entry) => before === undefined || comparePositions(entry, before) < 0)
      .sort(comparePositions)
    return { entries: earlier.slice(-limit), more: earlier.length > limit, complete: this.isComplete }
  }

  conversations(): readonly PeerId[] {
    const self = this.self.id
    const others = this.log.flatMap(({ author, to }) => (to === undefined ? [] : [author === self ? to : author]))
    return [...new Set(others)]
  }

  delivery(id: EntryId): { delivered: number; of: number } {
    return this.receipts.get(id) ?? { delivered: 0, of: this.present.filter(({ status }) => status !== 'gone').length }
  }

  signal(topic: string, data: Data, { to }: { readonly to?: PeerId } = {}): boolean {
    this.signals.push({ topic, data, to })
    return true
  }

  async forget(): Promise<void> {
    if (this.fault) throw this.fault
    this.isForgotten = true
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
  time = NOON
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

function isBetween({ author, to }: Entry, peer: PeerId, self: PeerId): boolean {
  return (author === peer && to === self) || (author === self && to === peer)
}

export const at = (lamport: number, author = 'me', seq = lamport): Position => ({
  lamport,
  author: peerId(author),
  seq,
})

/** An entry that nobody has stored anywhere. */
export function entry(author: string, lamport: number, content: Content | string, change: Partial<Entry> = {}): Entry {
  return {
    ...at(lamport, author),
    id: `${peerId(author)}.${lamport}` as EntryId,
    to: undefined,
    name: author,
    at: NOON,
    late: false,
    content: typeof content === 'string' ? { kind: 'text', text: content } : content,
    ...change,
  }
}

/** A store in a room, with these people in it; `room` may have a log already. */
export async function enter(present: readonly Member[] = [], room = new RoomDouble(), memory = memoryStore()) {
  room.present = present
  const clock = new TimerDouble()
  const store = new RoomStore({ room, clock, memory, isNamed: false })
  await settle()
  // What comes next is drawn at once.
  for (let drawn = 0; drawn < 2; drawn++) clock.pass(DRAW_EVERY_MS)
  const items = (key: ConversationKey = EVERYONE): readonly Item[] => store.state.conversations.get(key)?.items ?? []
  const unread = (key: ConversationKey) => store.state.conversations.get(key)?.unread ?? 0
  /** somebody looks at the end of it */
  const read = (key: ConversationKey) => {
    store.look(key)
    store.follow(true)
  }
  return { room, clock, store, memory, items, unread, read }
}

/** What was begun and waits for nothing but the disk is over then. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

export function textsOf(items: readonly Item[]): readonly string[] {
  return items.map((item) => {
    if (item.kind === 'pending') return item.content.text
    if (item.kind !== 'message') return `(${item.kind})`
    return item.body.kind === 'text' ? item.body.text : `(${item.body.kind})`
  })
}
