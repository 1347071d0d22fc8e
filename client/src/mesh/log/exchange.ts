/**
 * Keeps one log the same here and at those who share it: whoever writes sends at once to everybody linked; everybody tells
 * what it has; whoever lacks something asks one who has it. What an entry needs to count is the log's. Rules LM1-LM6.
 */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import type { PeerId } from '../protocol/ids'
import { ENTRIES_FRAME_BYTES, MAX_SEGMENT_ENTRIES, MAX_WAITING_BYTES, MAX_WANTED_FEEDS } from '../protocol/limits'
import { encodeLogMessage, type LogMessage, type Segment } from '../protocol/log-messages'
import { BoundedMap } from '../runtime/bounded-map'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { assertNever } from '../runtime/invariant'
import type { Random } from '../runtime/random'
import { countOwn } from './answers'
import { sameBytes } from './bytes'
import type { Log, LogEvents } from './log'
import { Partner } from './partner'

/** When entries come faster than receipts for each are worth a packet, their authors hear of all within so long together. */
const ACKNOWLEDGED_AFTER: Millis = 50

/** Before that they hear of each at once. */
const RECEIPTS_AT_ONCE = { burst: 400, perSecond: 200 }

/** Others hear later, so that what its author sends them arrives first. */
const TOLD_AFTER: Millis = 300

/** So long what somebody has is not asked for, while its author is linked and has most likely sent it. */
const GRACE: Millis = seconds(1)

/** So long what comes behind a gap is not asked for without it: somebody else, who links a moment later, may hold it. */
const JUMPED_AFTER: Millis = seconds(2)

/** So long what refers to something that nobody claims to have waits for it all the same. */
const RELEASED_AFTER: Millis = seconds(2)

/** Whoever was asked and said nothing for so long is not waited for. */
const ANSWER_PATIENCE: Millis = seconds(10)

/** All is told again from time to time, whatever went wrong. */
const RETOLD_AFTER: Millis = seconds(60)

/** Bytes in a link's queue beyond which nothing is added: whoever is behind asks for it. */
const QUEUE_ENOUGH = 2 * ENTRIES_FRAME_BYTES

/** How long an answer waits until the next look at a queue that is full. */
const QUEUE_PAUSE: Millis = 20

/** Peers of whom it is remembered how far they have one's own feed. */
const MAX_REMEMBERED_READERS = 1024

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

/** Who is asked for what now. */
interface Question {
  readonly partner: Partner
  readonly asked: ReadonlyMap<PeerId, number>
  /** of those asked, who are to be compared */
  readonly suspects: ReadonlyMap<PeerId, number>
  readonly stop: () => void
}

export class Exchange {
  readonly log: Log
  readonly #partners = new Map<PeerId, Partner>()
  readonly #readers = new BoundedMap<PeerId, number>(MAX_REMEMBERED_READERS)
  /** since when an author's entries are known to be missing */
  readonly #missingSince = new Map<PeerId, Millis>()
  /** from where on the feeds of those are wanted who seem to have written two */
  readonly #suspects = new Map<PeerId, number>()
  #question: Question | undefined
  #cancelAsking: (() => void) | undefined
  #cancelAcknowledging: (() => void) | undefined
  readonly #receiptsAtOnce: TokenBucket
  #cancelTelling: (() => void) | undefined
  #cancelReleasing: (() => void) | undefined
  #cancelRetelling = () => {}

