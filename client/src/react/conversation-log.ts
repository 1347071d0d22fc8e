/**
 * One conversation as it is held in memory: a window of its log, what is being stored, notes, and how far it was read.
 * It gives them as a value that never changes - made only when somebody looks, so that a thousand entries between two
 * drawings cost one copy. Reading pages from the disk is HistoryReader's, what entries mean Transcript's.
 */
import { comparePositions, type Entry, type EntryId, type HistoryPage, type PeerId, type Position } from '../mesh'
import type { Conversation, MessageItem, NoteItem, PendingItem, Top } from './conversation'
import { KEPT_SHARE, MAX_HELD, MAX_LATE, MAX_WINDOW } from './limits'
import { Notes } from './notes'
import { Transcript } from './transcript'

interface LogDeps {
  readonly self: PeerId
  /** milliseconds since 1970: what was written before this page was opened was missed, though it comes in only now */
  readonly openedAt: number
  /** milliseconds since 1970 */
  readonly now: () => number
}

export class ConversationLog {
  readonly #transcript: Transcript
  readonly #notes = new Notes()
  readonly #late = new Set<EntryId>()
  #pending: readonly PendingItem[] = []
  #top: Top = 'unknown'
  /** of any entry, shown or not: what comes before it is on the disk, if anywhere */
  #oldest: Position | undefined
  /** whether nothing that is held anywhere is missing at the top, as far as known */
  #isFromStart = false
  #isCutOff = false
  #unread = 0
  #marker: Position | undefined
  /** where reading stopped before this page was opened, if it had ever begun */
  #missedSince: Position | undefined
  #snapshot: Conversation | undefined

  /** @param readUpTo where reading stopped before this page was opened */
  constructor(
    private readonly deps: LogDeps,
    private readUpTo: Position | undefined,
  ) {
    this.#transcript = new Transcript(deps)
    this.#missedSince = readUpTo
  }

