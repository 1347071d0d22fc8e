/**
 * One room as the pages see it: gathers what the room reports, from the moment it was joined, into
 * one immutable state, and carries out what people ask for. Framework-free; hooks subscribe and
 * select. What the room itself knows (members, links, delivery) stays the library's.
 */
import { type Data, type Member, type PeerId, type Room, RoomError, type RoomEvents, type RoomStatus } from '../mesh'
import {
  append,
  type Conversation,
  type ConversationKey,
  changeSaid,
  type Delivery,
  EMPTY_CONVERSATION,
  type Entry,
  EVERYONE,
  type SaidEntry,
  withdraw,
} from './conversation'
import {
  DRAW_EVERY_MS,
  MAX_CONVERSATIONS,
  MAX_EARLY_RECEIPTS,
  MAX_NOTICES,
  SETTLING_MS,
  TRUSTED_CLOCK_MS,
} from './limits'
import { type Label, labelPeople, labelWords, plainName } from './names'
import { errorWords, noticeWords } from './words'

/** The part of a room that the pages lean on. */
export type RoomPort = Pick<
  Room,
  'link' | 'self' | 'members' | 'status' | 'on' | 'send' | 'broadcast' | 'rename' | 'leave'
>

export interface Timer {
  /** milliseconds since 1970 */
  now(): number
  /** @returns what cancels it */
  after(milliseconds: number, run: () => void): () => void
}

export interface Notice {
  readonly key: string
  readonly error: RoomError
}

export interface RoomState {
  readonly self: { readonly id: PeerId; readonly name: string }
  readonly members: readonly Member[]
  /** by id, for everyone known; the same map until a name or a presence changes */
  readonly labels: ReadonlyMap<PeerId, Label>
  readonly status: RoomStatus
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>
  readonly notices: readonly Notice[]
}

/** Whether what was said is in the log now, or was handed back because it can never be sent as it is. */
export type Said = { readonly kind: 'kept' } | { readonly kind: 'handed-back'; readonly why: string }

export class RoomStore {
  readonly link: string
  private current: RoomState
  private readonly watchers = new Set<() => void>()
  private readonly stops: (() => void)[]
  private readonly earlyReceipts = new Map<string, RoomEvents['receipt']>()
  private readonly arrivedAt: number
  private toldAt = Number.NEGATIVE_INFINITY
  private cancelTelling: (() => void) | undefined
  private looking: ConversationKey | undefined
  private nextKey = 0

  constructor(
    private readonly room: RoomPort,
    private readonly clock: Timer,
  ) {
    this.link = room.link
    this.arrivedAt = clock.now()
    this.current = {
      self: room.self,
      members: room.members(),
      labels: labelMembers(room.members(), room.self.name),
      status: room.status(),
      conversations: new Map([[EVERYONE, EMPTY_CONVERSATION]]),
      notices: [],
    }
    this.stops = [
      room.on('message', (message) => this.hear(message)),
      room.on('members', (members) => this.meet(members)),
      room.on('receipt', (receipt) => this.noteReceipt(receipt)),
      room.on('status', (status) => this.change({ status })),
      room.on('error', (error) => this.warn(error)),
    ]
  }

  /** An arrow function, because React takes it without its object. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  get state(): RoomState {
    return this.current
  }

  /** Stops listening; leaving the room is its owner's to do. */
  close(): void {
    for (const stop of this.stops.splice(0)) stop()
    this.cancelTelling?.()
    this.cancelTelling = undefined
  }

  /** Says which conversation somebody is looking at; what arrives there counts as read. */
  look(key: ConversationKey | undefined): void {
    this.looking = key
    if (key !== undefined) this.updateConversation(key, (c) => (c.unread === 0 ? c : { ...c, unread: 0 }))
  }

