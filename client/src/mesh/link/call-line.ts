/**
 * Calls that wait until one more may be made, in the order in which they came: whoever is named by the dozen is not
 * called before those who have waited longer. How many may be made is the caller's. Rule DI11.
 */
import type { Address } from '../protocol/ids'
import type { Clock } from '../runtime/clock'
import { BUSY_PAUSE } from './timing'

export class CallLine {
  /** Those who were met before, and all others. */
  readonly #met = new Map<Address, () => void>()
  readonly #others = new Map<Address, () => void>()
  #cancel = () => {}

  /** @param mayCall takes the place for one more call, if there is one */
  constructor(
    private readonly clock: Clock,
    private readonly mayCall: () => boolean,
  ) {}

  has(address: Address): boolean {
    return this.#met.has(address) || this.#others.has(address)
  }

  /** Calls now, or when it is its turn: those who were met before come before all others. */
  join(address: Address, call: () => void, isMet: boolean): void {
    const line = isMet ? this.#met : this.#others
    line.set(address, call)
    this.#serve()
  }

  leave(address: Address): void {
    this.#met.delete(address)
    this.#others.delete(address)
  }

  #serve(): void {
    for (const line of [this.#met, this.#others]) {
      for (const [address, call] of line) {
        if (!this.mayCall()) return this.#serveLater()
        line.delete(address)
        call()
      }
    }
  }

  #serveLater(): void {
    this.#cancel()
    this.#cancel = this.clock.after(BUSY_PAUSE, () => this.#serve())
  }
}
