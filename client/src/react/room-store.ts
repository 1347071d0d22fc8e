/**
 * One room as the pages see it: gathers what the room reports, from the moment it was joined, into one immutable state,
 * and carries out what people ask for. Framework-free; hooks subscribe and select. What the room itself knows (members,
 * links, the log, delivery) stays the library's. However much is reported between two drawings of the page, one state is
 * made of it.
 */
import { type Entry, type EntryId, type Member, type PeerId, RoomError, type RoomStatus, type Store } from '../mesh'
import { Comings, type News } from './comings'
import { type Conversation, type ConversationKey, EVERYONE, type MessageItem, type Sayable } from './conversation'
import { Conversations } from './conversations'
import { HistoryReader } from './history-reader'
import { DRAW_EVERY_MS, LOOKING_MS } from './limits'
import { areNamedAlike, labelMembers, present } from './members'
import { type Label, labelWords } from './names'
import { type Notice, noteError, unmetBy, withoutDoubt } from './notices'
import { ReadMarks } from './read-marks'
import type { RoomPort } from './room-port'
import { type Said, Sayings } from './sayings'
import type { Timer } from './timer'
import { Typing, type TypingPeople } from './typing'
import { noticeWords, type Unmet } from './words'

export interface RoomState {
  readonly self: { readonly id: PeerId; readonly name: string }
  readonly members: readonly Member[]
  /** by id, for everyone known; the same map until a name, a presence or a verification changes */
  readonly labels: ReadonlyMap<PeerId, Label>
  readonly status: RoomStatus
  readonly conversations: ReadonlyMap<ConversationKey, Conversation>
  readonly typing: TypingPeople
  readonly notices: readonly Notice[]
  /** undefined where nobody seems to be missing */
  readonly unmet: Unmet | undefined
}

interface RoomStoreDeps {
  readonly room: RoomPort
  readonly clock: Timer
  /** remembers how far was read */
  readonly memory: Store
  /** whether people may be in it already: nobody opens a new room by its name alone */
  readonly isNamed: boolean
}

export class RoomStore {
  readonly link: string
  /** milliseconds since 1970 */
  readonly openedAt: number
  readonly #room: RoomPort
  readonly #clock: Timer
  readonly #conversations: Conversations
  readonly #marks: ReadMarks
  readonly #history: HistoryReader
  readonly #sayings: Sayings
  readonly #typing: Typing
  readonly #comings: Comings
  readonly #watchers = new Set<() => void>()
  readonly #stops: (() => void)[]
  readonly #stopLooking: () => void
  #current: RoomState
  /** the latest that was told of the members, while it is not in the state yet */
  #told: readonly Member[] | undefined
  #toldAt = Number.NEGATIVE_INFINITY
  #cancelTelling: (() => void) | undefined
  #nextKey = 0

