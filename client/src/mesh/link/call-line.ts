/**
 * Calls that wait until one more may be made, in the order in which they came: whoever is named by the dozen is not
 * called before those who have waited longer. How many may be made is the caller's. Rule DI11.
 */
import type { Address } from '../protocol/ids'
import type { Clock } from '../runtime/clock'
import { BUSY_PAUSE } from './timing'

export class CallLine {
  readonly #waiting = new Map<Address, () => void>()
  #cancel = () => {}

  /** @param mayCall takes the place for one more call, if there is one */
  constructor(
    private readonly clock: Clock,
    private readonly mayCall: () => boolean,
  ) {}

  has(address: Address): boolean {
    return this.#waiting.has(address)
  }

  /** Calls now, or when it is its turn. */
  join(address: Address, call: () => void): void {
    this.#waiting.set(address, call)
    this.#serve()
  }

  leave(address: Address): void {
    this.#waiting.delete(address)
  }

  #serve(): void {
    for (const [address, call] of this.#waiting) {
      if (!this.mayCall()) return this.#serveLater()
      this.#waiting.delete(address)
      call()
    }
  }

  #serveLater(): void {
    this.#cancel()
    this.#cancel = this.clock.after(BUSY_PAUSE, () => this.#serve())
  }
}