  /**
   * Says `data` to everyone or to one person; it shows in the log at once.
   * @returns when the room has taken it (everyone) or the person has it (direct), or it has failed, which the log tells
   */
  async say(to: ConversationKey, data: Data): Promise<Said> {
    const key = this.makeKey()
    this.add(to, { kind: 'said', key, at: this.clock.now(), data, id: undefined, delivery: { kind: 'sending' } })
    try {
      if (to === EVERYONE) await this.broadcast(key, data)
      else await this.sendDirect(to, key, data)
      return { kind: 'kept' }
    } catch (cause) {
      const why = errorWords(cause)
      if (cause instanceof RoomError && (cause.reason === 'too-large' || cause.reason === 'bad-data')) {
        this.updateConversation(to, (conversation) => withdraw(conversation, key))
        return { kind: 'handed-back', why }
      }
      this.setDelivery(to, key, { kind: 'failed', why })
      // People read the words; an error that the library does not foresee is a bug, and its trace helps.
      if (!(cause instanceof RoomError)) console.error('saying something failed', cause)
      return { kind: 'kept' }
    }
  }

  /** Says a failed message once more, as new: it is said now, not then. */
  async sayAgain(to: ConversationKey, key: string): Promise<void> {
    const failed = this.current.conversations
      .get(to)
      ?.entries.find((entry) => entry.key === key && entry.kind === 'said' && entry.delivery.kind === 'failed')
    if (failed?.kind !== 'said') return
    this.updateConversation(to, (conversation) => withdraw(conversation, key))
    const said = await this.say(to, failed.data)
    if (said.kind === 'handed-back') this.add(to, { ...failed, delivery: { kind: 'failed', why: said.why } })
  }

  /** @throws RoomError when the room refuses the name */
  async rename(name: string): Promise<void> {
    try {
      await this.room.rename(name)
    } finally {
      // A name that could not be stored is in use all the same.
      const { self } = this.room
      this.change({ self, labels: this.relabel(this.current.members, self.name) })
    }
  }

  dismiss(key: string): void {
    this.change({ notices: this.current.notices.filter((notice) => notice.key !== key) })
  }

  private async broadcast(key: string, data: Data): Promise<void> {
    const of = present(this.current.members).length
    const id = await this.room.broadcast(data)
    const early = this.earlyReceipts.get(id)
    this.earlyReceipts.delete(id)
    const delivery: Delivery = { kind: 'sent', delivered: early?.delivered ?? 0, of: early?.of ?? of }
    this.changeEntry(EVERYONE, key, (entry) => ({ ...entry, id, delivery }))
  }

  private async sendDirect(to: PeerId, key: string, data: Data): Promise<void> {
    await this.room.send(to, data)
    this.setDelivery(to, key, { kind: 'sent', delivered: 1, of: 1 })
  }

  private hear(message: RoomEvents['message']): void {
    const { from, name, data } = message
    const now = this.clock.now()
    const at = Math.abs(message.at - now) <= TRUSTED_CLOCK_MS ? message.at : now
    this.add(message.direct ? from : EVERYONE, { kind: 'heard', key: this.makeKey(), from, name, data, at })
  }

  private noteReceipt(receipt: RoomEvents['receipt']): void {
    const everyone = this.current.conversations.get(EVERYONE) ?? EMPTY_CONVERSATION
    const changed = changeSaid(
      everyone,
      (entry) => entry.id === receipt.id,
      (entry) => ({ ...entry, delivery: { kind: 'sent', delivered: receipt.delivered, of: receipt.of } }),
    )
    if (changed !== everyone) return this.updateConversation(EVERYONE, () => changed)
    this.earlyReceipts.set(receipt.id, receipt)
    for (const id of this.earlyReceipts.keys()) {
      if (this.earlyReceipts.size <= MAX_EARLY_RECEIPTS) break
      this.earlyReceipts.delete(id)
    }
  }

  private meet(members: readonly Member[]): void {
    const before = new Map(this.current.members.map((member) => [member.id, member]))
    this.change({ members, labels: this.relabel(members) })
    for (const member of members) {
      const known = before.get(member.id)
      const name = plainName(member.name)
      const at = this.clock.now()
      const wasHere = known !== undefined && known.status !== 'gone'
      const isHere = member.status !== 'gone'
      if (isHere && !wasHere && at - this.arrivedAt > SETTLING_MS) this.noteInLogs(member.id, 'came', name)
      if (!isHere && wasHere) this.noteInLogs(member.id, 'left', name)
      if (known && plainName(known.name) !== name) {
        this.add(EVERYONE, {
          kind: 'renamed',
          key: this.makeKey(),
          at,
          who: member.id,
          before: plainName(known.name),
          now: name,
        })
      }
    }
  }

