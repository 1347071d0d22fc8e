/**
 * Keeps one log the same here and at those who share it: whoever writes sends at once to everybody linked; everybody tells
 * what it has; whoever lacks something asks one who has it. What an entry needs to count is the log's. Rules LM1-LM6.
 */
import type { PeerId } from '../protocol/ids'
import { ENTRIES_FRAME_BYTES, MAX_WAITING_BYTES, MAX_WANTED_FEEDS } from '../protocol/limits'
import { encodeLogMessage, type LogMessage, type Segment } from '../protocol/log-messages'
import { BoundedMap } from '../runtime/bounded-map'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { assertNever } from '../runtime/invariant'
import type { Random } from '../runtime/random'
import { countOwn } from './answers'
import { Asking } from './asking'
import type { Parent } from './entry-codec'
import type { Log, LogEvents, Outcome } from './log'
import { Partner } from './partner'
import type { Early } from './placing'
import { lastOf } from './runs'
import { Standing } from './standing'
import { Telling } from './telling'

/** So long what refers to something that nobody claims to have waits for it all the same. */
const RELEASED_AFTER: Millis = seconds(2)

/** So long what refers to something that is claimed, and was asked for in vain. */
const RELEASED_AT_LAST: Millis = seconds(120)

/** Bytes in a link's queue beyond which nothing is added: whoever is behind asks for it. */
const QUEUE_ENOUGH = 2 * ENTRIES_FRAME_BYTES

/** How long an answer waits until the next look at a queue that is full, or at what its partner may want. */
const QUEUE_PAUSE: Millis = 20

/** Peers of whom it is remembered how far they have one's own feed. */
const MAX_REMEMBERED_READERS = 1024

/** Peers of whom it is remembered how they have answered: more than are linked at once. */
const MAX_STANDINGS = 256

interface ExchangeDeps {
  readonly log: Log
  readonly direct: boolean
  readonly self: PeerId
  readonly clock: Clock
  readonly random: Random
  readonly send: (to: PeerId, message: Uint8Array) => void
  /** bytes that wait in the link to a peer */
  readonly queued: (to: PeerId) => number
  /** a peer has one's own feed up to a number, which is more than before */
  readonly onAcknowledged: (by: PeerId, upTo: number) => void
  readonly onOffence: (peer: PeerId, what: string) => void
}

export class Exchange {
  readonly log: Log
  readonly #partners = new Map<PeerId, Partner>()
  readonly #readers = new BoundedMap<PeerId, number>(MAX_REMEMBERED_READERS)
  readonly #standings = new BoundedMap<PeerId, Standing>(MAX_STANDINGS)
  readonly #telling: Telling
  readonly #asking: Asking
  /** since when somebody has been linked, and this page awake: before that nobody could have told what there is */
  #watchingSince: Millis = 0
  #cancelReleasing: (() => void) | undefined
  #isClosed = false

