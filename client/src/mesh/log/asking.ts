/**
 * Who is asked for what is missing here: each partner for one thing at a time, nobody for what somebody else was asked for a
 * moment ago, and those who give nothing after the others. Rules LM3, LM4, LM6.
 */
import type { PeerId } from '../protocol/ids'
import { ENTRIES_FRAME_BYTES, MAX_SEGMENT_ENTRIES, MAX_WANTED_FEEDS } from '../protocol/limits'
import { encodeLogMessage } from '../protocol/log-messages'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import { sameBytes } from './bytes'
import type { Parent } from './entry-codec'
import type { Log, Outcome } from './log'
import type { Partner } from './partner'

/** So long what somebody has is not asked for, while its author is linked and has most likely sent it. */
const GRACE: Millis = seconds(1)

/** So long what one was asked for is not asked of another, unless that one gave nothing the last time. */
const LEFT_TO_ANYBODY: Millis = seconds(2)

/** The same where that one has given something before: its answer may take a slow line some seconds. */
const LEFT_TO_PROVEN: Millis = seconds(10)

/** Questions that others are kept out of by: each answer is up to ENTRIES_FRAME_BYTES to be looked at. */
const MAX_QUESTIONS = 4

/** So long what comes behind a gap is not asked for without it: somebody else, who links a moment later, may hold it. */
const JUMPED_AFTER: Millis = seconds(2)

/** The same where something is held already, which has to be given up for it. */
const ABANDONED_AFTER: Millis = seconds(120)

/** Whoever was asked and said nothing for so long is not waited for; what comes later is taken as what is told unasked. */
const ANSWER_PATIENCE: Millis = seconds(20)

/** An answer that took so long and brought only a few entries is taken for none, unless they are large. */
const SLOW_AFTER: Millis = seconds(3)
const FEW_ENTRIES = 64
const FEW_BYTES = ENTRIES_FRAME_BYTES / 2

/** However much comes, what is missing is looked for no more often. */
const LOOK_EVERY: Millis = 5

/** Who is asked for what now. */
export interface Question {
  readonly partner: Partner
  /** each feed from a number on */
  readonly asked: ReadonlyMap<PeerId, number>
  /** those of them where a feed may begin: what goes behind what waits here is of no use without that */
  readonly starts: ReadonlyMap<PeerId, number>
  readonly since: Millis
  /** of those asked, who are to be compared */
  readonly suspicions: ReadonlyMap<PeerId, number>
  /** It is answered: what comes of the answer takes as long as it takes. */
  isAnswered: boolean
  readonly stop: () => void
}

/** What came of an answer. */
interface Answered {
  /** undefined when it was lost here */
  readonly outcome: Outcome | undefined
  readonly bytes: number
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
  readonly #questions = new Map<Partner, Question>()
  #lookedAt: Millis = Number.NEGATIVE_INFINITY
  #cancelLooking: (() => void) | undefined
  #cancelLookingAgain: (() => void) | undefined

  constructor(private readonly deps: AskingDeps) {}

  /** What a partner has just answered; only its first answer is one. */
  takeQuestionTo(partner: Partner): Question | undefined {
    const question = this.#questions.get(partner)
    if (!question || question.isAnswered) return undefined
    question.isAnswered = true
    question.stop()
    return question
  }

