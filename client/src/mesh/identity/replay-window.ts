/**
 * Remembers which numbers of one sender were taken, so that none is taken twice, however late it comes: of the latest
 * ones each is remembered, and whatever is older than those counts as taken. Rule IN4.
 */

export class ReplayWindow {
  readonly #taken = new Set<number>()
  #highest = 0

  /** @param size how many of the latest numbers may come out of order */
  constructor(private readonly size: number) {}

  /** @returns whether the number is new; from now on it is not */
  take(number: number): boolean {
    if (number <= this.#highest - this.size || this.#taken.has(number)) return false
    this.#taken.add(number)
    if (number > this.#highest) this.#advance(number)
    return true
  }

  #advance(highest: number): void {
    this.#highest = highest
    for (const number of this.#taken) if (number <= highest - this.size) this.#taken.delete(number)
  }
}
