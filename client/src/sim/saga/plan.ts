/**
 * A saga before it is told: who is in it, on what network, and what happens, step by step. It is data, so that a failing
 * one can be told again with less in it. Whatever a step finds impossible when its time comes, it leaves out.
 */
import type { Millis } from '../../mesh/runtime/clock'

export interface Plan {
  readonly seed: number
  readonly line: Line
  readonly people: readonly Role[]
  /** These two never link: what one says reaches the other by way of others. */
  readonly severed: readonly Pair[]
  /** The ways of these take so many times as long as others. */
  readonly stretched: readonly { readonly pair: Pair; readonly factor: number }[]
  readonly steps: readonly Step[]
}

export interface Line {
  readonly latency: Millis
  readonly jitter: Millis
  /** bytes a second, each way */
  readonly rate: number | undefined
  readonly diskLatency: Millis
}

export interface Role {
  readonly name: string
  /** how far this machine's clock is ahead */
  readonly skew: Millis
  /** how much it gains in a millisecond */
  readonly drift: number
}

export type Pair = readonly [string, string]

export type Step = {
  /** how long after the step before it */
  readonly after: Millis
} & Action

export type Action =
  /** to everyone; words are never said twice in one saga */
  | { readonly kind: 'say'; readonly who: string; readonly words: string }
  /** so many entries at once */
  | { readonly kind: 'pour'; readonly who: string; readonly words: string; readonly count: number }
  /** to one person */
  | { readonly kind: 'tell'; readonly who: string; readonly to: string; readonly words: string }
  | { readonly kind: 'rename'; readonly who: string; readonly name: string }
  /** The two lose their links, and may make new ones at once. */
  | { readonly kind: 'drop'; readonly pair: Pair }
  /** Nothing passes between the two for a while. */
  | { readonly kind: 'cut'; readonly pair: Pair; readonly lasting: Millis }
  /** Nothing passes between these and all others for a while. */
  | { readonly kind: 'split'; readonly half: readonly string[]; readonly lasting: Millis }
  | { readonly kind: 'freeze'; readonly who: string; readonly lasting: Millis }
  /** `written`: the share of what the page is writing that still gets onto its disk */
  | { readonly kind: 'crash'; readonly who: string; readonly written: number }
  /** The machine is gone for good, with its key and all that is on its disk. */
  | { readonly kind: 'lose'; readonly who: string }
  /** The browser forgets the log of somebody who is away, and keeps the key: two feeds may come of it. */
  | { readonly kind: 'evict'; readonly who: string }
  /** Reads the whole log back. */
  | { readonly kind: 'look'; readonly who: string }
  /** The tab is closed, without a good-bye. */
  | { readonly kind: 'close'; readonly who: string }
  | { readonly kind: 'leave'; readonly who: string }
  /** Opens the room's link, for the first time or again. */
  | { readonly kind: 'come'; readonly who: string }
  | { readonly kind: 'restart'; readonly lasting: Millis }
  /** The disk takes nothing for a while. */
  | { readonly kind: 'fill'; readonly who: string; readonly lasting: Millis }
  /** The machine's clock is set, by so much. */
  | { readonly kind: 'turn'; readonly who: string; readonly by: Millis }

/** @returns the names of those without whom the step makes no sense */
export function peopleIn(action: Action): readonly string[] {
  switch (action.kind) {
    case 'drop':
    case 'cut':
      return action.pair
    case 'tell':
      return [action.who, action.to]
    case 'split':
    case 'restart':
      return []
    default:
      return [action.who]
  }
}
