/** Time as a port, so that the same logic runs in real time and, in the simulator, in virtual time. */

export type Millis = number

export const seconds = (count: number): Millis => count * 1000

export interface Clock {
  /** Never runs backwards; its zero means nothing. */
  now(): Millis
  /** Milliseconds since 1970, as the person's machine believes. */
  wallTime(): Millis
  /** Runs `task` once, `delay` from now. @returns what cancels it; cancelling late or twice is safe */
  after(delay: Millis, task: () => void): () => void
}

/**
 * Where to begin to count what must not be mistaken for what an earlier run of this page has counted: a thousand numbers
 * for each millisecond since 1970, which stays below 2^53 for two centuries.
 */
export const firstNumber = (clock: Clock): number => Math.floor(clock.wallTime()) * 1000

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(delay, task) {
    const timer = setTimeout(task, delay)
    return () => clearTimeout(timer)
  },
}
