/**
 * All conversations of one room: which there are, which somebody looks at, and which is forgotten when there are too
 * many. What is in one is ConversationLog's.
 */
import { type Conversation, type ConversationKey, type Entry, EVERYONE, type SaidEntry } from './conversation'
import { ConversationLog } from './conversation-log'
import { MAX_CONVERSATIONS } from './limits'

export class Conversations {
  /** in the order of use, the one quiet for longest first */
  readonly #logs = new Map<ConversationKey, ConversationLog>([[EVERYONE, new ConversationLog()]])
  #snapshot: ReadonlyMap<ConversationKey, Conversation> | undefined
  #looking: ConversationKey | undefined

  /** @param isHere whether that person can still be written to */
  constructor(private readonly isHere: (key: ConversationKey) => boolean) {}

  /** The same map until something changes. */
  get all(): ReadonlyMap<ConversationKey, Conversation> {
    this.#snapshot ??= new Map([...this.#logs].map(([key, log]) => [key, log.snapshot]))
    return this.#snapshot
  }

  has(key: ConversationKey): boolean {
    return this.#logs.has(key)
  }

  /** What arrives in that conversation counts as read. @returns whether anything was unread */
  look(key: ConversationKey | undefined): boolean {
    this.#looking = key
    const hadUnread = (key !== undefined && this.#logs.get(key)?.markRead()) === true
    if (hadUnread) this.#snapshot = undefined
    return hadUnread
  }

  add(key: ConversationKey, entry: Entry): void {
    const log = this.#logs.get(key) ?? new ConversationLog()
    this.#logs.delete(key)
    this.#logs.set(key, log)
    log.add(entry, this.#looking === key)
    this.#forgetQuiet(key)
    this.#snapshot = undefined
  }

  /** @returns whether there is such a message of one's own, which is then changed */
  changeSaid(
    key: ConversationKey,
    matches: (entry: SaidEntry) => boolean,
    change: (entry: SaidEntry) => SaidEntry,
  ): boolean {
    const hasChanged = this.#logs.get(key)?.changeSaid(matches, change) === true
    if (hasChanged) this.#snapshot = undefined
    return hasChanged
  }

  withdraw(key: ConversationKey, entry: string): void {
    this.#logs.get(key)?.withdraw(entry)
    this.#snapshot = undefined
  }

  /** Beyond the limit the conversation quiet for longest goes; those of people who left go first. */
  #forgetQuiet(justUsed: ConversationKey): void {
    if (this.#logs.size <= MAX_CONVERSATIONS + 1) return
    const spared = new Set<ConversationKey | undefined>([EVERYONE, justUsed, this.#looking])
    const quiet = [...this.#logs.keys()].filter((key) => !spared.has(key))
    const first = quiet.find((key) => !this.isHere(key)) ?? quiet[0]
    if (first !== undefined) this.#logs.delete(first)
  }
}