  private relabel(members: readonly Member[], selfName = this.current.self.name): RoomState['labels'] {
    const labels = labelMembers(members, selfName)
    return sameLabels(labels, this.current.labels) ? this.current.labels : labels
  }

  private noteInLogs(peer: PeerId, what: 'came' | 'left', name: string): void {
    const at = this.clock.now()
    this.add(EVERYONE, { kind: 'note', key: this.makeKey(), at, what, who: [peer], names: [name] })
    if (!this.current.conversations.has(peer)) return
    this.add(peer, { kind: 'note', key: this.makeKey(), at, what, who: [peer], names: [name] })
  }

  private warn(error: RoomError): void {
    const words = this.wordNotice(error)
    if (this.current.notices.some((notice) => this.wordNotice(notice.error) === words)) return
    this.change({ notices: [...this.current.notices, { key: this.makeKey(), error }].slice(-MAX_NOTICES) })
  }

  private wordNotice(error: RoomError): string {
    return noticeWords(error, (peer) => labelWords(this.current.labels, peer))
  }

  private add(key: ConversationKey, entry: Entry): void {
    this.updateConversation(key, (conversation) => {
      const unread = entry.kind === 'heard' && this.looking !== key ? conversation.unread + 1 : conversation.unread
      return append({ ...conversation, unread }, entry)
    })
  }

  private changeEntry(to: ConversationKey, key: string, change: (entry: SaidEntry) => SaidEntry): void {
    this.updateConversation(to, (conversation) => changeSaid(conversation, (entry) => entry.key === key, change))
  }

  private setDelivery(to: ConversationKey, key: string, delivery: Delivery): void {
    this.changeEntry(to, key, (entry) => ({ ...entry, delivery }))
  }

  private updateConversation(key: ConversationKey, update: (conversation: Conversation) => Conversation): void {
    const before = this.current.conversations.get(key) ?? EMPTY_CONVERSATION
    const after = update(before)
    if (after === before) return
    const conversations = new Map(this.current.conversations)
    // Put in anew, so that the map's order is that of use, the one quiet for longest first.
    conversations.delete(key)
    conversations.set(key, after)
    this.forgetQuiet(conversations, key)
    this.change({ conversations })
  }

  /** Beyond the limit the conversation quiet for longest goes; those of people who left go first. */
  private forgetQuiet(conversations: Map<ConversationKey, Conversation>, justUsed: ConversationKey): void {
    if (conversations.size <= MAX_CONVERSATIONS + 1) return
    const here = new Set<ConversationKey>(present(this.current.members).map((member) => member.id))
    const spared = new Set<ConversationKey | undefined>([EVERYONE, justUsed, this.looking])
    const quiet = [...conversations.keys()].filter((key) => !spared.has(key))
    const first = quiet.find((key) => !here.has(key)) ?? quiet[0]
    if (first !== undefined) conversations.delete(first)
  }

  private change(part: Partial<RoomState>): void {
    this.current = { ...this.current, ...part }
    if (this.cancelTelling) return
    // Never longer than one interval, even when somebody sets the clock back.
    const wait = Math.min(this.toldAt + DRAW_EVERY_MS - this.clock.now(), DRAW_EVERY_MS)
    if (wait <= 0) return this.tell()
    this.cancelTelling = this.clock.after(wait, () => this.tell())
  }

  /** The state is always up to date; those who draw it are told at most once in an interval. */
  private tell(): void {
    this.cancelTelling = undefined
    this.toldAt = this.clock.now()
    for (const watcher of [...this.watchers]) watcher()
  }

  private makeKey(): string {
    this.nextKey += 1
    return `e${this.nextKey}`
  }
}

export function present(members: readonly Member[]): readonly Member[] {
  return members.filter((member) => member.status !== 'gone')
}

function labelMembers(members: readonly Member[], selfName: string): ReadonlyMap<PeerId, Label> {
  return labelPeople(
    present(members),
    members.filter((member) => member.status === 'gone'),
    selfName,
  )
}

function sameLabels(a: ReadonlyMap<PeerId, Label>, b: ReadonlyMap<PeerId, Label>): boolean {
  if (a.size !== b.size) return false
  return [...a].every(([id, { name, mark }]) => b.get(id)?.name === name && b.get(id)?.mark === mark)
}
