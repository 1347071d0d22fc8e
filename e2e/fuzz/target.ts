/**
 * What a target is: a maker of inputs and the promise that each of them is held to. Running them belongs to run.ts.
 */
import type { Dice } from './dice'

/** One input, and the promise about it. `hold` throws when the promise is broken; it may be called again. */
export interface Trial {
  readonly input: unknown
  readonly hold: () => void | Promise<void>
}

export interface Target {
  readonly name: string
  /** Of a fixed number of inputs it gets this share, 1 or less: whole stories take longer than a decoder. */
  readonly share: number
  draw(dice: Dice): Trial
}

interface Definition<Input> {
  readonly name: string
  readonly share?: number
  readonly make: (dice: Dice) => Input
  readonly hold: (input: Input) => void | Promise<void>
}

export function target<Input>({ name, share = 1, make, hold }: Definition<Input>): Target {
  return {
    name,
    share,
    draw(dice) {
      const input = make(dice)
      return { input, hold: () => hold(input) }
    },
  }
}

export function expectThat(holds: boolean, words: string): asserts holds {
  if (!holds) throw new Error(words)
}
