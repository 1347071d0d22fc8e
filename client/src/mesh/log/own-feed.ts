/** What this peer is about to write: contents gather here, and become entries of its feed, one signature for many. Rule LG5. */
import type { PeerKey } from '../identity/peer-key'
import { RoomError } from '../protocol/errors'
import type { PeerId } from '../protocol/ids'
import { ENTRIES_FRAME_BYTES, MAX_PARENTS, MAX_SEGMENT_ENTRIES } from '../protocol/limits'
import type { Clock } from '../runtime/clock'
import type { Content } from './content'
import type { Entry } from './entry'
import { digestEntry, encodeEntry, hashEntry, type Parent, type RawEntry } from './entry-codec'
import { parseEntryId } from './entry-id'
import { emptyFeed, type Feeds } from './feeds'
import type { LogScope } from './log-scope'
import { type ChainedEntry, signedMessage, type Unit } from './runs'
import type { Speech } from './speech'

/** A long feed says again who writes it, so that whoever holds only its end knows. */
const NAMED_EVERY = 1000

interface OwnFeedDeps {
  readonly scope: LogScope
  readonly key: PeerKey
  readonly clock: Clock
  readonly speech: Speech
  readonly ownName: () => string | undefined
  readonly feeds: Feeds
}

interface Planned {
  readonly content: Content
  readonly settle: (entry: Entry) => void
  readonly fail: (error: unknown) => void
}

/** Entries that are ready to be stored. */
interface Written {
  readonly unit: Unit
  /** @param entries those of the unit, as applications see them */
  readonly settle: (entries: readonly Entry[]) => void
  readonly fail: (error: unknown) => void
}

export class OwnFeed {
  readonly #planned: Planned[] = []
  #unnamed = 0

  constructor(private readonly deps: OwnFeedDeps) {}

  get planned(): number {
    return this.#planned.length
  }

  /** Resolves with the entry that it has become. */
  plan(content: Content): Promise<Entry> {
    return new Promise((settle, fail) => {
      this.#planned.push({ content, settle, fail })
    })
  }

  /** Gives up all that is planned. */
  fail(error: unknown): void {
    for (const { fail } of this.#planned.splice(0)) fail(error)
  }

  /**
   * Makes entries of what is planned, as many as go together.
   * @param most that may be added
   * @returns undefined when that failed: whoever planned it is told, and nothing is planned any more
   */
  async next(most: number): Promise<Written | undefined> {
    const taken: Planned[] = []
    try {
      return await this.#make(taken, Math.min(most, MAX_SEGMENT_ENTRIES))
    } catch (error) {
      for (const { fail } of taken) fail(error)
      this.fail(error)
      return undefined
    }
  }

  async #make(taken: Planned[], most: number): Promise<Written> {
    const { key, scope, feeds } = this.deps
    const feed = feeds.get(key.id) ?? emptyFeed(key.id, key.publicKey)
    const name = this.#dueName(feed.name)
    const chained: ChainedEntry[] = []
    let previous = feed.hash
    let size = 0
    const add = (content: Content): boolean => {
      const seq = feed.head + chained.length + 1
      const raw = this.#newEntry(content, seq, previous, chained.length)
      const bytes = encodeEntry(raw)
      if (chained.length > 0 && size + bytes.length > ENTRIES_FRAME_BYTES / 2) return false
      previous = hashEntry(scope, { author: key.id, seq, previous, digest: digestEntry(bytes) })
      chained.push({ raw, bytes, hash: previous })
      size += bytes.length
      return true
    }
    if (name !== undefined) add({ kind: 'name', name })
    for (const planned of this.#planned.slice(0, Math.max(1, most - chained.length))) {
      if (!add(planned.content)) break
      taken.push(planned)
    }
    this.#planned.splice(0, taken.length)
    this.#unnamed = name === undefined ? this.#unnamed + chained.length : 0
    const signature = await key.sign(signedMessage(previous))
    return {
      unit: { author: key.id, publicKey: key.publicKey, entries: chained, signature, size, isAnchored: true },
      settle: (entries) => {
        const own = entries.slice(entries.length - taken.length)
        for (const [index, { settle }] of taken.entries()) settle(own[index] as Entry)
      },
      fail: (error) => {
        for (const { fail } of taken) fail(error)
      },
    }
  }

  #newEntry(content: Content, seq: number, previous: Uint8Array, index: number): RawEntry {
    const { key, feeds, clock, speech } = this.deps
    const { id: author } = key
    // Those that follow in one moment follow the first.
    const next = feeds.next(author)
    const parents = this.#withTarget(content, index === 0 ? next.parents : [])
    const lamport = next.lamport + index
    return { author, seq, lamport, at: clock.wallTime(), previous, parents, ...speech.encode(content, { author, seq }) }
  }

  /** What an entry is about comes before it everywhere, also when newer ones of others are many. */
  #withTarget(content: Content, parents: readonly Parent[]): readonly Parent[] {
    const { key, feeds } = this.deps
    const target = 'to' in content ? parseEntryId(content.to) : undefined
    if (!target || target.author === key.id || parents.some(({ author }) => author === target.author)) return parents
    // What is not here nobody else has to have either.
    if ((feeds.get(target.author)?.head ?? 0) < target.seq) return parents
    return [{ author: target.author, seq: target.seq }, ...parents.slice(0, MAX_PARENTS - 1)]
  }

  /** Its writer's name, when the log does not have it or has not told it for long. */
  #dueName(told: string | undefined): string | undefined {
    const name = this.deps.ownName()
    return name !== told || this.#unnamed >= NAMED_EVERY ? name : undefined
  }
}

/** Too much of what was said to somebody is not there yet. */
export const overloaded = (peer: PeerId): RoomError =>
  new RoomError('overloaded', `Too many messages to ${peer} were not delivered yet.`, { peer })

/** This peer's key has written two feeds, here and elsewhere. */
export const forkedOneself = (peer: PeerId): RoomError => {
  const why = 'What you say here was written twice under one key, as when a browser is copied or loses what it kept.'
  return new RoomError(
    'forked',
    `${why} Others take nothing more of it: load the page again to come back as somebody new.`,
    { peer },
  )
}