  constructor(private readonly deps: ExchangeDeps) {
    this.log = deps.log
    const shared = { ...deps, partners: this.#partners }
    this.#telling = new Telling(shared)
    this.#asking = new Asking(shared)
    this.log.on('delivered', (delivered) => this.#spread(delivered))
    this.log.on('forked', ({ author }) => this.#accuse(author))
  }

  /** A link to somebody who shares the log is open. */
  link(peer: PeerId, publicKey: Uint8Array): void {
    this.unlink(peer)
    if (this.#partners.size === 0) this.#watchingSince = this.deps.clock.now()
    const standing = this.#standings.getOrMake(peer, () => new Standing(this.deps.clock))
    const partner = new Partner(peer, publicKey, standing)
    this.#partners.set(peer, partner)
    this.#telling.all(partner)
  }

  unlink(peer: PeerId): void {
    const partner = this.#partners.get(peer)
    this.#partners.delete(peer)
    if (partner) this.#asking.leave(partner)
  }

  receive(from: PeerId, message: LogMessage): void {
    const partner = this.#partners.get(from)
    if (!partner) return
    switch (message.kind) {
      case 'have':
        return this.#handleHave(partner, message)
      case 'got':
        return this.#handleGot(partner, message.head)
      case 'want':
        partner.wanted = message.feeds.slice(0, MAX_WANTED_FEEDS)
        return this.#begin(this.#serve(partner))
      case 'entries':
        return this.#begin(this.#handleEntries(partner, message))
      case 'forks':
        return this.#begin(this.#handleForks(partner, message.proofs))
      default:
        return assertNever(message)
    }
  }

  /** What fails because the log was closed meanwhile is nobody's concern any more; all else is a bug of ours. */
  #begin(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#isClosed) throw error
    })
  }

  /** How far a peer has one's own feed, as far as known. */
  reached(peer: PeerId): number {
    return this.#readers.get(peer) ?? 0
  }

  close(): void {
    this.#isClosed = true
    this.#partners.clear()
    this.#telling.close()
    this.#asking.close()
    this.#cancelReleasing?.()
    this.log.close()
  }

  /** One's own entries go out at once; of all others only that they are here. */
  #spread({ authors, written }: LogEvents['delivered']): void {
    const { self } = this.deps
    const head = this.log.feed(self)?.head ?? 0
    const first = head - (written?.entries.length ?? 0) + 1
    const news = written && this.#encodeEntries(false, [written])
    for (const partner of this.#partners.values()) {
      for (const author of authors) {
        this.#asking.compare(partner, author)
        partner.untold.add(author)
      }
      if (!news || partner.sent < first - 1 || this.deps.queued(partner.id) > QUEUE_ENOUGH) continue
      this.deps.send(partner.id, news)
      partner.sent = head
      partner.untold.delete(self)
    }
    this.#telling.soon()
    this.#asking.ask()
  }

