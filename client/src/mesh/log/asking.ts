/**
 * What is missing here, and whom to ask for it: one partner at a time, one that has most of it. Whoever gives nothing of use is
 * passed over for a while. Rules LM3, LM4, LM6.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_SEGMENT_ENTRIES, MAX_WANTED_FEEDS } from '../protocol/limits'
import { encodeLogMessage } from '../protocol/log-messages'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { sameBytes } from './bytes'
import type { Parent } from './entry-codec'
import type { Log, Outcome } from './log'
import type { Partner } from './partner'

/** So long what somebody has is not asked for, while its author is linked and has most likely sent it. */
const GRACE: Millis = seconds(1)

/** So long what comes behind a gap is not asked for without it: somebody else, who links a moment later, may hold it. */
const JUMPED_AFTER: Millis = seconds(2)

/** The same where something is held already, which has to be given up for it. */
const ABANDONED_AFTER: Millis = seconds(120)

/** Whoever was asked and said nothing for so long is not waited for. */
const ANSWER_PATIENCE: Millis = seconds(10)

/** An answer that took so long and brought no more than a few entries keeps others from being asked. */
const SLOW_AFTER: Millis = seconds(3)
const FEW_ENTRIES = 64

/** Who is asked for what now. */
export interface Question {
  readonly partner: Partner
  readonly asked: ReadonlyMap<PeerId, number>
  readonly since: Millis
  /** of those asked, who are to be compared */
  readonly suspects: ReadonlyMap<PeerId, number>
  /** It is answered: what comes of the answer takes as long as it takes. */
  readonly stop: () => void
}

interface AskingDeps {
  readonly log: Log
  readonly direct: boolean
  readonly clock: Clock
  readonly partners: ReadonlyMap<PeerId, Partner>
  readonly send: (to: PeerId, message: Uint8Array) => void
}

export class Asking {
  /** since when an author's entries are known to be missing */
  readonly #missingSince = new Map<PeerId, Millis>()
  /** who seems to have written two feeds: from where on the other is wanted, of whoever holds it */
  readonly #suspects = new Map<PeerId, { readonly from: number; readonly partner: Partner }>()
  #question: Question | undefined
  #isAnswered = false
  #cancelAsking: (() => void) | undefined

  constructor(private readonly deps: AskingDeps) {}

