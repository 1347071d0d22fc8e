/**
 * What was said in a saga, who was shown it and what was promised about it; what must never happen is found here at the
 * moment when it does. What has to be so in the end is aftermath.ts's. Rules LG1-LG9.
 */
import type { Entry, EntryId } from '../../mesh/log/entry'
import type { LogName } from '../../mesh/log/log-store'
import { RoomError } from '../../mesh/protocol/errors'
import type { PeerId } from '../../mesh/protocol/ids'
import { MAX_PARENTS } from '../../mesh/protocol/limits'
import type { RoomEvents } from '../../mesh/room'
import type { SimPeer } from '../sim'
import type { Page, Person } from './cast'

/** What kinds of promise can be broken. */
export type Rule =
  | 'acknowledged'
  | 'apart'
  | 'cause'
  | 'delivery'
  | 'error'
  | 'invented'
  | 'limits'
  | 'lost'
  | 'order'
  | 'receipt'
  | 'refused'
  | 'thrown'
  | 'twice'
  | 'unequal'
  | 'waiting'

export interface Fault {
  readonly rule: Rule
  readonly words: string
}

export interface Saying {
  readonly words: string
  readonly page: Page
  /** undefined when it was said to everyone */
  readonly to: Person | undefined
  /** what its author had been shown of each feed when saying it */
  readonly past: ReadonlyMap<PeerId, number>
  readonly lamportBefore: number
  /** what follows from it for everyone: the entries that come before it */
  causes: ReadonlyMap<PeerId, number>
  /** undefined until its author's page, or another's, showed it */
  entry: Entry | undefined
  outcome: 'waiting' | 'kept' | 'refused'
}

/** A member's own page may be told of these: they are true. */
const HONEST_ERRORS: readonly string[] = ['unreachable']

export class Ledger {
  readonly faults: Fault[] = []
  readonly #sayings = new Map<string, Saying>()
  /** by author and number in the room's log */
  readonly #places = new Map<string, Saying>()
  readonly #people = new Map<PeerId, Person>()
  /** Those whose browsers forgot what they wrote: they may write two feeds, and what they say counts for little. */
  readonly forgetful = new Set<PeerId>()
  deliveries = 0
  receipts = 0

  constructor(private readonly onFault: (fault: Fault) => void) {}

  get sayings(): Iterable<Saying> {
    return this.#sayings.values()
  }

  find(words: string): Saying | undefined {
    return this.#sayings.get(words)
  }

  fault(rule: Rule, words: string): void {
    const fault = { rule, words }
    this.faults.push(fault)
    this.onFault(fault)
  }

