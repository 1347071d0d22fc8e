/**
 * All conversations of one room: which there are, which somebody looks at and whether at its end, and which is forgotten
 * when there are too many. What is in one is ConversationLog's.
 */
import type { Entry, EntryId, PeerId, Position } from '../mesh'
import { type Conversation, type ConversationKey, EVERYONE } from './conversation'
import { ConversationLog } from './conversation-log'
import { MAX_CONVERSATIONS } from './limits'

interface ConversationsDeps {
  readonly self: PeerId
  /** milliseconds since 1970 */
  readonly openedAt: number
  /** milliseconds since 1970 */
  readonly now: () => number
  /** whether that person can still be written to */
  readonly isHere: (key: ConversationKey) => boolean
  /** where reading stopped before this page was opened */
  readonly readUpTo: (key: ConversationKey) => Position | undefined
  readonly onRead: (key: ConversationKey, upTo: Position) => void
}

export class Conversations {
  /** in the order of use, the one quiet for longest first */
  readonly #logs = new Map<ConversationKey, ConversationLog>()
  #snapshot: ReadonlyMap<ConversationKey, Conversation> | undefined
  #looking: ConversationKey | undefined
  #isAtEnd = false

  constructor(private readonly deps: ConversationsDeps) {}

  /** The same map until something changes. */
  get all(): ReadonlyMap<ConversationKey, Conversation> {
    this.#snapshot ??= new Map([...this.#logs].map(([key, log]) => [key, log.snapshot]))
    return this.#snapshot
  }

  /** Something was said in one of them that would be lost with the page. */
  get hasPending(): boolean {
    return [...this.#logs.values()].some((log) => log.hasPending)
  }

  get(key: ConversationKey): ConversationLog | undefined {
    return this.#logs.get(key)
  }

  /** Whoever changes it has to call `changed`. */
  open(key: ConversationKey): ConversationLog {
    const known = this.#logs.get(key)
    if (known) return known
    const log = new ConversationLog(this.deps, this.deps.readUpTo(key))
    this.#logs.set(key, log)
    this.#forgetQuiet(key)
    this.#snapshot = undefined
    return log
  }

  /** It is known now where reading stopped. */
  resume(): void {
    for (const [key, log] of this.#logs) log.resume(this.deps.readUpTo(key))
  }

  /** Somebody looks at that conversation, or at none. */
  look(key: ConversationKey | undefined): void {
    const before = this.#looking
    if (before === key) return
    if (before !== undefined) this.changed(() => this.#logs.get(before)?.unmark())
    this.#looking = key
    this.#isAtEnd = false
    if (key !== undefined) this.changed(() => this.open(key).mark())
  }

  /** What comes in where somebody looks at the end counts as read. @returns whether anything was unread */
  follow(isAtEnd: boolean): boolean {
    this.#isAtEnd = isAtEnd
    const key = this.#looking
    return key !== undefined && this.#read(key)
  }

  isRead(key: ConversationKey): boolean {
    return this.#looking === key && this.#isAtEnd
  }

  hear(key: ConversationKey, entry: Entry): void {
    const log = this.open(key)
    this.#logs.delete(key)
    this.#logs.set(key, log)
    const isRead = this.isRead(key)
    this.changed(() => log.hear(entry, { isRead, isEndKept: isRead || this.#looking !== key }))
    this.#read(key)
  }

  remove(ids: readonly EntryId[]): void {
    this.changed(() => {
      for (const log of this.#logs.values()) log.remove(ids)
    })
  }

  /** What `change` does is shown from then on. */
  changed<T>(change: () => T): T {
    this.#snapshot = undefined
    return change()
  }

  /** The first page has come: where reading stopped can be marked only now. */
  markAnew(key: ConversationKey): void {
    if (this.#looking === key) this.changed(() => this.#logs.get(key)?.mark())
    this.#read(key)
  }

  #read(key: ConversationKey): boolean {
    const log = this.#logs.get(key)
    if (!log || !this.isRead(key) || !log.markRead()) return false
    const upTo = log.readPosition
    if (upTo) this.deps.onRead(key, upTo)
    this.#snapshot = undefined
    return true
  }

  /** Beyond the limit the conversation quiet for longest goes; those of people who left go first. */
  #forgetQuiet(justUsed: ConversationKey): void {
    if (this.#logs.size <= MAX_CONVERSATIONS + 1) return
    const spared = new Set<ConversationKey | undefined>([EVERYONE, justUsed, this.#looking])
    const quiet = [...this.#logs.keys()].filter((key) => !spared.has(key))
    const first = quiet.find((key) => !this.deps.isHere(key)) ?? quiet[0]
    if (first !== undefined) this.#logs.delete(first)
  }
}
