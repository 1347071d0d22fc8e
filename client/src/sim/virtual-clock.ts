/** Time that passes only when a test says so, and then as fast as the machine can. */
import type { Clock, Millis } from '../mesh/runtime/clock'

interface Timer {
  readonly at: Millis
  /** Timers of one moment run in the order in which they were set. */
  readonly order: number
  readonly task: () => void
}

export class VirtualClock implements Clock {
  #now: Millis = 0
  #orders = 0
  readonly #timers = new Set<Timer>()

  now(): Millis {
    return this.#now
  }

  wallTime(): Millis {
    return Date.UTC(2026, 0, 1) + this.#now
  }

  after(delay: Millis, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delay), order: this.#orders++, task }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Lets `duration` pass, running what falls due and the promises that follow from it. */
  async run(duration: Millis): Promise<void> {
    const end = this.#now + duration
    await settlePromises()
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer)
      this.#now = timer.at
      timer.task()
      await settlePromises()
    }
    this.#now = end
  }

  /** Lets time pass until `condition` holds. @throws when it does not within `limit` */
  async until(condition: () => boolean, limit: Millis): Promise<void> {
    const end = this.#now + limit
    await settlePromises()
    while (!condition()) {
      const timer = this.#next(end)
      if (!timer) throw new Error(`It did not come true within ${limit} ms: ${condition}`)
      this.#timers.delete(timer)
      this.#now = timer.at
      timer.task()
      await settlePromises()
    }
  }

  #next(end: Millis): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at > end) continue
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }
}

/** All promise reactions run before the next macrotask. */
const settlePromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
