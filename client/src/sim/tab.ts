/**
 * One page's life in virtual time: the machine's wall clock, which may be wrong and drift, and the page's timers, which
 * wait while it is frozen and never run again once it is gone. What it does is the room's, what reaches it the network's.
 */
import type { Clock, Millis } from '../mesh/runtime/clock'

/** A machine's idea of the time of day; it stays with the machine when pages come and go. */
export interface WallClock {
  /** how far it is ahead */
  skew: Millis
  /** how much it gains in a millisecond */
  readonly drift: number
}

export const rightTime = (): WallClock => ({ skew: 0, drift: 0 })

export class Tab implements Clock {
  /** What fell due while the page was frozen, in order. */
  #held: (() => void)[] = []
  #timers = 0
  #state: 'running' | 'frozen' | 'gone' = 'running'
  #stoppedAt: Millis | undefined

  constructor(
    private readonly world: Clock,
    private readonly wall = rightTime(),
  ) {}

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  get isGone(): boolean {
    return this.#state === 'gone'
  }

  /** Since when it does nothing. */
  get stoppedAt(): Millis | undefined {
    return this.#stoppedAt
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers
  }

  now(): Millis {
    return this.world.now()
  }

  wallTime(): Millis {
    return Math.floor(this.world.wallTime() + this.wall.skew + this.wall.drift * this.world.now())
  }

  after(delay: Millis, task: () => void): () => void {
    let isSet = true
    this.#timers += 1
    const unset = (): boolean => {
      if (!isSet) return false
      isSet = false
      this.#timers -= 1
      return true
    }
    const due = () => this.#run(() => unset() && task())
    const cancel = this.world.after(delay, due)
    return () => {
      if (unset()) cancel()
    }
  }

  freeze(): void {
    if (this.#state !== 'running') return
    this.#state = 'frozen'
    this.#stoppedAt = this.world.now()
  }

  /** It goes on; what fell due meanwhile runs now, one after the other. */
  wake(): void {
    if (this.#state !== 'frozen') return
    this.#state = 'running'
    this.#stoppedAt = undefined
    const held = this.#held
    this.#held = []
    for (const task of held) this.world.after(0, () => this.#run(task))
  }

  end(): void {
    this.#state = 'gone'
    this.#stoppedAt ??= this.world.now()
    this.#held = []
  }

  #run(task: () => void): void {
    if (this.#state === 'running') task()
    else if (this.#state === 'frozen') this.#held.push(task)
  }
}
