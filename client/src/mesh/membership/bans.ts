/** Who broke the rules and is kept out for a while: longer each time, and never for good. Rule CO3. */
import type { PeerId } from '../protocol/ids'
import { MAX_BANS } from '../protocol/limits'
import { BoundedMap } from '../runtime/bounded-map'
import { type Clock, type Millis, seconds } from '../runtime/clock'

/** Long enough to be rid of it, short enough for a bug of an honest page. */
const FIRST_BAN: Millis = seconds(30)

const LONGEST_BAN: Millis = seconds(600)

/** Who keeps to the rules for so long begins anew. */
const FORGIVEN_AFTER: Millis = seconds(3600)

interface Ban {
  readonly until: Millis
  readonly duration: Millis
}

export class Bans {
  readonly #bans = new BoundedMap<PeerId, Ban>(MAX_BANS)

  constructor(private readonly clock: Clock) {}

  /** @returns for how long the peer is kept out */
  add(peer: PeerId): Millis {
    const last = this.#bans.get(peer)
    const now = this.clock.now()
    const isOld = !last || now - last.until > FORGIVEN_AFTER
    const duration = isOld ? FIRST_BAN : Math.min(LONGEST_BAN, last.duration * 2)
    this.#bans.set(peer, { until: now + duration, duration })
    return duration
  }

  has(peer: PeerId): boolean {
    const ban = this.#bans.get(peer)
    return ban !== undefined && this.clock.now() < ban.until
  }
}
