/**
 * Reads a conversation's log from the disk, page by page, as far as somebody wants to see it. One reading at a time for
 * each conversation. What is held of it is ConversationLog's.
 */
import { type EntryId, RoomError } from '../mesh'
import { type ConversationKey, EVERYONE } from './conversation'
import type { ConversationLog } from './conversation-log'
import type { Conversations } from './conversations'
import { ENOUGH_ROWS, MAX_PAGES_AT_ONCE, MAX_PAGES_SOUGHT, PAGE_ENTRIES } from './limits'
import type { RoomPort } from './room-port'
import { countRows } from './rows'

interface ReaderDeps {
  readonly room: Pick<RoomPort, 'history'>
  readonly conversations: Conversations
  readonly onChange: () => void
  /** once it is known where reading stopped */
  readonly ready: Promise<void>
}

export class HistoryReader {
  readonly #reading = new Map<ConversationKey, Promise<void>>()
  #isClosed = false

  constructor(private readonly deps: ReaderDeps) {}

  /** Reads the newest page, where that was not done yet. */
  open(key: ConversationKey): Promise<void> {
    const log = this.deps.conversations.open(key)
    if (log.top !== 'unknown') return Promise.resolve()
    return this.#once(key, async () => {
      await this.deps.ready
      await this.#readPage(key, log, 'first')
      this.deps.conversations.markAnew(key)
      this.deps.onChange()
      await this.#readUntil(key, log, ENOUGH_ROWS)
    })
  }

  /** Reads more of what came before, until there is a screen of it. */
  readOlder(key: ConversationKey): Promise<void> {
    const log = this.deps.conversations.get(key)
    if (log?.top !== 'more') return Promise.resolve()
    return this.#once(key, () => this.#readUntil(key, log, countRows(log.snapshot) + ENOUGH_ROWS))
  }

  /** @returns whether that message is loaded now; false when it is not held here, or too far away */
  async seek(key: ConversationKey, id: EntryId): Promise<boolean> {
    await this.open(key)
    const log = this.deps.conversations.get(key)
    if (log === undefined) return false
    for (let pages = 0; pages < MAX_PAGES_SOUGHT && !log.message(id) && log.top === 'more'; pages++) {
      const before = log.oldest
      await this.#once(key, () => this.#readPage(key, log, 'sought'))
      if (this.#isClosed || (log.oldest === before && log.top === 'more')) return false
    }
    return log.message(id) !== undefined
  }

  /** Goes to the end where the window has left it. */
  async readEnd(key: ConversationKey): Promise<void> {
    await this.#reading.get(key)
    const log = this.deps.conversations.get(key)
    if (!log?.isCutOff) return
    this.deps.conversations.changed(() => log.reset())
    await this.open(key)
  }

  close(): void {
    this.#isClosed = true
  }

  async #readUntil(key: ConversationKey, log: ConversationLog, rows: number): Promise<void> {
    for (let pages = 0; pages < MAX_PAGES_AT_ONCE && log.top === 'more' && !this.#isClosed; pages++) {
      if (countRows(log.snapshot) >= rows) return
      await this.#readPage(key, log, 'older')
    }
  }

  async #readPage(key: ConversationKey, log: ConversationLog, which: 'first' | 'older' | 'sought'): Promise<void> {
    const { conversations, room, onChange } = this.deps
    const isFirst = which === 'first'
    const page = await room.history({
      limit: PAGE_ENTRIES,
      ...(key !== EVERYONE && { with: key }),
      ...(!isFirst && log.oldest !== undefined && { before: log.oldest }),
    })
    if (this.#isClosed) return
    // Whatever it says of itself, a page with nothing in it is the last one.
    const more = page.more && page.entries.length > 0
    const options = {
      // Whoever comes into a room for the first time is not behind with it.
      countsUnread: isFirst && (key !== EVERYONE || log.readPosition !== undefined),
      isEndKept: isFirst || (which === 'older' && conversations.isRead(key)),
    }
    conversations.changed(() => log.addPage({ ...page, more }, options))
    onChange()
  }

  /** @returns what is being read already, or what `read` begins */
  #once(key: ConversationKey, read: () => Promise<void>): Promise<void> {
    const running = this.#reading.get(key)
    if (running !== undefined) return running
    const reading = read()
      .catch((cause: unknown) => {
        // Nothing is lost: it is read when somebody scrolls there again. After leaving nothing is read at all.
        const hasLeft = cause instanceof RoomError && cause.reason === 'left'
        if (!this.#isClosed && !hasLeft) console.error('reading the log failed', cause)
      })
      .finally(() => this.#reading.delete(key))
    this.#reading.set(key, reading)
    return reading
  }
}
