/**
 * Who is in the room, as far as this peer knows: one record for each other member, changed only here.
 * Changes of one moment are told once, after it. Rules MB1-MB4.
 */
import type { PeerId } from '../protocol/ids'
import { MAX_GONE_MEMBERS } from '../protocol/limits'
import type { Clock, Millis } from '../runtime/clock'

export interface Member {
  readonly id: PeerId
  readonly name: string
  /** `suspected`: nothing was heard for a moment, its link is being mended. `gone`: left, or lost for good. */
  readonly status: 'here' | 'suspected' | 'gone'
  /** its safety code was compared, and was the same */
  readonly verified: boolean
  /** how it is reached now */
  readonly reach: 'direct' | 'relayed' | 'none'
  /** milliseconds there and back, smoothed; absent until measured, and changed only when it differs noticeably */
  readonly rtt?: Millis
}

interface RosterDeps {
  readonly clock: Clock
  readonly onChange: (members: readonly Member[]) => void
}

export class Roster {
  readonly #members = new Map<PeerId, Member>()
  #snapshot: readonly Member[] = []
  #cancelChange: (() => void) | undefined

  constructor(private readonly deps: RosterDeps) {}

  /** The same array until something changes. Those who are gone come last, the latest of them at the end. */
  get members(): readonly Member[] {
    return this.#snapshot
  }

  get(id: PeerId): Member | undefined {
    return this.#members.get(id)
  }

  /** Adds or changes a member. @returns those that were forgotten to stay within the limit */
  set(member: Member): readonly PeerId[] {
    const known = this.#members.get(member.id)
    if (known && isSame(known, member)) return []
    if (member.status === 'gone') this.#members.delete(member.id)
    this.#members.set(member.id, member)
    const forgotten = this.#forgetOldest()
    this.#change()
    return forgotten
  }

  /** It turned out to be no member. */
  delete(id: PeerId): void {
    if (this.#members.delete(id)) this.#change()
  }

  stop(): void {
    this.#cancelChange?.()
  }

  #forgetOldest(): readonly PeerId[] {
    const gone = [...this.#members.values()].filter((member) => member.status === 'gone')
    const forgotten = gone.slice(0, Math.max(0, gone.length - MAX_GONE_MEMBERS)).map((member) => member.id)
    for (const id of forgotten) this.#members.delete(id)
    return forgotten
  }

  #change(): void {
    const all = [...this.#members.values()]
    this.#snapshot = [
      ...all.filter((member) => member.status !== 'gone'),
      ...all.filter((member) => member.status === 'gone'),
    ]
    this.#cancelChange ??= this.deps.clock.after(0, () => {
      this.#cancelChange = undefined
      this.deps.onChange(this.#snapshot)
    })
  }
}

/** A round trip that wavers is no news: it has to differ by a fifth, and by a millisecond. */
const RTT_TOLERANCE = 0.2

function isSame(a: Member, b: Member): boolean {
  const isSameStanding = a.status === b.status && a.reach === b.reach && a.verified === b.verified
  return a.name === b.name && isSameStanding && isSameRtt(a.rtt, b.rtt)
}

function isSameRtt(a: Millis | undefined, b: Millis | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return Math.abs(a - b) <= Math.max(1, a * RTT_TOLERANCE)
}
