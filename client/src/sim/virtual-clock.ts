/** Time that passes only when a test says so, and then as fast as the machine can. */
import type { Clock, Millis } from '../mesh/runtime/clock'

interface Timer {
  readonly at: Millis
  /** Timers of one moment run in the order in which they were set. */
  readonly order: number
  /** absent when it was cancelled */
  task: (() => void) | undefined
}

export class VirtualClock implements Clock {
  #now: Millis = 0
  #orders = 0
  readonly #timers = new Timers()

  now(): Millis {
    return this.#now
  }

  wallTime(): Millis {
    return Date.UTC(2026, 0, 1) + this.#now
  }

  after(delay: Millis, task: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delay), order: this.#orders++, task }
    this.#timers.add(timer)
    return () => {
      timer.task = undefined
    }
  }

  /** Lets `duration` pass, running what falls due and the promises that follow from it. */
  async run(duration: Millis): Promise<void> {
    const end = this.#now + duration
    await settlePromises()
    while (await this.#step(end));
    this.#now = end
  }

  /** Lets time pass until `condition` holds. @throws when it does not within `limit` */
  async until(condition: () => boolean, limit: Millis): Promise<void> {
    const end = this.#now + limit
    await settlePromises()
    while (!condition()) {
      if (!(await this.#step(end))) throw new Error(`It did not come true within ${limit} ms: ${condition}`)
    }
  }

  /** @returns false when nothing more falls due until `end` */
  async #step(end: Millis): Promise<boolean> {
    const timer = this.#timers.take(end)
    if (!timer) return false
    this.#now = timer.at
    timer.task?.()
    await settlePromises()
    return true
  }
}

/** Timers by their time: a binary heap, since a room of sixty sets thousands. */
class Timers {
  readonly #heap: Timer[] = []

  add(timer: Timer): void {
    const heap = this.#heap
    let index = heap.push(timer) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swap(parent, index)) return
      index = parent
    }
  }

  /** @returns the first timer that is not cancelled, when it falls due by `end` */
  take(end: Millis): Timer | undefined {
    for (let first = this.#heap[0]; first && first.at <= end; first = this.#heap[0]) {
      this.#removeFirst()
      if (first.task) return first
    }
    return undefined
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    heap[0] = last
    for (let index = 0; ; ) {
      const left = 2 * index + 1
      const [a, b] = [heap[left], heap[left + 1]]
      if (!a) return
      const child = b && isBefore(b, a) ? left + 1 : left
      if (!this.#swap(index, child)) return
      index = child
    }
  }

  /** Puts the earlier of the two first. @returns whether it was not */
  #swap(upper: number, lower: number): boolean {
    const heap = this.#heap
    const [a, b] = [heap[upper], heap[lower]]
    if (!a || !b || !isBefore(b, a)) return false
    heap[upper] = b
    heap[lower] = a
    return true
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** All promise reactions run before the next macrotask. */
const settlePromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
