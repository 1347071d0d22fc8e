/**
 * One timer for all who look at something again and again: with one each, a full room would wake its page hundreds of times
 * a second.
 */
import type { Clock, Millis } from './clock'

export class Ticker {
  readonly #tasks = new Set<() => void>()
  #cancel: (() => void) | undefined

  constructor(
    private readonly clock: Clock,
    private readonly interval: Millis,
  ) {}

  /** Runs `task` at every tick, the first of which is at most an interval away. @returns what ends that; ending twice is safe */
  join(task: () => void): () => void {
    // The same function may join several times.
    const own = () => task()
    this.#tasks.add(own)
    this.#cancel ??= this.clock.after(this.interval, () => this.#tick())
    return () => {
      this.#tasks.delete(own)
      if (this.#tasks.size > 0) return
      this.#cancel?.()
      this.#cancel = undefined
    }
  }

  #tick(): void {
    this.#cancel = this.clock.after(this.interval, () => this.#tick())
    for (const task of [...this.#tasks]) if (this.#tasks.has(task)) task()
  }
}
