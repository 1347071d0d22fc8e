/**
 * One room as the pages see it: gathers what the room reports, from the moment it was joined, into
 * one immutable state, and carries out what people ask for. Framework-free; hooks subscribe and
 * select. What the room itself knows (members, links, delivery) stays the library's. However much is
 * reported between two drawings of the page, one state is made of it.
 */
import { type Data, type Member, type PeerId, type Room, RoomError, type RoomEvents, type RoomStatus } from '../mesh'
import { Comings, type News } from './comings'
import { type Conversation, type ConversationKey, type Delivery, EVERYONE, type SaidEntry } from './conversation'
import { Conversations } from './conversations'
import { DRAW_EVERY_MS, LOOKING_MS, MAX_EARLY_RECEIPTS, MAX_NOTICES, TRUSTED_CLOCK_MS } from './limits'
import { areNamedAlike, labelMembers, present } from './members'
import { type Label, labelWords } from './names'
import type { Timer } from './timer'
import { errorWords, noticeWords, type Unmet } from './words'

/** The part of a room that the pages lean on. */
export type RoomPort = Pick<
  Room,
  | 'link'
  | 'self'
  | 'members'
  | 'status'
  | 'on'
  | 'send'
  | 'broadcast'
  | 'rename'
  | 'safetyCode'
  | 'setVerified'
  | 'leave'
>

export interface Notice {
  readonly key: string
  readonly error: RoomError
}

export interface RoomState {
  readonly self: { readonly id: PeerId; readonly name: string }
  readonly members: readonly Member[]
  /** by id, for everyone known; the same map until a name, a presence or a verification changes */
  readonly labels: ReadonlyMap<PeerId, Label>
  readonly status: RoomStatus
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>
  readonly notices: readonly Notice[]
  /** undefined where nobody seems to be missing */
  readonly unmet: Unmet | undefined
}

/** Whether what was said is in the log now, or was handed back because it can never be sent as it is. */
export type Said = { readonly kind: 'kept' } | { readonly kind: 'handed-back'; readonly why: string }

export class RoomStore {
  readonly link: string
  private current: RoomState
  private readonly conversations: Conversations
  private readonly comings: Comings
  private readonly watchers = new Set<() => void>()
  private readonly stops: (() => void)[]
  private readonly earlyReceipts = new Map<string, RoomEvents['receipt']>()
  /** the latest that was told of the members, while it is not in the state yet */
  private told: readonly Member[] | undefined
  private toldAt = Number.NEGATIVE_INFINITY
  private cancelTelling: (() => void) | undefined
  private readonly stopLooking: () => void
  private nextKey = 0

