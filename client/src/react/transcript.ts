/**
 * What a log says, made from its entries: each text, reply and value once and in the log's order, with the edits,
 * removals and reactions that count. Entries come in any order, and what changes one that is not loaded waits for it.
 * Pure but for holding what it was given; which part of the log is loaded is ConversationLog's to say.
 */
import { comparePositions, type Entry, type EntryId, type PeerId, type Position } from '../mesh'
import { Changes } from './changes'
import { type MessageItem, weighData } from './conversation'
import { isCertain, plausibleTime } from './days'
import { plainName } from './names'

interface TranscriptDeps {
  readonly self: PeerId
  /** milliseconds since 1970 */
  readonly now: () => number
}

interface Held {
  readonly entry: SayingEntry
  /** judged when it came, so that it stays the same */
  readonly at: number | undefined
  readonly isTimeCertain: boolean
  /** made when somebody looks */
  shown: MessageItem | undefined
}

type SayingEntry = Entry & { readonly content: Extract<Entry['content'], { kind: 'text' | 'reply' | 'data' }> }

export class Transcript {
  readonly #entries = new Map<EntryId, Held>()
  readonly #changes = new Changes()
  #order: SayingEntry[] = []
  #isSorted = true
  #weight = 0
  #messages: readonly MessageItem[] | undefined

  constructor(private readonly deps: TranscriptDeps) {}

  get size(): number {
    return this.#order.length
  }

  /** UTF-16 code units or bytes held, with what became of it. */
  get weight(): number {
    return this.#weight + this.#changes.loadedWeight
  }

  /** In the log's order; the same array until something changes, and in it the same message until that one does. */
  get messages(): readonly MessageItem[] {
    this.#messages ??= this.#sorted().flatMap(({ id }) => this.get(id) ?? [])
    return this.#messages
  }

  get oldest(): Position | undefined {
    return this.#sorted()[0]
  }

  get newest(): Position | undefined {
    return this.#sorted().at(-1)
  }

  get(id: EntryId): MessageItem | undefined {
    const held = this.#entries.get(id)
    if (held === undefined) return undefined
    held.shown ??= this.#show(held)
    return held.shown
  }

  has(id: EntryId): boolean {
    return this.#entries.has(id)
  }

  /** @returns whether it is something said that was not here */
  add(entry: Entry): boolean {
    if (isSaying(entry)) return this.#addSaying(entry)
    const target = this.#changes.targetOf(entry)
    const owner = target === undefined ? undefined : this.#entries.get(target)?.entry.author
    if (this.#changes.add(entry, owner)) this.#renew(target)
    return false
  }

  /** Takes entries out as if they had never come. */
  remove(ids: readonly EntryId[]): void {
    const gone = new Set(ids)
    this.#keep((entry) => !gone.has(entry.id))
    for (const target of this.#changes.remove(gone)) this.#renew(target)
  }

  /** Releases all but the newest `count`; what changes them stays known, in case they are loaded again. */
  releaseOldest(count: number): void {
    this.#release(this.#sorted().slice(0, -count || undefined))
  }

  releaseNewest(count: number): void {
    this.#release(this.#sorted().slice(count))
  }

  /** @returns how many fit into the limits, counted from there; one at least */
  countWithin(maxCount: number, maxWeight: number, from: 'start' | 'end'): number {
    const order = from === 'start' ? this.#sorted() : [...this.#sorted()].reverse()
    let weight = 0
    const over = order.findIndex((entry, index) => {
      weight += weigh(entry) + this.#changes.weightOf(entry.id)
      return index >= maxCount || weight > maxWeight
    })
    return over < 0 ? order.length : Math.max(1, over)
  }

  #addSaying(entry: SayingEntry): boolean {
    if (this.#entries.has(entry.id)) return false
    const last = this.#order.at(-1)
    if (last !== undefined && comparePositions(last, entry) > 0) this.#isSorted = false
    this.#order.push(entry)
    const now = this.deps.now()
    this.#entries.set(entry.id, {
      entry,
      at: plausibleTime(entry.at, now),
      isTimeCertain: entry.author === this.deps.self || isCertain(entry.at, now),
      shown: undefined,
    })
    this.#changes.load(entry.id, entry.author)
    this.#weight += weigh(entry)
    this.#messages = undefined
    return true
  }

  #release(entries: readonly SayingEntry[]): void {
    const gone = new Set(entries.map(({ id }) => id))
    this.#keep(({ id }) => !gone.has(id))
  }

  #keep(isKept: (entry: SayingEntry) => boolean): void {
    const gone = this.#order.filter((entry) => !isKept(entry))
    if (gone.length === 0) return
    this.#order = this.#order.filter(isKept)
    for (const entry of gone) {
      this.#entries.delete(entry.id)
      this.#changes.release(entry.id)
      this.#weight -= weigh(entry)
    }
    this.#messages = undefined
  }

  #renew(target: EntryId | undefined): void {
    const held = target === undefined ? undefined : this.#entries.get(target)
    if (held === undefined) return
    held.shown = undefined
    this.#messages = undefined
  }

  #sorted(): readonly SayingEntry[] {
    if (!this.#isSorted) this.#order.sort(comparePositions)
    this.#isSorted = true
    return this.#order
  }

  #show({ entry, at, isTimeCertain }: Held): MessageItem {
    const { content, id, author, lamport, seq } = entry
    const change = this.#changes.of(id, author)
    const own =
      content.kind === 'data'
        ? ({ kind: 'data', data: content.data } as const)
        : ({ kind: 'text', text: change.text ?? content.text, isEdited: change.text !== undefined } as const)
    return {
      kind: 'message',
      key: id,
      id,
      position: { lamport, author, seq },
      author,
      isOwn: author === this.deps.self,
      name: plainName(entry.name ?? ''),
      at,
      isTimeCertain,
      isLate: entry.late,
      body: change.isRemoved ? { kind: 'removed' } : own,
      replyTo: content.kind === 'reply' && !change.isRemoved ? content.to : undefined,
      reactions: change.isRemoved ? [] : change.reactions,
    }
  }
}

function isSaying(entry: Entry): entry is SayingEntry {
  const { kind } = entry.content
  return kind === 'text' || kind === 'reply' || kind === 'data'
}

function weigh({ content }: SayingEntry): number {
  return weighData(content.kind === 'data' ? content.data : content.text)
}