  constructor(private readonly deps: ExchangeDeps) {
    this.log = deps.log
    this.#receiptsAtOnce = new TokenBucket(RECEIPTS_AT_ONCE, () => deps.clock.now())
    this.log.on('delivered', (delivered) => this.#spread(delivered))
    this.log.on('forked', ({ author, proof }) => this.#accuse(author, proof))
    this.#retellLater()
  }

  /** A link to somebody who shares the log is open. */
  link(peer: PeerId, publicKey: Uint8Array): void {
    this.unlink(peer)
    const partner = new Partner(peer, publicKey, this.deps.clock)
    this.#partners.set(peer, partner)
    this.#tellAll(partner)
    this.#confront([partner], this.log.proofs)
  }

  unlink(peer: PeerId): void {
    this.#partners.delete(peer)
    if (this.#partners.size === 0) this.#missingSince.clear()
    if (this.#question?.partner.id === peer) this.#endQuestion()
    this.#ask()
  }

  receive(from: PeerId, message: LogMessage): void {
    const partner = this.#partners.get(from)
    if (!partner) return
    switch (message.kind) {
      case 'have':
        return this.#handleHave(partner, message)
      case 'want':
        partner.wanted = message.feeds.slice(0, MAX_WANTED_FEEDS)
        return void this.#serve(partner)
      case 'entries':
        return void this.#handleEntries(partner, message)
      case 'forks':
        return void this.#handleForks(partner, message.proofs)
      default:
        return assertNever(message)
    }
  }

  /** How far a peer has one's own feed, as far as known. */
  reached(peer: PeerId): number {
    return this.#readers.get(peer) ?? 0
  }

  close(): void {
    this.#partners.clear()
    this.#endQuestion()
    for (const cancel of [this.#cancelAsking, this.#cancelAcknowledging, this.#cancelTelling, this.#cancelReleasing])
      cancel?.()
    this.#cancelRetelling()
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
        this.#compare(partner, author)
        partner.untold.add(author)
      }
      if (!news || partner.sent < first - 1 || this.deps.queued(partner.id) > QUEUE_ENOUGH) continue
      this.deps.send(partner.id, news)
      partner.sent = head
      partner.untold.delete(self)
    }
    this.#tellLater()
    this.#ask()
  }

  #tellLater(): void {
    const { clock } = this.deps
    if (!this.#cancelAcknowledging && this.#receiptsAtOnce.take()) this.#acknowledge()
    else this.#cancelAcknowledging ??= clock.after(ACKNOWLEDGED_AFTER, () => this.#acknowledge())
    this.#cancelTelling ??= clock.after(TOLD_AFTER, () => {
      this.#cancelTelling = undefined
      for (const partner of this.#partners.values()) this.#tell(partner, () => true)
    })
  }

  #acknowledge(): void {
    this.#cancelAcknowledging = undefined
    for (const partner of this.#partners.values())
      this.#tell(partner, (author) => author === partner.id || author === this.deps.self)
  }

  /** Tells what is here of the authors of whom it was not told; not of what the other has as well, but its own. */
  #tell(partner: Partner, isDue: (author: PeerId) => boolean): void {
    const due = [...partner.untold].filter(isDue)
    for (const author of due) partner.untold.delete(author)
    const news = due.filter(
      (author) => author === partner.id || (partner.has(author)?.head ?? 0) < (this.log.held(author)?.head ?? 0),
    )
    if (news.length > 0) this.#sendHave(partner, news, false)
  }

  #tellAll(partner: Partner): void {
    partner.untold.clear()
    const authors = this.log.feeds.filter(({ head }) => head > 0).map(({ author }) => author)
    // A log of two begins with the first that is said.
    if (authors.length > 0 || !this.deps.direct) this.#sendHave(partner, authors, true)
  }

  #sendHave(partner: Partner, authors: readonly PeerId[], full: boolean): void {
    const feeds = authors.flatMap((author) => this.log.held(author) ?? [])
    this.deps.send(partner.id, encodeLogMessage({ kind: 'have', direct: this.deps.direct, full, feeds }))
  }

