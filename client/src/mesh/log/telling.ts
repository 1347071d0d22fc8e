/**
 * Tells partners what is held here: an author at once that its entry arrived, which is the receipt for it, others a little later
 * what they seem to lack, and everybody all of it from time to time. Rule LM2.
 */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import type { PeerId } from '../protocol/ids'
import { encodeLogMessage } from '../protocol/log-messages'
import { type Clock, type Millis, seconds } from '../runtime/clock'
import type { Random } from '../runtime/random'
import type { Log } from './log'
import type { Partner } from './partner'

/** When entries come faster than receipts for each are worth a packet, their authors hear of all within so long together. */
const ACKNOWLEDGED_AFTER: Millis = 50

/** Before that they hear of each at once. */
const RECEIPTS_AT_ONCE = { burst: 400, perSecond: 200 }

/** Others hear later, so that what its author sends them arrives first. */
const TOLD_AFTER: Millis = 300

/** All is told again from time to time, whatever went wrong. */
const RETOLD_AFTER: Millis = seconds(60)

interface TellingDeps {
  readonly log: Log
  readonly direct: boolean
  readonly self: PeerId
  readonly clock: Clock
  readonly random: Random
  readonly partners: ReadonlyMap<PeerId, Partner>
  readonly send: (to: PeerId, message: Uint8Array) => void
}

export class Telling {
  readonly #receiptsAtOnce: TokenBucket
  #cancelAcknowledging: (() => void) | undefined
  #cancelTelling: (() => void) | undefined
  #cancelRetelling = () => {}

  constructor(private readonly deps: TellingDeps) {
    this.#receiptsAtOnce = new TokenBucket(RECEIPTS_AT_ONCE, () => deps.clock.now())
    this.#retellLater()
  }

  /** The partners are told soon of what they were not told of yet. */
  soon(): void {
    const { clock } = this.deps
    if (!this.#cancelAcknowledging && this.#receiptsAtOnce.take()) this.#acknowledge()
    else this.#cancelAcknowledging ??= clock.after(ACKNOWLEDGED_AFTER, () => this.#acknowledge())
    this.#cancelTelling ??= clock.after(TOLD_AFTER, () => {
      this.#cancelTelling = undefined
      for (const partner of this.deps.partners.values()) this.#tell(partner, () => true)
    })
  }

  #acknowledge(): void {
    this.#cancelAcknowledging = undefined
    for (const partner of this.deps.partners.values())
      this.#tell(partner, (author) => author === partner.id || author === this.deps.self)
  }

  /** Tells what is here of the authors of whom it was not told; not of what the other has as well, but its own. */
  #tell(partner: Partner, isDue: (author: PeerId) => boolean): void {
    const { log, send, direct } = this.deps
    const due = [...partner.untold].filter(isDue)
    for (const author of due) partner.untold.delete(author)
    const theirs = due.includes(partner.id) ? log.held(partner.id) : undefined
    if (theirs) send(partner.id, encodeLogMessage({ kind: 'got', direct, head: theirs.head }))
    const news = due.filter(
      (author) => author !== partner.id && (partner.has(author)?.head ?? 0) < (log.held(author)?.head ?? 0),
    )
    if (news.length > 0) this.#sendHave(partner, news, false)
  }

  /** Tells a partner all that is here. */
  all(partner: Partner): void {
    partner.untold.clear()
    const authors = this.deps.log.feeds.filter(({ head }) => head > 0).map(({ author }) => author)
    // Where nothing is here, a partner that was told of nothing knows it all.
    if (authors.length > 0 || partner.isTold) this.#sendHave(partner, authors, true)
  }

  #sendHave(partner: Partner, authors: readonly PeerId[], full: boolean): void {
    partner.isTold = true
    const feeds = authors.flatMap((author) => this.deps.log.held(author) ?? [])
    this.deps.send(partner.id, encodeLogMessage({ kind: 'have', direct: this.deps.direct, full, feeds }))
  }

  #retellLater(): void {
    const { clock, random } = this.deps
    this.#cancelRetelling = clock.after(RETOLD_AFTER * (0.5 + random.fraction()), () => {
      for (const partner of this.deps.partners.values()) this.all(partner)
      this.#retellLater()
    })
  }

  close(): void {
    for (const cancel of [this.#cancelAcknowledging, this.#cancelTelling, this.#cancelRetelling]) cancel?.()
  }
}