  /** What a partner has just answered; only its first answer is one. */
  takeQuestionTo(partner: Partner): Question | undefined {
    if (this.#question?.partner !== partner || this.#isAnswered) return undefined
    // The next question waits for what comes of this answer, however long that takes.
    this.#isAnswered = true
    this.#question.stop()
    return this.#question
  }

  /** What the answer to a question has come to; undefined when it was lost here. */
  settle(question: Question, outcome: Outcome | undefined): void {
    const { log, clock } = this.deps
    // What came meanwhile from somebody else counts as well; of whom a fork was found is no suspect any more.
    const isUseful = ([author, from]: readonly [PeerId, number]) =>
      question.suspects.get(author) === from ? !this.#suspects.has(author) : (log.feed(author)?.head ?? 0) >= from
    const hasAny = [...question.asked].some(isUseful)
    for (const [author, from] of question.suspects)
      if (this.#suspects.get(author)?.from === from) this.#suspects.delete(author)
    const { partner } = question
    // Two who hold the same other feed are not both needed to know.
    for (const [author, from] of outcome?.further ?? [])
      if (!this.#suspects.has(author)) this.#suspects.set(author, { from, partner })
    const isDripping = clock.now() - question.since > SLOW_AFTER && (outcome?.delivered ?? 0) < FEW_ENTRIES
    partner.judge((hasAny && !isDripping) || (outcome?.further.size ?? 0) > 0)
    if (this.#question === question) this.#question = undefined
  }

  /** A partner is gone. */
  leave(partner: Partner): void {
    for (const [author, suspect] of this.#suspects) if (suspect.partner === partner) this.#suspects.delete(author)
    if (this.#question?.partner === partner) this.#endQuestion()
    this.forget()
    this.ask()
  }

  /** What nobody claims any more is not missing. */
  forget(): void {
    for (const author of this.#missingSince.keys()) if (!this.#isAnyAhead(author)) this.#missingSince.delete(author)
  }

  /** It is proven that the author wrote two feeds. */
  convict(author: PeerId): void {
    this.#suspects.delete(author)
  }

  close(): void {
    this.#endQuestion()
    this.#cancelAsking?.()
  }

  /** Notes whether a partner has more of an author than is here, or something else. */
  compare(partner: Partner, author: PeerId): void {
    const theirs = partner.has(author)
    const ours = this.deps.log.feed(author)
    const end = ours?.fork ? ours.fork.seq - 1 : Number.POSITIVE_INFINITY
    const isAnyHeld = theirs !== undefined && theirs.floor <= theirs.head
    if (isAnyHeld && Math.min(theirs.head, end) > (ours?.head ?? 0)) {
      partner.ahead.add(author)
      if (!this.#missingSince.has(author)) this.#missingSince.set(author, this.deps.clock.now())
      return
    }
    const wasAhead = partner.ahead.delete(author)
    if (wasAhead && !this.#isAnyAhead(author)) this.#missingSince.delete(author)
    const held = this.deps.log.held(author)
    if (!theirs || !held || theirs.head !== held.head || theirs.hash.length === 0) return
    if (!sameBytes(theirs.hash, held.hash) && !this.#suspects.has(author)) this.suspect(partner, author, held.head)
  }

  #isAnyAhead(author: PeerId): boolean {
    return [...this.deps.partners.values()].some(({ ahead }) => ahead.has(author))
  }

  /** Somebody holds another feed of that author's than is held here, at that number or before it. */
  suspect(partner: Partner, author: PeerId, seq: number): void {
    if (this.#suspects.size >= MAX_WANTED_FEEDS) return
    const floor = this.deps.log.feed(author)?.floor ?? 1
    const from = Math.min(seq, this.#suspects.get(author)?.from ?? seq) - MAX_SEGMENT_ENTRIES
    this.#suspects.set(author, { from: Math.max(floor, from), partner })
  }

  /** Asks one who has something that is missing here, unless somebody is being asked. */
  ask(): void {
    const { clock } = this.deps
    if (this.#question) return
    this.#cancelAsking?.()
    this.#cancelAsking = undefined
    // Of those who have something, the one who was asked longest ago: nobody holds the question by claiming most.
    const [partner] = this.#able
      .filter((able) => this.#wantedOf(able).size > 0)
      .sort((one, other) => one.askedAt - other.askedAt)
    if (partner) {
      const asked = this.#wantedOf(partner)
      const stop = clock.after(ANSWER_PATIENCE, () => this.#handleSilence())
      const suspects = new Map([...asked].filter(([author, from]) => this.#suspects.get(author)?.from === from))
      const since = clock.now()
      partner.askedAt = since
      this.#isAnswered = false
      this.#question = { partner, asked, since, suspects, stop }
      const feeds = [...asked].map(([author, from]) => ({ author, from }))
      return this.deps.send(partner.id, encodeLogMessage({ kind: 'want', direct: this.deps.direct, feeds }))
    }
    const suspected = [...this.#suspects.values()].map((suspect) => suspect.partner)
    const ahead = [...this.deps.partners.values()].filter((other) => other.ahead.size > 0 || suspected.includes(other))
    if (ahead.length === 0) return
    // What has to be waited for is grace, or the end of a pause.
    const pauses = ahead.map(({ pausedUntil }) => pausedUntil - clock.now()).filter((pause) => pause > 0)
    this.#cancelAsking = clock.after(Math.min(GRACE, ...pauses), () => this.ask())
  }

  /** What a partner is to be asked for, each feed from a number on. */
  #wantedOf(partner: Partner): ReadonlyMap<PeerId, number> {
    const now = this.deps.clock.now()
    const wanted = new Map<PeerId, number>()
    for (const author of partner.ahead) {
      if (wanted.size >= MAX_WANTED_FEEDS) break
      // Until it is known where the two part, more of either is of no use.
      if (this.#suspects.has(author)) continue
      const isComing = author !== partner.id && this.deps.partners.has(author)
      const missing = now - (this.#missingSince.get(author) ?? now)
      if (isComing && missing < GRACE) continue
      const next = (this.deps.log.feed(author)?.head ?? 0) + 1
      const floor = partner.has(author)?.floor ?? next
      // Where somebody holds what comes right behind, nothing is jumped over.
      if (floor <= next) wanted.set(author, next)
      else if (missing >= (next > 1 ? ABANDONED_AFTER : JUMPED_AFTER) && !this.#holdsEarlier(author, floor))
        wanted.set(author, floor)
    }
    for (const [author, suspect] of this.#suspects) if (suspect.partner === partner) wanted.set(author, suspect.from)
    return wanted
  }

  /** Whether somebody who is linked says to hold what comes before, though it may not be asked for just now. */
  #holdsEarlier(author: PeerId, floor: number): boolean {
    return [...this.deps.partners.values()].some(
      (partner) => partner.ahead.has(author) && (partner.has(author)?.floor ?? floor) < floor,
    )
  }

  #handleSilence(): void {
    this.#question?.partner.judge(false)
    this.#endQuestion()
    this.ask()
  }

  /** Whether everybody who has that feed says to have let this entry go. */
  isLetGo({ author, seq }: Parent): boolean {
    const held = [...this.deps.partners.values()].flatMap((partner) => partner.has(author) ?? [])
    return held.some(({ floor }) => floor > seq) && held.every(({ floor, head }) => floor > seq || head < seq)
  }

  /** Whether anybody says to hold it. */
  isClaimed({ author, seq }: Parent): boolean {
    return [...this.deps.partners.values()].some((partner) => {
      const held = partner.has(author)
      return held !== undefined && held.floor <= seq && held.head >= seq
    })
  }

  /** Those who are asked when they have something. */
  get #able(): readonly Partner[] {
    return [...this.deps.partners.values()].filter(({ isPaused }) => !isPaused)
  }

  /**
   * It has sent something that came behind what was here then: there may be more to be had of it.
   * @param seq the last number that it has sent, as far as known
   */
  gap(partner: Partner, author: PeerId, seq: number): void {
    const theirs = partner.has(author)
    const head = Math.max(theirs?.head ?? 0, seq)
    const hash = theirs?.head === head ? theirs.hash : new Uint8Array()
    partner.tell({ author, floor: theirs?.floor ?? 1, head, hash })
    this.compare(partner, author)
    this.ask()
  }

  #endQuestion(): void {
    this.#question?.stop()
    this.#question = undefined
  }
}