  settle(question: Question, { outcome, bytes }: Answered): void {
    const { log, clock } = this.deps
    const { partner, asked, suspicions } = question
    // What came meanwhile from somebody else counts as well, and nobody is to blame for what cannot be taken here; of
    // whom a fork was found is under no suspicion any more.
    const isUseful = ([author, from]: readonly [PeerId, number]) =>
      suspicions.get(author) === from
        ? !partner.suspicions.has(author)
        : log.reach(author) >= from || !log.takes(author)
    const hasAny = [...asked].some(isUseful)
    for (const [author, from] of suspicions) if (partner.suspicions.get(author) === from) partner.trust(author)
    for (const [author, from] of outcome?.further ?? []) partner.suspect(author, from)
    const isSmall = (outcome?.delivered ?? 0) < FEW_ENTRIES && bytes < FEW_BYTES
    const isDripping = isSmall && clock.now() - question.since > SLOW_AFTER
    partner.standing.judge((hasAny && !isDripping) || (outcome?.further.size ?? 0) > 0)
    if (this.#questions.get(partner) === question) this.#questions.delete(partner)
  }

  /** A partner is gone. */
  leave(partner: Partner): void {
    const question = this.#questions.get(partner)
    question?.stop()
    this.#questions.delete(partner)
    // Whoever goes and comes is not asked the more for it.
    const isOverdue = question && this.deps.clock.now() - question.since >= LEFT_TO_ANYBODY
    if (isOverdue && !question.isAnswered) partner.standing.judge(false)
    this.forget()
    this.ask()
  }

  /** What nobody claims any more is not missing. */
  forget(): void {
    for (const author of this.#missingSince.keys()) if (!this.#isAnyAhead(author)) this.#missingSince.delete(author)
  }

  /** It is proven that the author wrote two feeds. */
  convict(author: PeerId): void {
    for (const partner of this.deps.partners.values()) partner.trust(author)
  }

  close(): void {
    for (const { stop } of this.#questions.values()) stop()
    this.#questions.clear()
    this.#cancelLooking?.()
    this.#cancelLookingAgain?.()
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
    if (!sameBytes(theirs.hash, held.hash) && !partner.suspicions.has(author)) this.suspect(partner, author, held.head)
  }

  #isAnyAhead(author: PeerId): boolean {
    return [...this.deps.partners.values()].some(({ ahead }) => ahead.has(author))
  }

  /** Somebody holds another feed of that author's than is held here, at that number or before it. */
  suspect(partner: Partner, author: PeerId, seq: number): void {
    const floor = this.deps.log.feed(author)?.floor ?? 1
    const from = Math.min(seq, partner.suspicions.get(author) ?? seq) - MAX_SEGMENT_ENTRIES
    partner.suspect(author, Math.max(floor, from))
  }

  /** Asks those who have something that is missing here and are not being asked. */
  ask(): void {
    const { clock } = this.deps
    const due = this.#lookedAt + LOOK_EVERY - clock.now()
    if (due <= 0) this.#look()
    else this.#cancelLooking ??= clock.after(due, () => this.#look())
  }

  #look(): void {
    const { clock, partners } = this.deps
    this.#cancelLooking?.()
    this.#cancelLookingAgain?.()
    this.#cancelLooking = undefined
    this.#lookedAt = clock.now()
    const searching = [...partners.values()].filter(({ ahead, suspicions }) => ahead.size > 0 || suspicions.size > 0)
    if (searching.length === 0) return
    const open = [...this.#questions.values()].filter((question) => this.#keepsOthersOut(question))
    const taken = new Set(open.flatMap(({ asked }) => [...asked.keys()]))
    const floors = lowestFloors(searching)
    let count = open.length
    for (const partner of searching.sort(byStanding)) {
      if (count >= MAX_QUESTIONS) break
      if (partner.standing.isPaused || this.#questions.has(partner)) continue
      const asked = this.#wantedOf(partner, taken, floors)
      if (asked.size === 0) continue
      this.#put(partner, asked)
      for (const author of asked.keys()) taken.add(author)
      count += 1
    }
    // What has to be waited for is grace, an answer, or the end of a pause.
    const pauses = searching.map(({ standing }) => standing.pausedUntil - clock.now()).filter((pause) => pause > 0)
    this.#cancelLookingAgain = clock.after(Math.min(GRACE, ...pauses), () => this.#look())
  }

  #keepsOthersOut({ partner, since, isAnswered }: Question): boolean {
    const { failures, isProven } = partner.standing
    const time = failures > 0 ? 0 : isProven ? LEFT_TO_PROVEN : LEFT_TO_ANYBODY
    return isAnswered || this.deps.clock.now() - since < time
  }

  #put(partner: Partner, asked: ReadonlyMap<PeerId, number>): void {
    const { clock, direct, log, send } = this.deps
    const stop = clock.after(ANSWER_PATIENCE, () => this.#handleSilence(partner))
    const suspicions = new Map([...asked].filter(([author, from]) => partner.suspicions.get(author) === from))
    const isStart = (author: PeerId) => suspicions.has(author) || log.reach(author) === (log.feed(author)?.head ?? 0)
    const starts = new Map([...asked].filter(([author]) => isStart(author)))
    const since = clock.now()
    partner.standing.askedAt = since
    this.#questions.set(partner, { partner, asked, starts, since, suspicions, isAnswered: false, stop })
    const feeds = [...asked].map(([author, from]) => ({ author, from }))
    send(partner.id, encodeLogMessage({ kind: 'want', direct, feeds }))
  }

  /**
   * What a partner is to be asked for, each feed from a number on.
   * @param taken authors of whom somebody else is asked
   * @param floors from where on each feed is held by any of those who have more of it
   */
  #wantedOf(
    partner: Partner,
    taken: ReadonlySet<PeerId>,
    floors: ReadonlyMap<PeerId, number>,
  ): ReadonlyMap<PeerId, number> {
    const { clock, log, partners } = this.deps
    const wanted = new Map<PeerId, number>()
    for (const author of partner.ahead) {
      if (wanted.size >= MAX_WANTED_FEEDS) break
      const theirs = partner.has(author)
      // Until it is known where the two part, more of its feed is of no use.
      if (!theirs || taken.has(author) || partner.suspicions.has(author) || !log.takes(author)) continue
      const missing = clock.now() - (this.#missingSince.get(author) ?? clock.now())
      const isComing = author !== partner.id && partners.has(author)
      if (isComing && missing < GRACE) continue
      const head = log.feed(author)?.head ?? 0
      const next = log.reach(author) + 1
      // What waits here is not asked for again.
      if (theirs.head < next) continue
      // Where somebody holds what comes right behind, nothing is jumped over.
      if (theirs.floor <= next) wanted.set(author, next)
      else if (next === head + 1 && missing >= (head > 0 ? ABANDONED_AFTER : JUMPED_AFTER)) {
        if ((floors.get(author) ?? 0) >= theirs.floor) wanted.set(author, theirs.floor)
      }
    }
    for (const [author, from] of partner.suspicions) wanted.set(author, from)
    return wanted
  }

  #handleSilence(partner: Partner): void {
    partner.standing.judge(false)
    // Whoever does not show another feed may as well not have it.
    partner.trust()
    this.#questions.delete(partner)
    this.ask()
  }

  /** Whether everybody who is linked says to have let this entry go, its author being away. */
  isLetGo({ author, seq }: Parent): boolean {
    const { partners } = this.deps
    if (partners.size === 0 || partners.has(author)) return false
    return [...partners.values()].every((partner) => (partner.has(author)?.floor ?? 0) > seq)
  }

  /** Whether anybody says to hold it. */
  isClaimed({ author, seq }: Parent): boolean {
    return [...this.deps.partners.values()].some((partner) => {
      const held = partner.has(author)
      return held !== undefined && held.floor <= seq && held.head >= seq
    })
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
}

/** Those who gave something the last time come first, those of them who ever gave anything before the others, in turn. */
function byStanding({ standing: one }: Partner, { standing: other }: Partner): number {
  return (
    one.failures - other.failures ||
    Number(other.isProven) - Number(one.isProven) ||
    Math.sign(one.askedAt - other.askedAt) ||
    0
  )
}

function lowestFloors(partners: readonly Partner[]): ReadonlyMap<PeerId, number> {
  const floors = new Map<PeerId, number>()
  for (const partner of partners)
    for (const author of partner.ahead) {
      const floor = partner.has(author)?.floor ?? Number.POSITIVE_INFINITY
      floors.set(author, Math.min(floor, floors.get(author) ?? Number.POSITIVE_INFINITY))
    }
  return floors
}
