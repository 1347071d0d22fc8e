/**
 * What this peer says of itself: signed anew whenever it changes, so that nobody can say it in its name. Rule ID3.
 */
import { signRecord } from '../identity/member-record'
import type { PeerKey } from '../identity/peer-key'
import type { RoomId } from '../protocol/ids'
import type { Clock } from '../runtime/clock'
import { invariant } from '../runtime/invariant'
import type { Store } from '../runtime/store'

interface OwnRecordDeps {
  readonly room: RoomId
  readonly key: PeerKey
  readonly clock: Clock
  /** remembers how far the revisions have come: a clock that was set back must not make the next one an old one */
  readonly store: Store
}

export class OwnRecord {
  #name: string
  #revision = 0
  #signed: { readonly revision: number; readonly bytes: Uint8Array } | undefined

  constructor(
    private readonly deps: OwnRecordDeps,
    name: string,
  ) {
    this.#name = name
  }

  get name(): string {
    return this.#name
  }

  /** As it was last signed. Nobody is dialled before that. */
  get bytes(): Uint8Array {
    invariant(this.#signed !== undefined, 'nobody is greeted before one has a record')
    return this.#signed.bytes
  }

  /** Holds from now on; resolves when it is signed. */
  rename(name: string): Promise<void> {
    this.#name = name
    return this.sign()
  }

  async sign(): Promise<void> {
    const { room, key, clock, store } = this.deps
    const place = `revision:${key.id}`
    if (!this.#signed) {
      // A store that fails leaves it to the clock.
      const kept = Number(await store.get(place).catch(() => undefined))
      if (Number.isSafeInteger(kept)) this.#revision = Math.max(this.#revision, kept)
    }
    this.#revision = Math.max(this.#revision + 1, Math.floor(clock.wallTime()))
    const revision = this.#revision
    const bytes = await signRecord(room, { name: this.#name, revision }, key)
    // Of two names that were given at once the later one may have been signed first.
    if (revision < (this.#signed?.revision ?? 0)) return
    const isFirst = this.#signed === undefined
    this.#signed = { revision, bytes }
    // Another tab may have forgotten the room, and what is forgotten does not come back.
    if (!isFirst && (await store.get(place).catch(() => undefined)) === undefined) return
    await store.set(place, String(revision)).catch(() => undefined)
  }
}
