/**
 * What another member says of itself, as far as it is believed: its own newest record, taken at once and taken back when its
 * signature turns out not to hold. What becomes of the link over which it came is RemotePeer's. Rules ID3, PL5.
 */
import { type MemberRecord, readRecord } from '../identity/member-record'
import { RECORD_CHECKED_AFTER, RECORD_INTERVAL } from '../link/timing'
import type { PeerId } from '../protocol/ids'
import type { Clock } from '../runtime/clock'

interface TheirRecordDeps {
  readonly peer: PeerId
  readonly clock: Clock
  /** whether a record is signed, for this room, by whom it claims to be of */
  readonly isSigned: (record: Uint8Array) => Promise<boolean>
  /** What is believed is another one, or none any more; not told of what `read` takes. */
  readonly onChange: () => void
  readonly onOffence: (what: string) => void
}

export class TheirRecord {
  /** the newest whose signature held */
  #proven: MemberRecord | undefined
  /** the newest of those whose signature was not looked at yet */
  #claimed: MemberRecord | undefined
  /** Of several that come at once only the last is worth checking a signature. */
  #latest: Uint8Array | undefined
  #cancel: (() => void) | undefined
  #stopped = false

  constructor(private readonly deps: TheirRecordDeps) {}

  /** undefined before there is any, and when none of them held */
  get value(): MemberRecord | undefined {
    return newest(this.#proven, this.#claimed)
  }

  /**
   * @param onUnfounded it was not signed, and none had held by the time it was checked
   * @returns whether it is one of the peer's own
   */
  read(bytes: Uint8Array, onUnfounded = () => {}): boolean {
    const { peer, onOffence } = this.deps
    const record = readRecord(bytes)
    if (!record.ok || record.value.peer !== peer) {
      onOffence(record.ok ? "somebody else's record" : record.reason)
      return false
    }
    this.#claimed = newest(this.#claimed, record.value)
    this.deps.clock.after(RECORD_CHECKED_AFTER, () => void this.#checkSignature(bytes, record.value, onUnfounded))
    return true
  }

  /** It says something new of itself. What comes within moments counts as one change. */
  update(bytes: Uint8Array): void {
    if (this.#stopped) return
    this.#latest = bytes
    if (!this.#cancel) this.#readLatest()
  }

  /** From now on nothing is read and nobody told, whatever comes of the signatures. */
  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  #readLatest(): void {
    const record = this.#latest
    this.#latest = undefined
    this.#cancel = undefined
    if (!record) return
    this.#cancel = this.deps.clock.after(RECORD_INTERVAL, () => this.#readLatest())
    if (this.read(record)) this.deps.onChange()
  }

  /** The link tells who speaks; the signature has to hold all the same, for those who will hear it from others. */
  async #checkSignature(bytes: Uint8Array, record: MemberRecord, onUnfounded: () => void): Promise<void> {
    if (this.#stopped) return
    const isFirst = this.#proven === undefined
    const isSigned = await this.deps.isSigned(bytes)
    if (this.#stopped) return
    const before = this.value
    if (isSigned) this.#proven = newest(this.#proven, record)
    if (this.#claimed === record) this.#claimed = undefined
    if (this.value !== before) this.deps.onChange()
    if (isSigned) return
    if (isFirst) onUnfounded()
    this.deps.onOffence('a record that it has not signed')
  }
}

/** Of two with the same revision the first stays. */
const newest = (one: MemberRecord | undefined, other: MemberRecord | undefined): MemberRecord | undefined =>
  (other?.revision ?? -1) > (one?.revision ?? -1) ? other : one
