/**
 * The signals of one call that has not begun here: some overtook their offer, or the offer has to wait for its turn. A
 * call is one peer's; whoever else signals in it is not heard. Rules DI2, DI12.
 */
import type { PeerId } from '../protocol/ids'
import type { Introduction, LinkSignal } from '../protocol/introductions'
import { MAX_HELD_SIGNALS } from '../protocol/limits'
import type { Millis } from '../runtime/clock'

export class HeldCall {
  #offer: LinkSignal | undefined
  readonly #others: LinkSignal[] = []

  constructor(
    readonly session: string,
    readonly peer: PeerId,
    readonly since: Millis,
  ) {}

  /** The offer has come. */
  get isComplete(): boolean {
    return this.#offer !== undefined
  }

  /** In the order in which a link takes them: the offer first. */
  get signals(): readonly LinkSignal[] {
    return this.#offer ? [this.#offer, ...this.#others] : this.#others
  }

  add({ signals }: Introduction): void {
    for (const signal of signals) {
      if (signal.kind === 'offer') this.#offer ??= signal
      else if (this.#others.length < MAX_HELD_SIGNALS) this.#others.push(signal)
    }
  }
}