  /** The same object until something changes. */
  get snapshot(): Conversation {
    this.#snapshot ??= {
      items: [...this.#notes.mergeInto(this.#transcript.messages, this.#isFromStart), ...this.#pending],
      top: this.#top,
      isCutOff: this.#isCutOff,
      unread: this.#unread,
      marker: this.#marker,
      lateUnseen: [...this.#late],
    }
    return this.#snapshot
  }

  /** What comes before it has to be read from the disk. */
  get oldest(): Position | undefined {
    return this.#oldest
  }

  get top(): Top {
    return this.#top
  }

  get isCutOff(): boolean {
    return this.#isCutOff
  }

  get readPosition(): Position | undefined {
    return this.readUpTo
  }

  /** whether there is anything in it to come back to */
  get isEmpty(): boolean {
    return this.#transcript.size === 0 && this.#pending.length === 0
  }

  message(id: EntryId): MessageItem | undefined {
    return this.#transcript.get(id)
  }

  /** Where reading stopped before this page was opened, as it turns out; unless something was read here meanwhile. */
  resume(readUpTo: Position | undefined): void {
    this.readUpTo ??= readUpTo
    this.#missedSince ??= readUpTo
  }

  /**
   * Takes in what has just come, or was just stored.
   * @param isRead whether somebody reads the end of this conversation
   * @param isEndKept whether the newest stay when there are too many; else somebody reads far above them
   */
  hear(entry: Entry, { isRead, isEndKept }: { readonly isRead: boolean; readonly isEndKept: boolean }): void {
    this.#snapshot = undefined
    const isOwn = entry.author === this.deps.self
    if (isOwn) this.#settle(entry)
    // Whoever speaks has caught up.
    if (isOwn) this.#missedSince = undefined
    const isSaid = entry.content.kind === 'text' || entry.content.kind === 'reply' || entry.content.kind === 'data'
    if (!isSaid) {
      this.#transcript.add(entry)
      // A long edit of a short message weighs as well.
      return this.#trim(isEndKept)
    }
    const newest = this.#transcript.newest
    const isBeyond = this.#isCutOff && newest !== undefined && comparePositions(entry, newest) > 0
    const isBefore = this.#oldest !== undefined && comparePositions(entry, this.#oldest) < 0
    if (this.#transcript.has(entry.id)) return
    // What is on the disk beyond the window is read from there when somebody gets to it.
    if (!isBeyond && !(isBefore && this.#top === 'more')) {
      this.#transcript.add(entry)
      if (isBefore || (this.#oldest === undefined && !isOwn)) this.#beginAt(entry)
    }
    if (!isOwn) this.#noteNews(entry, isRead)
    this.#trim(isEndKept)
  }

  /** @param isEndKept whether the newest stay when there are too many; else the oldest do, and what is between is let go */
  addPage(
    { entries, more, complete }: HistoryPage,
    { countsUnread, isEndKept }: { readonly countsUnread: boolean; readonly isEndKept: boolean },
  ): void {
    this.#snapshot = undefined
    for (const entry of entries) {
      if (!this.#transcript.add(entry) || !countsUnread || entry.author === this.deps.self) continue
      if (this.readUpTo === undefined || comparePositions(entry, this.readUpTo) > 0) this.#unread += 1
    }
    const [first] = entries
    if (first && (this.#oldest === undefined || comparePositions(first, this.#oldest) < 0)) this.#oldest = first
    this.#top = more ? 'more' : complete ? 'beginning' : 'missing'
    this.#isFromStart = !more
    this.#trim(isEndKept)
  }

  /** Goes back to the end, where more has come than is held. The next page is its newest. */
  reset(): void {
    this.#snapshot = undefined
    this.#transcript.releaseOldest(0)
    this.#top = 'unknown'
    this.#oldest = undefined
    this.#isCutOff = false
    // Counted anew in the pages to come.
    this.#unread = 0
  }

  remove(ids: readonly EntryId[]): void {
    this.#snapshot = undefined
    this.#transcript.remove(ids)
    for (const id of ids) this.#late.delete(id)
  }

  note(note: NoteItem): void {
    this.#snapshot = undefined
    this.#notes.add(note, this.#transcript.newest)
  }

  store(item: PendingItem): void {
    this.#snapshot = undefined
    this.#pending = [...this.#pending, item]
  }

  /** Something was said that is not stored, yet or at all: it would be lost with the page. */
  get hasPending(): boolean {
    return this.#pending.length > 0
  }

  pending(key: string): PendingItem | undefined {
    return this.#pending.find((item) => item.key === key)
  }

  /** Marks what was to be stored as failed, or takes it out. @returns whether it was still there */
  change(key: string, failure: string | undefined): boolean {
    const item = this.pending(key)
    if (item === undefined) return false
    this.#snapshot = undefined
    const others = this.#pending.filter((other) => other !== item)
    this.#pending = failure === undefined ? others : [...others, { ...item, failure }]
    return true
  }

  /** Somebody begins to look: where reading stopped is marked, or not any more. */
  mark(): void {
    const marker = this.#unread > 0 ? (this.readUpTo ?? this.#beforeAll()) : undefined
    if (marker === this.#marker) return
    this.#snapshot = undefined
    this.#marker = marker
  }

  /** Nobody looks any more: whoever comes back begins anew. */
  unmark(): void {
    if (this.#marker !== undefined) this.#snapshot = undefined
    this.#marker = undefined
    this.#missedSince = undefined
  }

  /** All that is held was read. @returns whether anything is different now */
  markRead(): boolean {
    const newest = this.#isCutOff ? undefined : this.#transcript.newest
    const isFurther = newest && (this.readUpTo === undefined || comparePositions(newest, this.readUpTo) > 0)
    if (isFurther) this.readUpTo = { lamport: newest.lamport, author: newest.author, seq: newest.seq }
    if (this.#unread === 0) return isFurther === true
    this.#snapshot = undefined
    this.#unread = 0
    return true
  }

  /** @returns whether any of them was late and unseen */
  seeLate(ids: readonly EntryId[]): boolean {
    const seen = ids.filter((id) => this.#late.delete(id))
    if (seen.length > 0) this.#snapshot = undefined
    return seen.length > 0
  }

  /** A new beginning: whether anything is missing before it has to be asked again. */
  #beginAt(entry: Entry): void {
    this.#oldest = entry
    if (this.#top !== 'unknown') this.#top = 'more'
  }

  #noteNews(entry: Entry, isRead: boolean): void {
    if (!isRead) this.#unread += 1
    else if (!entry.late && entry.at < this.deps.openedAt) this.#marker ??= this.#missedSince
    if (entry.late && this.#late.size < MAX_LATE) this.#late.add(entry.id)
  }

  /** One's own entry has been stored: what stood for it meanwhile goes. */
  #settle({ content }: Entry): void {
    const stored = this.#pending.find(({ content: own, failure }) => {
      if (failure !== undefined || own.kind !== content.kind || own.text !== content.text) return false
      return own.kind === 'text' || (content.kind === 'reply' && own.to === content.to)
    })
    if (stored) this.#pending = this.#pending.filter((item) => item !== stored)
  }

  /** @param isEndKept whether the end is what is being read; else it is what goes */
  #trim(isEndKept: boolean): void {
    const { size, weight } = this.#transcript
    if (size <= MAX_WINDOW && weight <= MAX_HELD) return
    if (isEndKept || this.#top === 'unknown') {
      this.#transcript.releaseOldest(
        this.#transcript.countWithin(MAX_WINDOW * KEPT_SHARE, MAX_HELD * KEPT_SHARE, 'end'),
      )
      this.#oldest = this.#transcript.oldest
      this.#top = 'more'
      this.#isFromStart = false
    } else {
      const count = this.#transcript.countWithin(MAX_WINDOW * KEPT_SHARE, MAX_HELD * KEPT_SHARE, 'start')
      this.#transcript.releaseNewest(count)
      this.#isCutOff = true
    }
  }

  #beforeAll(): Position {
    return { lamport: -1, author: this.deps.self, seq: 0 }
  }
}