  /** Takes note of what the page says, and of what becomes of it. */
  open(page: Page): void {
    const { person, peer } = page
    this.#people.set(person.id, person)
    const whileOpen =
      <T>(listener: (payload: T) => void) =>
      (payload: T) => {
        if (!peer.tab.isGone) listener(payload)
      }
    // As apps do: what was, from the log, and what comes, as it is told.
    this.#readAll(peer, (entries) => {
      page.before = new Set(entries.flatMap(textOf))
    })
    peer.room.on(
      'entry',
      whileOpen((entry) => this.#show(page, entry)),
    )
    peer.room.on(
      'receipt',
      whileOpen((receipt) => this.#receive(page, receipt)),
    )
    peer.room.on(
      'error',
      whileOpen((error) => this.#hear(page, error)),
    )
  }

  say(page: Page, words: string, to: Person | undefined): void {
    const saying: Saying = {
      words,
      page,
      to,
      past: page.heads('room'),
      lamportBefore: page.lamport,
      causes: new Map(),
      entry: undefined,
      outcome: 'waiting',
    }
    this.#sayings.set(words, saying)
    const { room } = page.peer
    const promise = to ? room.send(to.id, words) : room.broadcast(words)
    promise.then(
      (id) => this.#keep(saying, id),
      (error: unknown) => this.#refuse(saying, error),
    )
  }

  /** Whoever reads everything again, misses nothing that was there when the reading began. */
  look({ person, peer }: Page): void {
    const there = [...(person.owed.get('room') ?? [])]
    const check = (entries: readonly Entry[]) => {
      if (peer.tab.isGone) return
      const words = new Set(entries.flatMap(textOf))
      const isSure = (owed: string) => !this.forgetful.has(this.#sayings.get(owed)?.page.person.id ?? person.id)
      for (const owed of there)
        if (!words.has(owed) && isSure(owed))
          this.fault('lost', `${person.name} has ${brief(owed)}, and cannot read it again`)
    }
    this.#readAll(peer, check)
  }

  #readAll({ room, tab }: SimPeer, use: (entries: readonly Entry[]) => void): void {
    const read = async () => {
      let entries: readonly Entry[] = []
      for (let isMore = true; isMore; ) {
        const [before] = entries
        const page = await room.history({ limit: 20, ...(before && { before }) })
        entries = [...page.entries, ...entries]
        isMore = page.more
      }
      return entries
    }
    read().then(use, (error: unknown) => {
      if (!tab.isGone && room.status().state === 'open') this.fault('thrown', String(error))
    })
  }

  #keep(saying: Saying, id: EntryId): void {
    const { page, to, words } = saying
    if (page.peer.tab.isGone) return
    saying.outcome = 'kept'
    const { person } = page
    if (this.forgetful.has(person.id)) return
    if (!saying.entry)
      return this.fault('acknowledged', `${brief(words)} was acknowledged before ${person.name} saw it`)
    const { seq } = saying.entry
    if (saying.entry.id !== id) this.fault('acknowledged', `${brief(words)} has two ids: ${id}, ${saying.entry.id}`)
    if (to && to.had(person.id, person.id) < seq)
      this.fault('acknowledged', `${to.name} does not have ${brief(words)}, which was acknowledged to ${person.name}`)
    if (!to && !page.isForgetful && person.profile.disk.head('room', person.id) < seq)
      this.fault('acknowledged', `${brief(words)} is not on ${person.name}'s disk, and was called stored`)
  }

  #refuse(saying: Saying, error: unknown): void {
    const { page, to, words } = saying
    if (page.peer.tab.isGone) return
    saying.outcome = 'refused'
    if (this.forgetful.has(page.person.id)) return
    const reason = error instanceof RoomError ? error.reason : undefined
    const isLeft = reason === 'left' && page.peer.room.status().state === 'left'
    const { room } = page.peer
    const isKnown = to && (room.members().some(({ id }) => id === to.id) || room.conversations().includes(to.id))
    const isStranger = reason === 'unknown-peer' && to && !isKnown
    if (!isLeft && !isStranger) this.fault('refused', `${brief(words)} of ${page.person.name}: ${String(error)}`)
  }

  #show(page: Page, entry: Entry): void {
    const { person } = page
    const { author, seq, to, content } = entry
    const log: LogName = to === undefined ? 'room' : author === person.id ? to : author
    const isForgetful = this.forgetful.has(author)
    if (page.shown.has(entry.id) && !isForgetful)
      this.fault('twice', `${person.name} was shown ${this.#nameOf(entry)} twice`)
    const before = page.show(log, entry)
    this.deliveries += 1
    if (seq <= before && !isForgetful)
      this.fault('twice', `${person.name} was shown ${this.#nameOf(entry)} after number ${before} of its author`)
    if (!page.isForgetful && !isForgetful && person.profile.disk.head(log, author) < seq)
      this.fault('acknowledged', `${person.name} was shown ${this.#nameOf(entry)} before it was on the disk`)
    if (content.kind !== 'text') return
    const saying = this.#sayings.get(content.text)
    if (!saying || saying.page.person.id !== author || saying.to?.id !== to)
      return this.fault('invented', `${person.name} was shown ${brief(content.text)} of ${author}, who never said it`)
    if (isForgetful) return
    this.#place(saying, entry)
    if (log === 'room') this.#checkCauses(page, saying, entry)
    if (!page.isForgetful) person.owe(log, content.text)
  }

  /** Whoever shows it first says where it stands; nobody may say otherwise. */
  #place(saying: Saying, entry: Entry): void {
    const { past, to, words, entry: known } = saying
    if (known && (known.id !== entry.id || known.lamport !== entry.lamport || known.at !== entry.at))
      this.fault('unequal', `${brief(words)} stands in two places: ${known.lamport}, ${entry.lamport}`)
    if (known) return
    saying.entry = entry
    if (to) return
    if (entry.lamport <= saying.lamportBefore)
      this.fault(
        'order',
        `${brief(words)} has the time ${entry.lamport}, and its author had read ${saying.lamportBefore}`,
      )
    const { author, seq } = entry
    const own = this.#places.get(`${author}.${seq - 1}`)?.causes ?? new Map()
    const now = saying.page.heads('room')
    // An entry names few of those who wrote at the same time; what it does not name, it may come before.
    const namesAll = Math.max(this.#open(past, saying.page), this.#open(now, saying.page)) <= MAX_PARENTS
    const causes = new Map(namesAll ? past : own)
    saying.causes = causes.set(author, seq)
    this.#places.set(`${author}.${seq}`, saying)
  }

  /** @returns how many feeds of others end in an entry that none of the others' last ones follows, as far as that page knows */
  #open(heads: ReadonlyMap<PeerId, number>, { person }: Page): number {
    const last = [...heads].map(([author, seq]) => ({
      author,
      seq,
      causes: this.#places.get(`${author}.${seq}`)?.causes,
    }))
    const others = last.filter(({ author }) => author !== person.id)
    // A page that was opened again has forgotten what follows what.
    if (person.pages > 1) return others.length
    const isFollowed = ({ author, seq }: { author: PeerId; seq: number }) =>
      last.some((other) => other.author !== author && (other.causes?.get(author) ?? 0) >= seq)
    return others.filter((head) => !isFollowed(head)).length
  }

  #checkCauses(page: Page, { causes, words }: Saying, { author, seq }: Entry): void {
    // What was taken out cannot come before what follows it, nor bring along what it followed.
    if (this.forgetful.size > 0) return
    for (const [cause, number] of causes) {
      const shown = page.head('room', cause)
      if (shown >= (cause === author ? Math.min(number, seq) : number)) continue
      const missing = this.#places.get(`${cause}.${number}`)
      const what = missing ? brief(missing.words) : `${cause}.${number}`
      this.fault('cause', `${page.person.name} was shown ${brief(words)} before ${what}, which its author had read`)
    }
  }

  #receive(page: Page, { by, with: other, upTo }: RoomEvents['receipt']): void {
    this.receipts += 1
    const { person } = page
    const reader = this.#people.get(by)
    if (!reader) return this.fault('receipt', `${person.name} has a receipt of ${by}, whom nobody knows`)
    if (this.forgetful.has(by) || this.forgetful.has(person.id)) return
    const kind = `${by} ${other ?? ''}`
    const before = page.receipts.get(kind) ?? 0
    if (upTo <= before)
      this.fault('receipt', `${person.name} is told of ${reader.name}'s number ${upTo} after ${before}`)
    page.receipts.set(kind, upTo)
    const has = reader.had(other === undefined ? 'room' : person.id, person.id)
    if (has < upTo)
      this.fault('receipt', `${person.name} is told that ${reader.name} has number ${upTo}, and it has ${has}`)
  }

  #hear(page: Page, { reason, message, details }: RoomError): void {
    if (reason === 'not-stored' && this.forgetful.has(page.person.id)) return
    if (reason === 'forked' && details.peer && this.forgetful.has(details.peer)) return
    if (HONEST_ERRORS.includes(reason) || (reason === 'not-stored' && page.isForgetful)) return
    this.fault('error', `${page.person.name} was told: ${reason}, ${message}`)
  }

  #nameOf({ author, seq, content }: Entry): string {
    const name = this.#people.get(author)?.name ?? author
    return content.kind === 'text' ? `${brief(content.text)} of ${name}` : `number ${seq} (${content.kind}) of ${name}`
  }
}

export const textOf = ({ content }: Entry): readonly string[] => (content.kind === 'text' ? [content.text] : [])

/** Words as they stand in a trace. */
export const brief = (words: string): string => (words.length > 40 ? `'${words.slice(0, 20)}…' (long)` : `'${words}'`)
