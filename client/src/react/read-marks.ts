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

  constructor(private readonly deps: ReadMarksDeps) {}

  /** Reads what an earlier page has stored, unless this one knows better. Never fails. */
  async load(): Promise<void> {
    let stored: readonly (readonly [ConversationKey, Position])[] = []
    try {
      stored = parse(await this.deps.store.get(this.#key))
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
    this.#cancel ??= this.deps.clock.after(KEEP_READ_EVERY_MS, () => this.#keep())
  }

  /** Writes at once what is still to be written: the page goes away. */
  close(): void {
    if (this.#cancel) this.#keep()
  }

  async forget(): Promise<void> {
    this.#isForgotten = true
    this.#cancel?.()
    await this.deps.store.delete(this.#key)
  }

  get #key(): string {
    return `read:${this.deps.room}`
  }

  #keep(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#isForgotten) return
    const latest = [...this.#marks].slice(-MAX_CONVERSATIONS)
    const rows = latest.map(([key, { lamport, author, seq }]) => [key, lamport, author, seq])
    // Without it more counts as unread after a reload, which is no reason to disturb anybody.
    this.deps.store.set(this.#key, JSON.stringify(rows)).catch(() => {})
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
