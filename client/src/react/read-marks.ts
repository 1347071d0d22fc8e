/**
 * How far each conversation of a room was read, over reloads: read from the store once, and written back seldom. What
 * cannot be stored is known until the page goes.
 */
import type { PeerId, Position, RoomId, Store } from '../mesh'
import type { ConversationKey } from './conversation'
import { KEEP_READ_EVERY_MS, MAX_CONVERSATIONS } from './limits'
import type { Timer } from './timer'

interface ReadMarksDeps {
  readonly room: RoomId
  readonly store: Store
  readonly clock: Timer
}

export class ReadMarks {
  /** in the order of use */
  readonly #marks = new Map<ConversationKey, Position>()
  #cancel: (() => void) | undefined
  #isForgotten = false
  /** whether it is on the disk, unless it was removed there since */
  #isStored = false

  constructor(private readonly deps: ReadMarksDeps) {}

  /** Reads what an earlier page has stored, unless this one knows better. Never fails. */
  async load(): Promise<void> {
    let stored: readonly (readonly [ConversationKey, Position])[] = []
    try {
      const text = await this.deps.store.get(this.#key)
      this.#isStored ||= text !== undefined
      stored = parse(text)
    } catch {
      // A browser that does not hand it out has nothing to tell.
    }
    for (const [key, position] of stored) if (!this.#marks.has(key)) this.#marks.set(key, position)
  }

  get(key: ConversationKey): Position | undefined {
    return this.#marks.get(key)
  }

  set(key: ConversationKey, { lamport, author, seq }: Position): void {
    this.#marks.delete(key)
    this.#marks.set(key, { lamport, author, seq })
    this.#cancel ??= this.deps.clock.after(KEEP_READ_EVERY_MS, () => void this.#keep())
  }

  /** Writes at once what is still to be written: the page goes away. */
  close(): void {
    if (this.#cancel) void this.#keep()
  }

  async forget(): Promise<void> {
    this.#isForgotten = true
    this.#cancel?.()
    await this.deps.store.delete(this.#key)
  }

  get #key(): string {
    return `read:${this.deps.room}`
  }

  /** Never fails: without it more counts as unread after a reload, which is no reason to disturb anybody. */
  async #keep(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    const latest = [...this.#marks].slice(-MAX_CONVERSATIONS)
    const rows = latest.map(([key, { lamport, author, seq }]) => [key, lamport, author, seq])
    try {
      // Another tab has forgotten the room: nothing is to be left of it.
      if (this.#isStored && (await this.deps.store.get(this.#key)) === undefined) this.#isForgotten = true
      if (this.#isForgotten) return
      await this.deps.store.set(this.#key, JSON.stringify(rows))
      this.#isStored = true
    } catch {
      // It is tried again with the next.
    }
  }
}

/** What is on the disk may be of another version, or damaged: whatever cannot be read is left out. */
function parse(text: string | undefined): readonly (readonly [ConversationKey, Position])[] {
  if (text === undefined) return []
  const rows: unknown = JSON.parse(text)
  if (!Array.isArray(rows)) return []
  return rows.flatMap((row: unknown) => {
    const [key, lamport, author, seq]: readonly unknown[] = Array.isArray(row) ? row : []
    if (typeof key !== 'string' || typeof author !== 'string') return []
    if (typeof lamport !== 'number' || typeof seq !== 'number') return []
    // They are only compared with others: what names nobody does no harm.
    return [[key as ConversationKey, { lamport, author: author as PeerId, seq }] as const]
  })
}
