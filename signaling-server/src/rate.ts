/**
 * A token bucket: so much at once, so much per second in the long run. What is counted, and what happens to those
 * who take more, belongs to the caller. The mesh counts with it, too. Rules SG7, SG8, IN5, SE9 and CO2.
 */

export interface Rate {
  /** tokens that can be taken at once */
  readonly burst: number
  /** tokens that come back */
  readonly perSecond: number
}

export class TokenBucket {
  private tokens: number
  private filledAt: number

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly rate: Rate,
    private readonly now: () => number,
  ) {
    this.tokens = rate.burst
    this.filledAt = now()
  }

  /** @returns whether there were enough tokens; when there were not, none is taken */
  take(amount = 1): boolean {
    const now = this.now()
    this.tokens = Math.min(this.rate.burst, this.tokens + ((now - this.filledAt) / 1000) * this.rate.perSecond)
    this.filledAt = now
    if (this.tokens < amount) return false
    this.tokens -= amount
    return true
  }
}