  /** @param isNamed whether people may be in it already: nobody opens a new room by its name alone */
  constructor(
    private readonly room: RoomPort,
    private readonly clock: Timer,
    isNamed = false,
  ) {
    this.link = room.link
    this.conversations = new Conversations((key) =>
      present(this.told ?? this.current.members).some(({ id }) => id === key),
    )
    this.comings = new Comings({ clock, onDue: () => this.noteDue() }, room.members())
    this.current = {
      self: room.self,
      members: room.members(),
      labels: labelMembers(room.members(), room.self.name),
      status: room.status(),
      conversations: this.conversations.all,
      notices: [],
      unmet: isNamed ? 'not found yet' : undefined,
    }
    this.stopLooking = isNamed ? clock.after(LOOKING_MS, () => this.giveUpLooking()) : () => {}
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

  /** Always up to date, and the same object until something changes. */
  get state(): RoomState {
    this.takeInMembers()
    const conversations = this.conversations.all
    if (conversations !== this.current.conversations) this.current = { ...this.current, conversations }
    return this.current
  }

  /** Stops listening; leaving the room is its owner's to do. */
  close(): void {
    for (const stop of this.stops.splice(0)) stop()
    this.comings.close()
    this.stopLooking()
    this.cancelTelling?.()
    this.cancelTelling = undefined
  }

  /** Says which conversation somebody is looking at; what arrives there counts as read. */
  look(key: ConversationKey | undefined): void {
    if (this.conversations.look(key)) this.changed()
  }

  /**
   * Says `data` to everyone or to one person; it shows in the log at once.
   * @returns when the room has taken it (everyone) or the person has it (direct), or it has failed, which the log tells
   */
  async say(to: ConversationKey, data: Data): Promise<Said> {
    const key = this.makeKey()
    const at = this.clock.now()
    this.conversations.add(to, { kind: 'said', key, at, data, id: undefined, delivery: { kind: 'sending' } })
    this.changed()
    try {
      if (to === EVERYONE) await this.broadcast(key, data)
      else await this.sendDirect(to, key, data)
      return { kind: 'kept' }
    } catch (cause) {
      const why = errorWords(cause)
      if (cause instanceof RoomError && (cause.reason === 'too-large' || cause.reason === 'bad-data')) {
        this.conversations.withdraw(to, key)
        this.changed()
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
    const failed = this.state.conversations
      .get(to)
      ?.entries.find((entry) => entry.key === key && entry.kind === 'said' && entry.delivery.kind === 'failed')
    if (failed?.kind !== 'said') return
    this.conversations.withdraw(to, key)
    const said = await this.say(to, failed.data)
    if (said.kind === 'kept') return
    this.conversations.add(to, { ...failed, delivery: { kind: 'failed', why: said.why } })
    this.changed()
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

  /** @returns 8 groups of 5 digits; undefined for somebody who is not known any more */
  safetyCode(peer: PeerId): string | undefined {
    try {
      return this.room.safetyCode(peer)
    } catch (cause) {
      if (cause instanceof RoomError) return undefined
      throw cause
    }
  }

  /** @throws RoomError 'not-stored' (it holds until the room is left) | 'unknown-peer' | 'left' */
  async setVerified(peer: PeerId, isVerified: boolean): Promise<void> {
    await this.room.setVerified(peer, isVerified)
  }

  dismiss(key: string): void {
    this.change({ notices: this.current.notices.filter((notice) => notice.key !== key) })
  }

  private async broadcast(key: string, data: Data): Promise<void> {
    const of = present(this.state.members).length
    const id = await this.room.broadcast(data)
    const early = this.earlyReceipts.get(id)
    this.earlyReceipts.delete(id)
    const delivery: Delivery = { kind: 'sent', delivered: early?.delivered ?? 0, of: early?.of ?? of }
    this.changeSaid(EVERYONE, key, (entry) => ({ ...entry, id, delivery }))
  }

  private async sendDirect(to: PeerId, key: string, data: Data): Promise<void> {
    await this.room.send(to, data)
    this.setDelivery(to, key, { kind: 'sent', delivered: 1, of: 1 })
  }

  private hear(message: RoomEvents['message']): void {
    const { from, name, data } = message
    // Whoever has just come in came in before saying this.
    if (!this.comings.knows(from)) this.takeInMembers()
    const now = this.clock.now()
    const at = Math.abs(message.at - now) <= TRUSTED_CLOCK_MS ? message.at : now
    const key = this.makeKey()
    this.conversations.add(message.direct ? from : EVERYONE, { kind: 'heard', key, from, name, data, at })
    this.changed()
  }

  private noteReceipt(receipt: RoomEvents['receipt']): void {
    const { id, delivered, of } = receipt
    const isKnown = this.conversations.changeSaid(
      EVERYONE,
      (entry) => entry.id === id,
      (entry) => ({ ...entry, delivery: { kind: 'sent', delivered, of } }),
    )
    if (isKnown) return this.changed()
    this.earlyReceipts.set(id, receipt)
    for (const oldest of this.earlyReceipts.keys()) {
      if (this.earlyReceipts.size <= MAX_EARLY_RECEIPTS) break
      this.earlyReceipts.delete(oldest)
    }
  }

  private meet(members: readonly Member[]): void {
    this.told = members
    this.changed()
  }

  /** Tells nobody: whoever brought the news has seen to that, and this also happens while the page is being drawn. */
  private takeInMembers(): void {
    const members = this.told
    if (members === undefined) return
    this.told = undefined
    const notices = present(members).length === 0 ? this.current.notices : withoutDoubt(this.current.notices)
    this.current = { ...this.current, members, labels: this.relabel(members), notices }
    for (const news of this.comings.meet(members)) this.note(news)
  }

  private relabel(members: readonly Member[], selfName = this.current.self.name): RoomState['labels'] {
    const known = this.current
    if (selfName === known.self.name && areNamedAlike(members, known.members)) return known.labels
    return labelMembers(members, selfName)
  }

  private note(news: News): void {
    const at = this.clock.now()
    const key = this.makeKey()
    const { who } = news
    if (news.kind === 'renamed') {
      return this.conversations.add(EVERYONE, { kind: 'renamed', key, at, who, before: news.before, now: news.now })
    }
    const entry = { kind: 'note', at, what: news.what, who: [who], names: [news.name] } as const
    this.conversations.add(EVERYONE, { ...entry, key })
    if (this.conversations.has(who)) this.conversations.add(who, { ...entry, key: this.makeKey() })
  }

  private noteDue(): void {
    // After a sleep everything is due at once, and whoever seems to be gone may have come back meanwhile.
    this.takeInMembers()
    for (const news of this.comings.due()) this.note(news)
    this.changed()
  }

  private warn(error: RoomError): void {
    const { notices, unmet } = this.current
    const words = this.wordNotice(error)
    const isShown = notices.some((notice) => this.wordNotice(notice.error) === words)
    this.change({
      notices: isShown ? notices : [...notices, { key: this.makeKey(), error }].slice(-MAX_NOTICES),
      unmet: unmetBy(error) ?? unmet,
    })
  }

  private giveUpLooking(): void {
    if (this.current.unmet === 'not found yet') this.change({ unmet: undefined })
  }

  private wordNotice(error: RoomError): string {
    return noticeWords(error, (peer) => labelWords(this.state.labels, peer))
  }

  private changeSaid(to: ConversationKey, key: string, change: (entry: SaidEntry) => SaidEntry): void {
    if (this.conversations.changeSaid(to, (entry) => entry.key === key, change)) this.changed()
  }

  private setDelivery(to: ConversationKey, key: string, delivery: Delivery): void {
    this.changeSaid(to, key, (entry) => ({ ...entry, delivery }))
  }

  private change(part: Partial<RoomState>): void {
    this.current = { ...this.current, ...part }
    this.changed()
  }

  private changed(): void {
    if (this.cancelTelling) return
    // Never longer than one interval, even when somebody sets the clock back.
    const wait = Math.min(this.toldAt + DRAW_EVERY_MS - this.clock.now(), DRAW_EVERY_MS)
    if (wait <= 0) return this.tell()
    this.cancelTelling = this.clock.after(wait, () => this.tell())
  }

  /** Those who draw the state are told at most once in an interval. */
  private tell(): void {
    this.cancelTelling = undefined
    this.toldAt = this.clock.now()
    this.takeInMembers()
    for (const watcher of [...this.watchers]) watcher()
  }

  private makeKey(): string {
    this.nextKey += 1
    return `e${this.nextKey}`
  }
}

function unmetBy({ reason, details }: RoomError): Unmet | undefined {
  if (reason === 'wrong-password') return 'another password'
  return reason === 'unreachable' && details.address !== undefined ? 'out of reach' : undefined
}

/** Whoever is with somebody has the right password, or at least one that two people share. */
function withoutDoubt(notices: readonly Notice[]): readonly Notice[] {
  const others = notices.filter(({ error }) => error.reason !== 'wrong-password')
  return others.length === notices.length ? notices : others
}