  #handleHave(partner: Partner, { feeds, full }: Extract<LogMessage, { kind: 'have' }>): void {
    // Whoever says too much says it again in time.
    if (!partner.standing.takesFeeds(feeds.length)) return
    if (full) partner.forget()
    for (const feed of feeds) {
      partner.tell(feed)
      this.#warn(partner, feed.author)
      this.#asking.compare(partner, feed.author)
      if (feed.author === this.deps.self) this.#handleReached(partner, feed.head)
    }
    if (full) this.#asking.forget()
    this.#releaseLater()
    this.#asking.ask()
  }

  #handleGot(partner: Partner, head: number): void {
    const { self } = this.deps
    const own = this.log.held(self)
    // What it says of a number that was never written, it says once more when it says all.
    if (!own || head > own.head) return
    const known = partner.has(self)
    partner.tell({
      author: self,
      floor: known?.floor ?? 1,
      head,
      hash: known?.head === head ? known.hash : new Uint8Array(),
    })
    this.#handleReached(partner, head)
  }

  /** A partner has one's own feed up to there. */
  #handleReached(partner: Partner, head: number): void {
    const { self, onAcknowledged } = this.deps
    const upTo = Math.min(head, this.log.feed(self)?.head ?? 0)
    partner.sent = Math.max(partner.sent, upTo)
    if (upTo <= this.reached(partner.id)) return
    this.#readers.set(partner.id, upTo)
    onAcknowledged(partner.id, upTo)
  }

  async #handleEntries(partner: Partner, message: Extract<LogMessage, { kind: 'entries' }>): Promise<void> {
    const { segments } = message
    const question = message.answer ? this.#asking.takeQuestionTo(partner) : undefined
    const count = segments.reduce((sum, { entries }) => sum + entries.length, 0)
    const size = segments.reduce(
      (sum, { entries }) => sum + entries.reduce((total, { length }) => total + length, 0),
      0,
    )
    const isTooMuch = !question && partner.pending + size > MAX_WAITING_BYTES
    if (!partner.standing.takesEntries(count, size, question !== undefined) || isTooMuch)
      return this.#asking.gap(partner, partner.id, (this.log.feed(partner.id)?.head ?? 0) + 1)
    partner.pending += size
    const sender = { id: partner.id, publicKey: partner.publicKey }
    const isGone = (missing: Parent) => this.#asking.isLetGo(missing)
    let outcome: Outcome | undefined
    try {
      outcome = await this.log.receive({ sender, segments, asked: question?.starts, isGone })
    } finally {
      partner.pending -= size
      if (question) this.#asking.settle(question, { outcome, bytes: size })
    }
    if (outcome.fault !== undefined) this.deps.onOffence(partner.id, outcome.fault)
    for (const [author, seq] of outcome.gaps) this.#asking.gap(partner, author, seq)
    for (const author of outcome.contradicted) this.#asking.suspect(partner, author, this.log.feed(author)?.head ?? 1)
    this.#releaseLater()
    this.#asking.ask()
  }

  #releaseLater(): void {
    const { clock } = this.deps
    // Alone nobody can tell what there is.
    if (this.log.waiting === 0 || this.#partners.size === 0) return
    const due = clock.now() + RELEASED_AFTER
    this.#cancelReleasing ??= clock.after(RELEASED_AFTER, () => this.#begin(this.#release(due)))
  }

  async #release(due: Millis): Promise<void> {
    const { clock } = this.deps
    if (clock.now() - due > RELEASED_AFTER) this.#watchingSince = clock.now()
    const isGone = (missing: Parent, { unit, since }: Early) => {
      const patience = this.#asking.isClaimed(missing) ? RELEASED_AT_LAST : RELEASED_AFTER
      // Whoever has it has what it refers to, or knows that it is gone.
      const { author, seq } = lastOf(unit).raw
      const isHad = this.#partners.has(author) || this.#asking.isClaimed({ author, seq })
      return isHad && clock.now() - Math.max(since, this.#watchingSince) >= patience
    }
    await this.log.release(isGone)
    this.#cancelReleasing = undefined
    this.#releaseLater()
  }

  /** Sends a partner what it wants, when its link has taken what is in it. */
  async #serve(partner: Partner): Promise<void> {
    const { clock, queued, self } = this.deps
    if (partner.isBeingSent) return
    partner.isBeingSent = true
    try {
      while (partner.wanted && this.#partners.get(partner.id) === partner) {
        if (queued(partner.id) > QUEUE_ENOUGH || !partner.standing.mayWant(partner.wanted.length)) {
          await new Promise<void>((resolve) => clock.after(QUEUE_PAUSE, resolve))
          continue
        }
        const { wanted } = partner
        partner.wanted = undefined
        // The end of a feed that forked is taken by who knows of the fork.
        const known = wanted.filter(({ author }) => this.#confront(partner, author))
        const segments = await this.log.answer(known, ENTRIES_FRAME_BYTES)
        this.deps.send(partner.id, this.#encodeEntries(true, segments))
        const from = wanted.find(({ author }) => author === self)?.from
        if (from !== undefined) partner.sent = Math.max(partner.sent, from + countOwn(segments) - 1)
      }
    } finally {
      partner.isBeingSent = false
    }
  }

  #encodeEntries(answer: boolean, segments: readonly Segment[]): Uint8Array {
    return encodeLogMessage({ kind: 'entries', direct: this.deps.direct, answer, segments })
  }

  async #handleForks(partner: Partner, proofs: readonly Uint8Array[]): Promise<void> {
    const [proof, ...others] = proofs
    if (others.length > 0) return this.deps.onOffence(partner.id, 'several proofs at once')
    if (!proof || !partner.standing.takesProof()) return
    const isClaimed = (author: PeerId) => [...this.#partners.values()].some((each) => (each.has(author)?.head ?? 0) > 0)
    const fault = await this.log.judge(proof, isClaimed)
    if (fault !== undefined) this.deps.onOffence(partner.id, fault)
  }

  /** It is proven that somebody wrote two feeds. */
  #accuse(author: PeerId): void {
    this.#asking.convict(author)
    for (const partner of this.#partners.values()) {
      this.#warn(partner, author)
      this.#asking.compare(partner, author)
      partner.untold.add(author)
    }
    this.#telling.soon()
    this.#asking.ask()
  }

  /** Tells a partner of a fork when it says to hold what does not count. */
  #warn(partner: Partner, author: PeerId): void {
    const { fork } = this.log.feed(author) ?? {}
    if (fork && (partner.has(author)?.head ?? 0) >= fork.seq) this.#confront(partner, author)
  }

  /** Tells a partner once that somebody wrote two feeds. @returns false when it cannot be told yet */
  #confront(partner: Partner, author: PeerId): boolean {
    const proof = this.log.feed(author)?.fork?.proof
    if (!proof || partner.proofs.get(author) === proof) return true
    if (!partner.standing.sendsProof()) return false
    partner.proofs.set(author, proof)
    this.deps.send(partner.id, encodeLogMessage({ kind: 'forks', direct: this.deps.direct, proofs: [proof] }))
    return true
  }
}
