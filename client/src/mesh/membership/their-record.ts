/**
 * What another member says of itself, as far as it is believed: its own newest record, taken at once and taken back when its
 * signature does not hold. Rules ID3, PL5.
 */
import { type MemberRecord, readRecord } from '../identity/member-record'
import { RECORD_INTERVAL } from '../link/timing'
import type { PeerId } from '../protocol/ids'
import type { Clock } from '../runtime/clock'

interface TheirRecordDeps {
  readonly peer: PeerId
  readonly clock: Clock
  /** whether a record is signed, for this room, by whom it claims to be of */
  readonly isSigned: (record: Uint8Array) => Promise<boolean>
  readonly onChange: () => void
  readonly onOffence: (what: string) => void
  /** The first one was not signed, and there is none now. */
  readonly onUnfounded: () => void
}

export class TheirRecord {
  #record: MemberRecord | undefined
  /** Of several that come at once only the last is worth checking a signature. */
  #latest: Uint8Array | undefined
  #cancel: (() => void) | undefined

  constructor(private readonly deps: TheirRecordDeps) {}

  /** undefined before there is any */
  get value(): MemberRecord | undefined {
    return this.#record
  }

  /** @returns whether it is one of the peer's own */
  read(bytes: Uint8Array): boolean {
    const { peer, onOffence } = this.deps
    const record = readRecord(bytes)
    if (!record.ok || record.value.peer !== peer) {
      onOffence(record.ok ? "somebody else's record" : record.reason)
      return false
    }
    const before = this.#record
    if (record.value.revision > (before?.revision ?? -1)) this.#record = record.value
    void this.#checkSignature(bytes, before)
    return true
  }

  /** It says something new of itself. What comes within moments counts as one change. */
  update(bytes: Uint8Array): void {
    this.#latest = bytes
    if (!this.#cancel) this.#readLatest()
  }

  stop(): void {
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
  async #checkSignature(record: Uint8Array, before: MemberRecord | undefined): Promise<void> {
    if (await this.deps.isSigned(record)) return
    this.#record = before
    if (!before) this.deps.onUnfounded()
    this.deps.onOffence('a record that it has not signed')
  }
}
