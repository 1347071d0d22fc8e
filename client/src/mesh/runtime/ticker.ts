/**
 * One timer for all who look at something again and again: with one each, a full room would wake its page hundreds of times
 * a second.
 */
import type { Clock, Millis } from './clock'
import { Emitter } from './emitter'

export class Ticker {
  readonly #events = new Emitter<{ tick: undefined }>()
  #members = 0
  #cancel = () => {}

  constructor(
    private readonly clock: Clock,
    private readonly interval: Millis,
  ) {}

  /** Runs `task` at every tick, the first of which is at most an interval away. @returns what ends that; ending twice is safe */
  join(task: () => void): () => void {
    const leave = this.#events.on('tick', task)
    if (++this.#members === 1) this.#wait()
    let isIn = true
    return () => {
      leave()
      if (isIn && --this.#members === 0) this.#cancel()
      isIn = false
    }
  }

  #wait(): void {
    this.#cancel = this.clock.after(this.interval, () => {
      this.#wait()
      this.#events.emit('tick', undefined)
    })
  }
}
