/**
 * How one peer keeps to the rules: bears a few slips, forgives them with time, and says when it is enough. What then
 * becomes of the peer is the room's decision. Rules CO1, CO2.
 */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import {
  FRAME_BURST,
  FRAMES_PER_SECOND,
  MAX_OFFENCES,
  OFFENCES_FORGIVEN_PER_SECOND,
  PING_BURST,
  PINGS_PER_SECOND,
  SIGNAL_BURST,
  SIGNALS_PER_SECOND,
} from '../protocol/limits'
import type { Clock } from '../runtime/clock'

export class Conduct {
  readonly #frames: TokenBucket
  readonly #pings: TokenBucket
  readonly #signals: TokenBucket
  readonly #patience: TokenBucket

  constructor(clock: Clock) {
    const now = () => clock.now()
    this.#frames = new TokenBucket({ burst: FRAME_BURST, perSecond: FRAMES_PER_SECOND }, now)
    this.#pings = new TokenBucket({ burst: PING_BURST, perSecond: PINGS_PER_SECOND }, now)
    this.#signals = new TokenBucket({ burst: SIGNAL_BURST, perSecond: SIGNALS_PER_SECOND }, now)
    this.#patience = new TokenBucket({ burst: MAX_OFFENCES, perSecond: OFFENCES_FORGIVEN_PER_SECOND }, now)
  }

  /** @returns whether one more frame may be looked at */
  takesFrame(): boolean {
    return this.#frames.take()
  }

  /**
   * @returns whether one more ping is answered. More than that is no offence: those that a sleeping tab was sent all
   *   come at once when it wakes
   */
  takesPing(): boolean {
    return this.#pings.take()
  }

  /** @returns whether one more signal of the moment is handed on; more than that is lost, as any of them may be */
  takesSignal(): boolean {
    return this.#signals.take()
  }

  /** The peer broke a rule. @returns whether that is still borne */
  bears(): boolean {
    return this.#patience.take()
  }
}
