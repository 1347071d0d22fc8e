/** Writes down what happens in a saga, as a person would tell it, with the time of day since it began. */
import type { Clock, Millis } from '../../mesh/runtime/clock'

export class Narration {
  readonly lines: string[] = []

  constructor(private readonly clock: Clock) {}

  readonly tell = (words: string): void => {
    this.lines.push(`${clockTime(this.clock.now())} ${words}`)
  }
}

function clockTime(at: Millis): string {
  const seconds = Math.floor(at / 1000)
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) =>
    String(Math.floor(part)).padStart(2, '0'),
  )
  return `${parts.join(':')}.${String(Math.floor(at % 1000)).padStart(3, '0')}`
}

/** Like '3.2 s', or '25 min' when it is long. */
export const span = (lasting: Millis): string =>
  lasting < 120_000 ? `${(lasting / 1000).toFixed(1)} s` : `${Math.round(lasting / 60_000)} min`

export const list = (names: readonly string[]): string =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? 'nobody')
