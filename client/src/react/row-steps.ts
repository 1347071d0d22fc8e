/**
 * How the rows of a log become those that it should show, when what keeps their heights knows them by their number alone:
 * at each step it is told whether they came and went at the front or at the back. Pure.
 */
interface Keyed {
  readonly key: string
}

export interface Step<T> {
  readonly rows: readonly T[]
  /** whether what came or went did so before what is in view, so that the rest counts from the end */
  readonly isAtFront: boolean
}

/** @param anchor the row in view that is to stay where it is; undefined where none has to */
export function stepTowards<T extends Keyed>(
  before: readonly T[],
  after: readonly T[],
  anchor: string | undefined,
): Step<T> {
  const was = anchor === undefined ? -1 : before.findIndex(({ key }) => key === anchor)
  const places = was < 0 ? undefined : findStaying(before, after, was)
  if (places === undefined) return { rows: after, isAtFront: false }
  const { from, to } = places
  if (from === to) return { rows: after, isAtFront: false }
  if (before.length - from === after.length - to) return { rows: after, isAtFront: true }
  // Both at once: first what is before it.
  return { rows: [...after.slice(0, to), ...before.slice(from)], isAtFront: true }
}

/** @returns where the first row from `start` on that stays was and is */
function findStaying(
  before: readonly Keyed[],
  after: readonly Keyed[],
  start: number,
): { readonly from: number; readonly to: number } | undefined {
  const places = new Map(after.map(({ key }, index) => [key, index]))
  for (let from = start; from < before.length; from++) {
    const to = places.get(before[from]?.key ?? '')
    if (to !== undefined) return { from, to }
  }
  return undefined
}
