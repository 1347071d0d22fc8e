/**
 * Times as people see them, though each author's clock may be wrong: the order is the log's alone, a time in the future
 * is now, and days only go forward. Pure.
 */
import { TRUSTED_CLOCK_MS } from './limits'

/** Milliseconds since 1970: 2020. No browser that can run this page was older. */
const FIRST_POSSIBLE = Date.UTC(2020, 0, 1)

/** How many of those that come next are asked whether a new day has begun. */
const WITNESSES = 5

const DAY_MS = 24 * 60 * 60_000

/** @returns undefined for a time that cannot be */
export function plausibleTime(at: number, now: number): number | undefined {
  if (!(at >= FIRST_POSSIBLE) || !Number.isFinite(at)) return undefined
  return Math.min(at, now)
}

/** Whether this machine's own clock bears it out. */
export function isCertain(at: number, now: number): boolean {
  return Math.abs(at - now) <= TRUSTED_CLOCK_MS
}

/** @returns a number for the day on this machine's calendar; the next day has a higher one */
export function dayOf(at: number): number {
  return Math.floor((at - new Date(at).getTimezoneOffset() * 60_000) / DAY_MS)
}

interface Timed {
  /** undefined where nobody knows */
  readonly at: number | undefined
  readonly author: string
  /** needs no witness */
  readonly isTimeCertain: boolean
}

/**
 * @param timed in the log's order
 * @returns for each the day under which it stands, as `dayOf` gives it; undefined before the first that is known.
 *   A clock that is ahead begins no day on its own: one of the next of somebody else has to be as far.
 */
export function daysOf(timed: readonly Timed[]): readonly (number | undefined)[] {
  const own = timed.map(({ at }) => (at === undefined ? undefined : dayOf(at)))
  let current: number | undefined
  return own.map((day, index) => {
    if (day !== undefined && (current === undefined || day > current) && isBorneOut(timed, own, index)) current = day
    return current
  })
}

function isBorneOut(timed: readonly Timed[], days: readonly (number | undefined)[], index: number): boolean {
  const day = days[index] ?? 0
  const author = timed[index]?.author
  if (timed[index]?.isTimeCertain) return true
  let hasWitness = false
  for (let next = index + 1; next <= index + WITNESSES && next < timed.length; next++) {
    const other = days[next]
    if (other === undefined || timed[next]?.author === author) continue
    if (other >= day) return true
    hasWitness = true
  }
  return !hasWitness
}
