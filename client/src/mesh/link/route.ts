/** What the dialer knows of the way to one address: what is under way, what is open, and what became of it so far. */
import type { Address } from '../protocol/ids'
import type { Millis } from '../runtime/clock'
import type { Attempt } from './attempt'
import type { HeldCall } from './held-call'

export interface Route {
  readonly address: Address
  wanted: boolean
  /** There was an open link to it. */
  met: boolean
  attempt: Attempt | undefined
  open: { readonly attempt: Attempt; readonly since: Millis } | undefined
  /** Attempts that failed, and links that did not last, since the last one that did. */
  failures: number
  /** When its last offer was answered. */
  answeredAt: Millis | undefined
  held: HeldCall | undefined
  cancelTimeout: () => void
  cancelAnswer: () => void
  cancelRedial: () => void
}

const nothing = () => {}

export const newRoute = (address: Address): Route => ({
  address,
  wanted: false,
  met: false,
  attempt: undefined,
  open: undefined,
  failures: 0,
  answeredAt: undefined,
  held: undefined,
  cancelTimeout: nothing,
  cancelAnswer: nothing,
  cancelRedial: nothing,
})

/**
 * Of several the one to give up first: nothing is under way with it, it was tried most often and never reached, and it is
 * the longest known of those. Were attempts given up for it, whoever names ever new addresses would have a connection
 * made for each.
 */
export const worstOf = (routes: Iterable<Route>): Route | undefined =>
  [...routes]
    .filter(({ open }) => !open)
    .sort((a, b) => Number(a.attempt !== undefined) - Number(b.attempt !== undefined) || b.failures - a.failures)[0]
