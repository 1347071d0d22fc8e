/**
 * With whom this person has compared safety codes in a room: remembered for the other's key, which is its id. Rule ID5.
 */
import { isPeerId, type PeerId, type RoomId } from '../protocol/ids'
import { MAX_VERIFIED_PEERS } from '../protocol/limits'
import type { Store } from '../runtime/store'

export class VerifiedPeers {
  readonly #key: string
  #ids: readonly PeerId[] = []
  #stored: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: Store,
    room: RoomId,
  ) {
    this.#key = verifiedKeyOf(room)
  }

  /** Until then nobody is verified. A store that fails remembers nobody, which is the safe way to be wrong. */
  async load(): Promise<void> {
    this.#ids = await this.#read().catch(() => [])
  }

  has(peer: PeerId): boolean {
    return this.#ids.includes(peer)
  }

  /** Holds from now on; resolves when it is stored, and rejects as the store does. */
  async set(peer: PeerId, isVerified: boolean): Promise<void> {
    this.#ids = changed(this.#ids, peer, isVerified)
    // One after the other: of two at once the second would store what the first has not changed yet.
    const stored = this.#stored.then(() => this.#store(peer, isVerified))
    this.#stored = stored.catch(() => undefined)
    await stored
  }

  async #store(peer: PeerId, isVerified: boolean): Promise<void> {
    // Another tab of this browser may have compared a code meanwhile.
    const ids = changed(await this.#read(), peer, isVerified)
    await this.store.set(this.#key, ids.join(' '))
  }

  async #read(): Promise<readonly PeerId[]> {
    return ((await this.store.get(this.#key)) ?? '').split(' ').filter(isPeerId).slice(-MAX_VERIFIED_PEERS)
  }
}

/** Where they are remembered. */
export const verifiedKeyOf = (room: RoomId): string => `verified:${room}`

/** The latest is last; of too many the first is forgotten. */
function changed(ids: readonly PeerId[], peer: PeerId, isVerified: boolean): readonly PeerId[] {
  const others = ids.filter((id) => id !== peer)
  return isVerified ? [...others, peer].slice(-MAX_VERIFIED_PEERS) : others
}
