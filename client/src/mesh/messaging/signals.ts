/**
 * Signals of the moment, such as that somebody is typing: sent to whoever is linked, never kept, never repeated, and no
 * more of them than others hand on. Rules EP1-EP3.
 */
import { TokenBucket } from '../../../../signaling-server/src/rate'
import type { Data } from '../protocol/data'
import { RoomError } from '../protocol/errors'
import type { PeerId } from '../protocol/ids'
import { MAX_SIGNAL_BYTES, SIGNAL_BURST, SIGNALS_PER_SECOND } from '../protocol/limits'
import { assertData, assertTopic } from '../protocol/outgoing'
import { decodeSignal, encodeSignal } from '../protocol/payloads'
import { BoundedMap } from '../runtime/bounded-map'
import type { Clock } from '../runtime/clock'

export interface RoomSignal {
  readonly from: PeerId
  readonly topic: string
  readonly data: Data
  /** for this peer alone */
  readonly direct: boolean
}

/** Peers whose rates are remembered. */
const MAX_RATES = 256

interface SignalsDeps {
  readonly clock: Clock
  readonly send: (to: PeerId, signal: Uint8Array) => void
  readonly onOffence: (peer: PeerId, what: string) => void
}

export class Signals {
  /** For each peer, since each of them counts what comes by itself. */
  readonly #rates = new BoundedMap<PeerId, TokenBucket>(MAX_RATES)

  constructor(private readonly deps: SignalsDeps) {}

  /**
   * @param direct whether it is for that one alone
   * @returns whether it was sent to anybody
   * @throws RoomError 'bad-data' | 'too-large'
   */
  send(to: readonly PeerId[], topic: string, data: Data, direct: boolean): boolean {
    assertTopic(topic)
    assertData(data, 'data')
    const bytes = encodeSignal({ topic, data, direct })
    if (bytes.length > MAX_SIGNAL_BYTES) {
      const words = `The signal has ${bytes.length} bytes; ${MAX_SIGNAL_BYTES} may pass.`
      throw new RoomError('too-large', words, { size: bytes.length, limit: MAX_SIGNAL_BYTES })
    }
    const able = to.filter((peer) => this.#rateOf(peer).take())
    for (const peer of able) this.deps.send(peer, bytes)
    return able.length > 0
  }

  /** @returns what it says, unless it is malformed */
  receive(from: PeerId, bytes: Uint8Array): RoomSignal | undefined {
    const signal = decodeSignal(bytes)
    if (signal.ok) return { from, ...signal.value }
    this.deps.onOffence(from, signal.reason)
    return undefined
  }

  #rateOf(peer: PeerId): TokenBucket {
    const { clock } = this.deps
    // A little less than what is handed on, since clocks differ.
    const rate = { burst: SIGNAL_BURST / 2, perSecond: SIGNALS_PER_SECOND * 0.9 }
    return this.#rates.getOrMake(peer, () => new TokenBucket(rate, () => clock.now()))
  }
}