  constructor({ room, clock, memory, isNamed }: RoomStoreDeps) {
    this.#room = room
    this.#clock = clock
    this.link = room.link
    this.openedAt = clock.now()
    this.#marks = new ReadMarks({ room: room.id, store: memory, clock })
    this.#conversations = new Conversations({
      self: room.self.id,
      openedAt: this.openedAt,
      now: () => clock.now(),
      isHere: (key) => present(this.#told ?? this.#current.members).some(({ id }) => id === key),
      readUpTo: (key) => this.#marks.get(key),
      onRead: (key, upTo) => this.#marks.set(key, upTo),
    })
    const shared = { room, conversations: this.#conversations, clock, onChange: () => this.#changed() }
    const ready = this.#marks.load().then(() => this.#conversations.resume())
    this.#history = new HistoryReader({ ...shared, ready })
    this.#typing = new Typing(shared)
    const onError = (error: RoomError) => this.#warn(error)
    this.#sayings = new Sayings({ ...shared, makeKey: () => this.#makeKey(), onError })
    this.#comings = new Comings({ clock, onDue: () => this.#noteDue() }, room.members())
    this.#current = {
      self: room.self,
      members: room.members(),
      labels: labelMembers(room.members(), room.self.name),
      status: room.status(),
      conversations: this.#conversations.all,
      typing: this.#typing.people,
      notices: [],
      unmet: isNamed ? 'not found yet' : undefined,
    }
    this.#stopLooking = isNamed ? clock.after(LOOKING_MS, () => this.#giveUpLooking()) : () => {}
    this.#stops = [
      room.on('entry', (entry) => this.#hear(entry)),
      room.on('removed', ({ ids }) => {
        this.#conversations.remove(ids)
        this.#changed()
      }),
      room.on('signal', (signal) => this.#typing.hear(signal)),
      room.on('members', (members) => this.#meet(members)),
      room.on('receipt', shared.onChange),
      room.on('status', (status) => this.#change({ status })),
      room.on('error', (error) => this.#warn(error)),
    ]
    void this.#begin()
  }

  /** An arrow function, because React takes it without its object. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Always up to date, and the same object until something changes. */
  get state(): RoomState {
    this.#takeInMembers()
    const conversations = this.#conversations.all
    const typing = this.#typing.people
    if (conversations !== this.#current.conversations || typing !== this.#current.typing) {
      this.#current = { ...this.#current, conversations, typing }
    }
    return this.#current
  }

  /** Stops listening; leaving the room is its owner's to do. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop()
    this.#history.close()
    this.#typing.close()
    this.#comings.close()
    this.#marks.close()
    this.#stopLooking()
    this.#cancelTelling?.()
    this.#cancelTelling = undefined
  }

  /** Something was said here that would be lost with the page. */
  get hasPending(): boolean {
    return this.#conversations.hasPending
  }

  /** Says which conversation somebody is looking at. */
  look(key: ConversationKey | undefined): void {
    this.#conversations.look(key)
    if (key !== undefined) void this.#history.open(key)
    this.#changed()
  }

  /** Says whether its end is in sight: what arrives there counts as read. */
  follow(isAtEnd: boolean): void {
    if (this.#conversations.follow(isAtEnd)) this.#changed()
  }

  /** @returns one message as it is now, undefined when it is not loaded; the same until it changes */
  message(key: ConversationKey, id: EntryId): MessageItem | undefined {
    return this.#conversations.get(key)?.message(id)
  }

  /** @returns how many have it, and of how many; asked for what is drawn alone, and anew with each receipt */
  delivery(id: EntryId): ReturnType<RoomPort['delivery']> {
    return this.#room.delivery(id)
  }

  loadOlder(key: ConversationKey): Promise<void> {
    return this.#history.readOlder(key)
  }

  /** @returns whether that message is loaded now */
  seek(key: ConversationKey, id: EntryId): Promise<boolean> {
    return this.#history.seek(key, id)
  }

  /** Loads the end again, where it was let go while somebody read far above. */
  loadEnd(key: ConversationKey): Promise<void> {
    return this.#history.readEnd(key)
  }

  /** Those that arrived late were seen. */
  seeLate(key: ConversationKey, ids: readonly EntryId[]): void {
    const log = this.#conversations.get(key)
    if (log && this.#conversations.changed(() => log.seeLate(ids))) this.#changed()
  }

  async say(to: ConversationKey, content: Sayable): Promise<Said> {
    this.#typing.stop(to, true)
    // What one says stands at the end, so that is where to look.
    void this.loadEnd(to)
    return this.#sayings.say(to, content)
  }

  sayAgain(to: ConversationKey, key: string): Promise<void> {
    return this.#sayings.sayAgain(to, key)
  }

  /** Takes out what could not be taken. */
  discard(to: ConversationKey, key: string): void {
    const log = this.#conversations.get(to)
    if (log && this.#conversations.changed(() => log.change(key, undefined))) this.#changed()
  }

  edit(to: ConversationKey, id: EntryId, text: string): Promise<Said> {
    this.#typing.stop(to, false)
    return this.#sayings.edit(to, id, text)
  }

  remove(to: ConversationKey, id: EntryId): Promise<void> {
    return this.#sayings.remove(to, id)
  }

  react(to: ConversationKey, id: EntryId, emoji: string, present: boolean): Promise<void> {
    return this.#sayings.react(to, id, emoji, present)
  }

  /** Tells those who are in it that one types, or not any more. */
  type(to: ConversationKey, isTyping: boolean): void {
    if (isTyping) this.#typing.type(to)
    else this.#typing.stop(to, false)
  }

  /** @throws RoomError when the room refuses the name */
  async rename(name: string): Promise<void> {
    try {
      await this.#room.rename(name)
    } finally {
      // A name that could not be stored is in use all the same.
      const { self } = this.#room
      this.#change({ self, labels: this.#relabel(this.#current.members, self.name) })
    }
  }

  /** @returns 8 groups of 5 digits; undefined for somebody who is not known any more */
  safetyCode(peer: PeerId): string | undefined {
    try {
      return this.#room.safetyCode(peer)
    } catch (cause) {
      if (cause instanceof RoomError) return undefined
      throw cause
    }
  }

  /** @throws RoomError 'not-stored' (it holds until the room is left) | 'unknown-peer' | 'left' */
  async setVerified(peer: PeerId, isVerified: boolean): Promise<void> {
    await this.#room.setVerified(peer, isVerified)
  }

  /** Leaves, and removes all that this browser keeps of the room. */
  async forget(): Promise<void> {
    await Promise.all([this.#room.forget(), this.#marks.forget()])
  }

  dismiss(key: string): void {
    this.#change({ notices: this.#current.notices.filter((notice) => notice.key !== key) })
  }

  /** What was said before this page was opened, and with whom. */
  async #begin(): Promise<void> {
    for (const key of [EVERYONE, ...this.#room.conversations()] as const) await this.#history.open(key)
  }

  #hear(entry: Entry): void {
    const { author, to } = entry
    // Whoever has just come in came in before saying this.
    if (!this.#comings.knows(author)) this.#takeInMembers()
    const { id: self } = this.#current.self
    const key = to === undefined ? EVERYONE : author === self ? to : author
    this.#conversations.hear(key, entry)
    if (author !== self) this.#typing.end(key, author)
    this.#changed()
  }

  #meet(members: readonly Member[]): void {
    this.#told = members
    for (const { id, status } of members) if (status === 'gone') this.#typing.leave(id)
    this.#changed()
  }

  /** Tells nobody: whoever brought the news has seen to that, and this also happens while the page is being drawn. */
  #takeInMembers(): void {
    const members = this.#told
    if (members === undefined) return
    this.#told = undefined
    const notices = present(members).length === 0 ? this.#current.notices : withoutDoubt(this.#current.notices)
    this.#current = { ...this.#current, members, labels: this.#relabel(members), notices }
    for (const news of this.#comings.meet(members)) this.#note(news)
  }

  #relabel(members: readonly Member[], selfName = this.#current.self.name): RoomState['labels'] {
    const { labels, members: before, self } = this.#current
    return selfName === self.name && areNamedAlike(members, before) ? labels : labelMembers(members, selfName)
  }

  #note(news: News): void {
    const at = this.#clock.now()
    const { who } = news
    const note =
      news.kind === 'renamed'
        ? ({ kind: 'renamed', at, who, before: news.before, now: news.now } as const)
        : ({ kind: 'note', at, what: news.what, who: [who], names: [news.name] } as const)
    for (const to of news.kind === 'moved' ? ([EVERYONE, who] as const) : ([EVERYONE] as const)) {
      const log = to === EVERYONE ? this.#conversations.open(to) : this.#conversations.get(to)
      this.#conversations.changed(() => log?.note({ ...note, key: this.#makeKey() }))
    }
  }

  #noteDue(): void {
    // After a sleep everything is due at once, and whoever seems to be gone may have come back meanwhile.
    this.#takeInMembers()
    for (const news of this.#comings.due()) this.#note(news)
    this.#changed()
  }

  #warn(error: RoomError): void {
    const { notices, unmet } = this.#current
    const word = (error: RoomError) => noticeWords(error, (peer) => labelWords(this.state.labels, peer))
    this.#change({
      notices: noteError(notices, { key: this.#makeKey(), error }, word),
      unmet: unmetBy(error) ?? unmet,
    })
  }

  #giveUpLooking(): void {
    if (this.#current.unmet === 'not found yet') this.#change({ unmet: undefined })
  }

  #change(part: Partial<RoomState>): void {
    this.#current = { ...this.#current, ...part }
    this.#changed()
  }

  #changed(): void {
    if (this.#cancelTelling) return
    // Never longer than one interval, even when somebody sets the clock back.
    const wait = Math.min(this.#toldAt + DRAW_EVERY_MS - this.#clock.now(), DRAW_EVERY_MS)
    if (wait <= 0) return this.#tell()
    this.#cancelTelling = this.#clock.after(wait, () => this.#tell())
  }

  /** Those who draw the state are told at most once in an interval. */
  #tell(): void {
    this.#cancelTelling = undefined
    this.#toldAt = this.#clock.now()
    this.#takeInMembers()
    for (const watcher of [...this.#watchers]) watcher()
  }

  #makeKey(): string {
    return `e${this.#nextKey++}`
  }
}