  #retellLater(): void {
    const { clock, random } = this.deps
    this.#cancelRetelling = clock.after(RETOLD_AFTER * (0.5 + random.fraction()), () => {
      for (const partner of this.#partners.values()) this.#tellAll(partner)
      this.#retellLater()
    })
  }

  #handleHave(partner: Partner, { feeds, full }: Extract<LogMessage, { kind: 'have' }>): void {
    const { self, onAcknowledged } = this.deps
    if (full) partner.forget()
    for (const feed of feeds) {
      partner.tell(feed)
      this.#compare(partner, feed.author)
      if (feed.author !== self) continue
      const upTo = Math.min(feed.head, this.log.feed(self)?.head ?? 0)
      partner.sent = Math.max(partner.sent, upTo)
      if (upTo <= this.reached(partner.id)) continue
      this.#readers.set(partner.id, upTo)
      onAcknowledged(partner.id, upTo)
    }
    this.#releaseLater()
    this.#ask()
  }

  /** Notes whether a partner has more of an author than is here, or something else. */
  #compare(partner: Partner, author: PeerId): void {
    const theirs = partner.has(author)
    const ours = this.log.feed(author)
    const end = ours?.fork ? ours.fork.seq - 1 : Number.POSITIVE_INFINITY
    const isAnyHeld = theirs !== undefined && theirs.floor <= theirs.head
    if (isAnyHeld && Math.min(theirs.head, end) > (ours?.head ?? 0)) {
      partner.ahead.add(author)
      if (!this.#missingSince.has(author)) this.#missingSince.set(author, this.deps.clock.now())
      return
    }
    const wasAhead = partner.ahead.delete(author)
    if (wasAhead && !this.#isAnyAhead(author)) this.#missingSince.delete(author)
    const held = this.log.held(author)
    if (!theirs || !held || theirs.head !== held.head || sameBytes(theirs.hash, held.hash)) return
    if (!this.#suspects.has(author)) this.#suspect(author, held.head)
  }

  #isAnyAhead(author: PeerId): boolean {
    return [...this.#partners.values()].some(({ ahead }) => ahead.has(author))
  }

  #suspect(author: PeerId, seq: number): void {
    if (this.#suspects.size >= MAX_WANTED_FEEDS) return
    const floor = this.log.feed(author)?.floor ?? 1
    this.#suspects.set(author, Math.max(floor, Math.min(seq, this.#suspects.get(author) ?? seq) - MAX_SEGMENT_ENTRIES))
  }

  /** Asks one who has something that is missing here, unless somebody is being asked. */
  #ask(): void {
    const { clock } = this.deps
    if (this.#question) return
    this.#cancelAsking?.()
    this.#cancelAsking = undefined
    const wants = this.#able.map((partner) => ({ partner, wanted: this.#wantedOf(partner) }))
    const best = wants.reduce<(typeof wants)[number] | undefined>(
      (most, other) => (other.wanted.size > (most?.wanted.size ?? 0) ? other : most),
      undefined,
    )
    if (best) {
      const { partner, wanted } = best
      const stop = clock.after(ANSWER_PATIENCE, () => this.#handleSilence())
      const suspects = new Map([...this.#suspects].filter(([author, from]) => wanted.get(author) === from))
      this.#question = { partner, asked: wanted, suspects, stop }
      const feeds = [...wanted].map(([author, from]) => ({ author, from }))
      return this.deps.send(partner.id, encodeLogMessage({ kind: 'want', direct: this.deps.direct, feeds }))
    }
    const isAnyAhead = [...this.#partners.values()].some(({ ahead }) => ahead.size > 0)
    // What has to be waited for is grace, or a pause; looking once in a while finds the end of both.
    if (isAnyAhead) this.#cancelAsking = clock.after(GRACE, () => this.#ask())
  }

  /** What a partner is to be asked for, each feed from a number on. */
  #wantedOf(partner: Partner): ReadonlyMap<PeerId, number> {
    const now = this.deps.clock.now()
    const wanted = new Map<PeerId, number>()
    for (const author of partner.ahead) {
      if (wanted.size >= MAX_WANTED_FEEDS) break
      const isComing = author !== partner.id && this.#partners.has(author)
      const missing = now - (this.#missingSince.get(author) ?? now)
      if (isComing && missing < GRACE) continue
      const next = (this.log.feed(author)?.head ?? 0) + 1
      const floor = partner.has(author)?.floor ?? next
      // Where somebody holds what comes right behind, nothing is jumped over.
      if (floor <= next) wanted.set(author, next)
      else if (missing >= JUMPED_AFTER && !this.#holdsEarlier(author, floor)) wanted.set(author, floor)
    }
    for (const [author, from] of this.#suspects) if (partner.has(author)) wanted.set(author, from)
    return wanted
  }

  #holdsEarlier(author: PeerId, floor: number): boolean {
    return this.#able.some((partner) => partner.ahead.has(author) && (partner.has(author)?.floor ?? floor) < floor)
  }

  #handleSilence(): void {
    this.#question?.partner.judge(false)
    this.#endQuestion()
    this.#ask()
  }

  #endQuestion(): void {
    this.#question?.stop()
    this.#question = undefined
  }

  async #handleEntries(partner: Partner, message: Extract<LogMessage, { kind: 'entries' }>): Promise<void> {
    const { segments } = message
    const question = message.answer && this.#question?.partner === partner ? this.#question : undefined
    const size = segments.reduce(
      (sum, { entries }) => sum + entries.reduce((total, { length }) => total + length, 0),
      0,
    )
    const isTooMuch =
      !question && (partner.pending + size > MAX_WAITING_BYTES || !partner.takesSegments(segments.length))
    if (isTooMuch) return this.#handleGap(partner, partner.id)
    // The next question waits for what comes of this answer, however long that takes.
    question?.stop()
    partner.pending += size
    const sender = { id: partner.id, publicKey: partner.publicKey }
    const isGone = (author: PeerId, seq: number) => this.#isLetGo(author, seq)
    const outcome = await this.log.receive({ sender, segments, asked: question?.asked, isGone })
    partner.pending -= size
    if (outcome.fault !== undefined) this.deps.onOffence(partner.id, outcome.fault)
    for (const [author, seq] of outcome.gaps) this.#handleGap(partner, author, seq)
    for (const author of outcome.contradicted) this.#suspect(author, this.log.feed(author)?.head ?? 1)
    if (question) {
      // What came meanwhile from somebody else counts as well; of whom a fork was found is no suspect any more.
      const isUseful = ([author, from]: readonly [PeerId, number]) =>
        question.suspects.get(author) === from
          ? !this.#suspects.has(author)
          : (this.log.feed(author)?.head ?? 0) >= from
      const hasAny = [...question.asked].some(isUseful)
      for (const [author, from] of question.suspects)
        if (this.#suspects.get(author) === from) this.#suspects.delete(author)
      for (const [author, from] of outcome.further) this.#suspects.set(author, from)
      partner.judge(hasAny || outcome.further.size > 0)
      if (this.#question === question) this.#question = undefined
    }
    this.#releaseLater()
    this.#ask()
  }

  /** Whether everybody who has that feed says to have let this entry go. */
  #isLetGo(author: PeerId, seq: number): boolean {
    const held = this.#able.flatMap((partner) => partner.has(author) ?? [])
    return held.some(({ floor }) => floor > seq) && held.every(({ floor, head }) => floor > seq || head < seq)
  }

  #isClaimed(author: PeerId, seq: number): boolean {
    return this.#able.some((partner) => {
      const held = partner.has(author)
      return held !== undefined && held.floor <= seq && held.head >= seq
    })
  }

  /** Those who are asked when they have something. */
  get #able(): readonly Partner[] {
    return [...this.#partners.values()].filter(({ isPaused }) => !isPaused)
  }

  #releaseLater(): void {
    // Alone nobody can tell what there is.
    if (this.log.waiting === 0 || this.#partners.size === 0) return
    this.#cancelReleasing ??= this.deps.clock.after(RELEASED_AFTER, () => void this.#release())
  }

  async #release(): Promise<void> {
    const isGone = (author: PeerId, seq: number) => this.#partners.size > 0 && !this.#isClaimed(author, seq)
    // It fails when the log is closed meanwhile, and nobody waits for it then.
    await this.log.release(isGone).catch(() => undefined)
    this.#cancelReleasing = undefined
    this.#releaseLater()
  }

  /** It has sent something that comes behind what is here: there is more to be had of it. */
  #handleGap(partner: Partner, author: PeerId, seq = 0): void {
    const theirs = partner.has(author)
    const held = this.log.held(author)
    const head = Math.max(theirs?.head ?? 0, seq, (held?.head ?? 0) + 1)
    partner.tell({ author, floor: theirs?.floor ?? 1, head, hash: theirs?.hash ?? new Uint8Array() })
    this.#compare(partner, author)
    this.#ask()
  }

  /** Sends a partner what it wants, when its link has taken what is in it. */
  async #serve(partner: Partner): Promise<void> {
    const { clock, queued, self } = this.deps
    if (partner.isBeingSent) return
    partner.isBeingSent = true
    while (partner.wanted && this.#partners.get(partner.id) === partner) {
      if (queued(partner.id) > QUEUE_ENOUGH) {
        await new Promise<void>((resolve) => clock.after(QUEUE_PAUSE, resolve))
        continue
      }
      const { wanted } = partner
      partner.wanted = undefined
      const segments = await this.log.answer(wanted, ENTRIES_FRAME_BYTES)
      this.deps.send(partner.id, this.#encodeEntries(true, segments))
      const from = wanted.find(({ author }) => author === self)?.from
      if (from !== undefined) partner.sent = Math.max(partner.sent, from + countOwn(segments) - 1)
    }
    partner.isBeingSent = false
  }

  #encodeEntries(answer: boolean, segments: readonly Segment[]): Uint8Array {
    return encodeLogMessage({ kind: 'entries', direct: this.deps.direct, answer, segments })
  }

  async #handleForks(partner: Partner, proofs: readonly Uint8Array[]): Promise<void> {
    for (const proof of proofs) {
      const fault = await this.log.judge(proof)
      if (fault !== undefined) this.deps.onOffence(partner.id, fault)
    }
  }

  /** Tells everybody that somebody wrote two feeds. */
  #accuse(author: PeerId, proof: Uint8Array): void {
    this.#suspects.delete(author)
    const partners = [...this.#partners.values()]
    this.#confront(partners, [proof])
    for (const partner of partners) {
      this.#compare(partner, author)
      partner.untold.add(author)
    }
    this.#tellLater()
    this.#ask()
  }

  #confront(partners: readonly Partner[], proofs: readonly Uint8Array[]): void {
    const messages = proofs.map((proof) =>
      encodeLogMessage({ kind: 'forks', direct: this.deps.direct, proofs: [proof] }),
    )
    for (const { id } of partners) for (const message of messages) this.deps.send(id, message)
  }
}
