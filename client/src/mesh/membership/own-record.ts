/**
 * What this peer says of itself: signed anew whenever it changes, so that nobody can say it in its name. Rule ID3.
 */
import { signRecord } from '../identity/member-record'
import type { PeerKey } from '../identity/peer-key'
import type { RoomId } from '../protocol/ids'
import type { Clock } from '../runtime/clock'

export class OwnRecord {
  #name: string
  #revision = 0
  #bytes: Uint8Array

  constructor(
    private readonly deps: { readonly room: RoomId; readonly key: PeerKey; readonly clock: Clock },
    name: string,
  ) {
    this.#name = name
    this.#bytes = this.#sign()
  }

  get name(): string {
    return this.#name
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  rename(name: string): void {
    this.#name = name
    this.#bytes = this.#sign()
  }

  #sign(): Uint8Array {
    const { room, key, clock } = this.deps
    this.#revision = Math.max(this.#revision + 1, Math.floor(clock.wallTime()))
    return signRecord(room, { name: this.#name, revision: this.#revision }, key)
  }
}
