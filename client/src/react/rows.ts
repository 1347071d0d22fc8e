/**
 * What of a conversation is on the page: its end, and of a long run of one person only the latest, so that a flood buries
 * nothing that others said. Pure.
 */
import type { Entry, HeardEntry } from './conversation'
import { FOLD_RUN_AT, SHOWN_OF_RUN } from './limits'

export type Row =
  | {
      readonly kind: 'entry'
      readonly entry: Entry
      /** what stands above it; undefined where it stands apart */
      readonly before: Entry | undefined
    }
  /** stands for `count` messages of one person; `run` names it for as long as its first message is held */
  | { readonly kind: 'fold'; readonly run: string; readonly first: HeardEntry; readonly count: number }

export interface Rows {
  /** oldest first */
  readonly rows: readonly Row[]
  /** whether there are entries before them */
  readonly hasEarlier: boolean
}

/**
 * @param limit how many entries are shown, a little more where a run ends there
 * @param unfolded how many more of a run somebody wants to see, by its name
 */
export function rowsOf(entries: readonly Entry[], limit: number, unfolded: ReadonlyMap<string, number>): Rows {
  const newestFirst: Row[] = []
  let end = entries.length
  while (end > 0 && newestFirst.length < limit) {
    const start = startOfRun(entries, end)
    const first = entries[start]
    const shown = first?.kind === 'heard' ? shownOf(end - start, unfolded.get(first.key) ?? 0) : end - start
    const from = Math.max(end - shown, end - (limit - newestFirst.length))
    for (let index = end - 1; index >= from; index--) {
      const entry = entries[index]
      const isApart = index === end - shown && shown < end - start
      if (entry) newestFirst.push({ kind: 'entry', entry, before: isApart ? undefined : entries[index - 1] })
    }
    if (from > end - shown) return { rows: newestFirst.reverse(), hasEarlier: true }
    if (first?.kind === 'heard' && shown < end - start) {
      newestFirst.push({ kind: 'fold', run: first.key, first, count: end - start - shown })
    }
    end = start
  }
  return { rows: newestFirst.reverse(), hasEarlier: end > 0 }
}

function shownOf(length: number, more: number): number {
  return length <= FOLD_RUN_AT ? length : Math.min(length, SHOWN_OF_RUN + more)
}

/** @returns where the messages of one person begin that end before `end`; anything else stands alone */
function startOfRun(entries: readonly Entry[], end: number): number {
  const last = entries[end - 1]
  let start = end - 1
  if (last?.kind !== 'heard') return start
  for (; start > 0; start--) {
    const before = entries[start - 1]
    if (before?.kind !== 'heard' || before.from !== last.from) break
  }
  return start
}
