/**
 * What of a conversation is on the page, line by line: which messages stand together under one name, where a day begins
 * and where reading stopped, and of a long run of one person only the latest, so that a flood buries nothing that others
 * said. Pure.
 */
import { comparePositions, type Position } from '../mesh'
import type { Conversation, Item, MessageItem } from './conversation'
import { dayOf, daysOf } from './days'
import { FOLD_RUN_AT, GROUPED_WITHIN_MS, SHOWN_OF_RUN } from './limits'

interface Line {
  /** stays the same while older and newer ones come in */
  readonly key: string
  /** a time on the day that begins here; undefined where none does */
  readonly newDay: number | undefined
  /** whether reading stopped before it */
  readonly isFirstNew: boolean
}

export interface ItemRow extends Line {
  readonly kind: 'item'
  readonly item: Item
  /** whether it stands under the name of the one before */
  readonly continues: boolean
  /** whether its author's clock tells another day than the one under which it stands */
  readonly isOfOtherDay: boolean
  /** counts the messages, from 1 */
  readonly index: number
}

/** Stands for messages of one person, the first of which it holds. */
export interface FoldRow extends Line {
  readonly kind: 'fold'
  readonly first: MessageItem
  readonly count: number
}

export type Row = ItemRow | FoldRow

const NOTHING_UNFOLDED: ReadonlyMap<string, number> = new Map()

/** @returns how many lines `rowsOf` gives with nothing unfolded; counted alone, since each page that is read asks */
export function countRows({ items }: Pick<Conversation, 'items'>): number {
  let count = 0
  for (let start = 0; start < items.length; ) {
    const end = endOfRun(items, start)
    const shown = shownOf(items, start, end, NOTHING_UNFOLDED)
    count += shown < end - start ? shown + 1 : shown
    start = end
  }
  return count
}

/**
 * @param unfolded how many more of a run somebody wants to see, by the key of any message in it
 * @param now a first line of today says no day
 */
export function rowsOf(
  { items, marker }: Pick<Conversation, 'items' | 'marker'>,
  unfolded: ReadonlyMap<string, number>,
  now: number,
): readonly Row[] {
  const days = daysOf(items.map(timedOf))
  const rows: Row[] = []
  let day: number | undefined = dayOf(now)
  let isMarked = marker === undefined
  let messages = 0

  function line(index: number, last: number): Line {
    const item = items[index]
    const own = days[index]
    const newDay = own !== undefined && own !== day && item ? item.at : undefined
    day = days[last] ?? day
    const isFirstNew = !isMarked && items.slice(index, last + 1).some((one) => isAfter(one, marker))
    isMarked ||= isFirstNew
    return { key: item?.key ?? '', newDay, isFirstNew }
  }

  for (let start = 0; start < items.length; ) {
    const end = endOfRun(items, start)
    const hidden = end - start - shownOf(items, start, end, unfolded)
    const first = items[start]
    if (hidden > 0 && first?.kind === 'message') {
      const own = line(start, start + hidden - 1)
      rows.push({ ...own, kind: 'fold', key: `fold ${items[start + hidden]?.key}`, first, count: hidden })
      messages += hidden
    }
    for (let index = start + hidden; index < end; index++) {
      const item = items[index]
      if (!item) continue
      const own = line(index, index)
      const above = index === start + hidden && hidden > 0 ? undefined : items[index - 1]
      const stands = own.newDay === undefined && !own.isFirstNew && continues(above, item)
      if (item.kind === 'message') messages += 1
      rows.push({
        ...own,
        kind: 'item',
        item,
        continues: stands,
        isOfOtherDay: isOther(item, days[index]),
        index: messages,
      })
    }
    start = end
  }
  return rows
}

/** Notes and what is being stored are of this machine's clock. */
function timedOf(item: Item) {
  const { at } = item
  if (item.kind === 'message') return { at, author: item.author, isTimeCertain: item.isTimeCertain }
  return { at, author: '', isTimeCertain: true }
}

function isAfter(item: Item, marker: Position | undefined): boolean {
  if (item.kind !== 'message' || item.isOwn) return false
  return marker === undefined || comparePositions(item.position, marker) > 0
}

function isOther(item: Item, day: number | undefined): boolean {
  return item.kind === 'message' && item.at !== undefined && day !== undefined && dayOf(item.at) !== day
}

function shownOf(items: readonly Item[], start: number, end: number, unfolded: ReadonlyMap<string, number>): number {
  const length = end - start
  if (length <= FOLD_RUN_AT) return length
  let more = 0
  if (unfolded.size > 0) {
    for (let index = start; index < end; index++) more += unfolded.get(items[index]?.key ?? '') ?? 0
  }
  return Math.min(length, SHOWN_OF_RUN + more)
}

/** @returns where the messages of one person end that begin at `start`; anything else stands alone */
function endOfRun(items: readonly Item[], start: number): number {
  const first = items[start]
  let end = start + 1
  if (first?.kind !== 'message' || first.isOwn) return end
  for (; end < items.length; end++) {
    const next = items[end]
    if (next?.kind !== 'message' || next.author !== first.author) break
  }
  return end
}

function continues(above: Item | undefined, item: Item): boolean {
  if (above === undefined || item.kind === 'note' || item.kind === 'renamed') return false
  if (Math.abs((item.at ?? 0) - (above.at ?? 0)) > GROUPED_WITHIN_MS) return false
  if (item.kind === 'pending') return above.kind === 'pending' || (above.kind === 'message' && above.isOwn)
  return above.kind === 'message' && above.author === item.author
}
