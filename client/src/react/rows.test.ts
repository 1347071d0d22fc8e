import { describe, expect, it } from 'vitest'
import type { Item } from './conversation'
import { FOLD_RUN_AT, GROUPED_WITHIN_MS, SHOWN_OF_RUN } from './limits'
import { at, entry, NOON, peerId } from './room-double'
import { countRows, type Row, rowsOf } from './rows'
import { Transcript } from './transcript'

const DAY = 86_400_000
const NONE: ReadonlyMap<string, number> = new Map()

/** Messages of these people, one after another. */
function said(...authors: readonly string[]): readonly Item[] {
  const transcript = new Transcript({ self: peerId('me'), now: () => NOON })
  for (const [index, author] of authors.entries()) transcript.add(entry(author, index + 1, `${index + 1}`))
  return transcript.messages
}

const many = (author: string, count: number): readonly string[] => Array.from({ length: count }, () => author)
const rows = (items: readonly Item[], unfolded = NONE, marker?: ReturnType<typeof at>) =>
  rowsOf({ items, marker }, unfolded, NOON)
const print = (row: Row) => {
  if (row.kind === 'fold') return `${row.count} of ${row.first.name}`
  return row.item.kind === 'message' && row.item.body.kind === 'text' ? row.item.body.text : row.item.kind
}
const later = (item: Item | undefined, change: Partial<Item>): Item => ({ ...item, ...change }) as Item

describe('the rows of a conversation', () => {
  it('are all of a short one, and stand under one name where one person says more', () => {
    const all = rows(said('bo', 'bo', 'cy', 'bo', 'me', 'me'))
    expect(all.map(print)).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(all.map((row) => row.kind === 'item' && row.continues)).toEqual([false, true, false, false, false, true])
    expect(all.map((row) => row.kind === 'item' && row.index)).toEqual([1, 2, 3, 4, 5, 6])
    expect(rows([])).toEqual([])
  })

  it('begin a name anew after a while', () => {
    const [first, second] = said('bo', 'bo')
    const late = later(second, { at: NOON + GROUPED_WITHIN_MS + 1 })
    expect(rows([later(first, {}), late])[1]).toMatchObject({ continues: false })
  })

  it('tell a day where it begins, once, and not that it is today', () => {
    const [a, b, c, d] = said('bo', 'cy', 'bo', 'cy')
    const days = [-2, -2, 0, -1].map((days) => NOON + days * DAY)
    const items = [a, b, c, d].map((item, index) => later(item, { at: days[index] ?? 0 }))
    const all = rows(items)
    expect(all.map(({ newDay }) => newDay)).toEqual([days[0], undefined, days[2], undefined])
    expect(all.map((row) => row.kind === 'item' && row.isOfOtherDay)).toEqual([false, false, false, true])
    expect(rows(said('bo'))[0]?.newDay).toBeUndefined()
  })

  it('tell where reading stopped, before the first that others said since', () => {
    const all = rows(said('bo', 'me', 'bo', 'bo'), NONE, at(1, 'bo'))
    expect(all.map(({ isFirstNew }) => isFirstNew)).toEqual([false, false, true, false])
    expect(all[2]).toMatchObject({ continues: false })
    expect(rows(said('bo', 'me'), NONE, at(1, 'bo')).some(({ isFirstNew }) => isFirstNew)).toBe(false)
  })

  it('keep what others said in sight of a flood', () => {
    const all = rows(said('bo', 'bo', ...many('mallory', 2_900), 'cy'))
    expect(all).toHaveLength(2 + 1 + SHOWN_OF_RUN + 1)
    expect(all.slice(0, 3).map(print)).toEqual(['1', '2', `${2_900 - SHOWN_OF_RUN} of mallory`])
    expect(all[3], 'begins anew under the fold').toMatchObject({ continues: false })
    expect(all.at(-1)).toMatchObject({ index: 2_903 })
  })

  it('fold no run that can be read, and nothing of one’s own', () => {
    expect(rows(said(...many('bo', FOLD_RUN_AT)))).toHaveLength(FOLD_RUN_AT)
    expect(rows(said(...many('bo', FOLD_RUN_AT + 1)))).toHaveLength(SHOWN_OF_RUN + 1)
    expect(rows(said(...many('me', FOLD_RUN_AT + 1)))).toHaveLength(FOLD_RUN_AT + 1)
  })

  it('show as much of a run as somebody wants, also when older ones of it come in', () => {
    const run = said(...many('bo', FOLD_RUN_AT + 1))
    const key = run[40]?.key ?? ''
    expect(rows(run, new Map([[key, 10]])).map(print)[0]).toBe(`${FOLD_RUN_AT - SHOWN_OF_RUN - 9} of bo`)
    expect(rows(run, new Map([[key, 1_000]]))).toHaveLength(FOLD_RUN_AT + 1)
    const longer = said(...many('bo', FOLD_RUN_AT + 2))
    const [fold] = rows(longer)
    expect(rows(longer.slice(1))[0]).toMatchObject({ kind: 'fold', key: fold?.key })
  })

  it('are counted without being made', () => {
    const flood = said('bo', ...many('mallory', FOLD_RUN_AT + 1), 'cy', ...many('me', FOLD_RUN_AT + 1), 'bo')
    for (const items of [[], said('bo'), flood, flood.slice(0, FOLD_RUN_AT), flood.slice(40)]) {
      expect(countRows({ items })).toBe(rows(items).length)
    }
  })

  it('mark a fold that hides where reading stopped', () => {
    const all = rows(said(...many('bo', FOLD_RUN_AT + 1)), NONE, at(3, 'bo'))
    expect(all.filter(({ isFirstNew }) => isFirstNew).map(print)).toEqual([`${FOLD_RUN_AT + 1 - SHOWN_OF_RUN} of bo`])
  })
})
