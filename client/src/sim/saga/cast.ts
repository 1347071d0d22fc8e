/** The people of a saga: each with a browser that stays, and pages that come and go, of which each was shown something. */
import type { Entry } from '../../mesh/log/entry'
import type { LogName } from '../../mesh/log/log-store'
import type { PeerId } from '../../mesh/protocol/ids'
import type { Profile, SimPeer } from '../sim'
import type { Role } from './plan'

export class Person {
  /** what is open now; undefined while away */
  page: Page | undefined
  /** what was open before */
  lastPage: Page | undefined
  /** The machine is gone, and its key with it. */
  isLost = false
  /** How often its pages were opened. */
  pages = 0
  /** Shown by a page that had a disk to keep it on, or its own and stored: it may not be missing later. */
  readonly owed = new Map<LogName, Set<string>>()

  constructor(
    readonly role: Role,
    public profile: Profile,
  ) {}

  get id(): PeerId {
    return this.profile.key.id
  }

  get name(): string {
    return this.role.name
  }

  /** Up to where it has an author's feed: on its disk, or on its screen. */
  has(log: LogName, author: PeerId): number {
    return Math.max(this.profile.disk.head(log, author), this.page?.head(log, author) ?? 0)
  }

  /** The same, also when the disk was full and the page is gone. */
  had(log: LogName, author: PeerId): number {
    return Math.max(this.has(log, author), this.lastPage?.head(log, author) ?? 0)
  }

  owe(log: LogName, words: string): void {
    const owed = this.owed.get(log) ?? new Set()
    this.owed.set(log, owed.add(words))
  }
}

/** One life of a page, and what it was shown. */
export class Page {
  /** Its disk was full, or is: it cannot promise that anything outlives it. */
  isForgetful: boolean
  readonly shown = new Set<string>()
  /** the words that it read from its log when it was opened; undefined until it had */
  before: ReadonlySet<string> | undefined
  /** the numbers up to which others were said to have what it said, by reader and log */
  readonly receipts = new Map<string, number>()
  /** What somebody here would read, in the order in which it came. */
  readonly #heads = new Map<LogName, Map<PeerId, number>>()
  /** the greatest Lamport time shown in the room's log */
  lamport = 0

  constructor(
    readonly person: Person,
    readonly peer: SimPeer,
  ) {
    const { disk } = person.profile
    this.isForgetful = disk.isFull
    // What is on the disk was shown by an earlier page, and is this one's history.
    for (const log of disk.logs) this.#heads.set(log, new Map(disk.heads(log)))
  }

  head(log: LogName, author: PeerId): number {
    return this.#heads.get(log)?.get(author) ?? 0
  }

  heads(log: LogName): ReadonlyMap<PeerId, number> {
    return new Map(this.#heads.get(log))
  }

  /** @returns the number of its author that was shown last before, in this log */
  show(log: LogName, { id, author, seq, lamport }: Entry): number {
    const heads = this.#heads.get(log) ?? new Map<PeerId, number>()
    this.#heads.set(log, heads)
    const before = heads.get(author) ?? 0
    heads.set(author, Math.max(before, seq))
    this.shown.add(id)
    if (log === 'room') this.lamport = Math.max(this.lamport, lamport)
    return before
  }
}
