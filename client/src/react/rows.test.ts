import { describe, expect, it } from 'vitest'
import type { Entry } from './conversation'
import { FOLD_RUN_AT, SHOWN_OF_RUN } from './limits'
import { peerId } from './room-double'
import { type Row, rowsOf } from './rows'

const by = (from: string, count: number, start = 0): readonly Entry[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'heard',
    key: `${from}${start + index}`,
    at: 0,
    from: peerId(from),
    name: from,
    data: 'x',
  }))

const NONE: ReadonlyMap<string, number> = new Map()
const print = (row: Row) => (row.kind === 'fold' ? `${row.count} of ${row.first.name}` : row.entry.key)

describe('the rows of a conversation', () => {
  it('are all of a short one', () => {
    const entries = [...by('bo', 2), ...by('cy', 1), ...by('bo', 1, 2)]
    const { rows, hasEarlier } = rowsOf(entries, 400, NONE)
    expect(rows.map(print)).toEqual(['bo0', 'bo1', 'cy0', 'bo2'])
    expect(rows.map((row) => row.kind === 'entry' && row.before?.key)).toEqual([undefined, 'bo0', 'bo1', 'cy0'])
    expect(hasEarlier).toBe(false)
    expect(rowsOf([], 400, NONE)).toEqual({ rows: [], hasEarlier: false })
  })

  it('are the end of a long one', () => {
    const entries = [...by('bo', 3), ...by('cy', 3)]
    expect(rowsOf(entries, 4, NONE).rows.map(print)).toEqual(['bo2', 'cy0', 'cy1', 'cy2'])
    expect(rowsOf(entries, 4, NONE).hasEarlier).toBe(true)
    expect(rowsOf(entries, 3, NONE).rows.map(print)).toEqual(['cy0', 'cy1', 'cy2'])
    expect(rowsOf(entries, 3, NONE).hasEarlier).toBe(true)
  })

  it('keep what others said in sight of a flood', () => {
    const flood = by('mallory', 4_000)
    const { rows, hasEarlier } = rowsOf([...by('bo', 2), ...flood, ...by('cy', 1)], 400, NONE)
    expect(rows).toHaveLength(2 + 1 + SHOWN_OF_RUN + 1)
    expect(rows.slice(0, 3).map(print)).toEqual(['bo0', 'bo1', `${4_000 - SHOWN_OF_RUN} of mallory`])
    expect(rows[3], 'begins anew under the fold').toMatchObject({ before: undefined })
    expect(rows.slice(-2).map(print)).toEqual(['mallory3999', 'cy0'])
    expect(hasEarlier).toBe(false)
  })

  it('fold no run that can be read', () => {
    expect(rowsOf(by('bo', FOLD_RUN_AT), 400, NONE).rows).toHaveLength(FOLD_RUN_AT)
    expect(rowsOf(by('bo', FOLD_RUN_AT + 1), 400, NONE).rows).toHaveLength(SHOWN_OF_RUN + 1)
  })

  it('show as much of a run as somebody wants', () => {
    const run = by('bo', FOLD_RUN_AT + 1)
    const more = rowsOf(run, 400, new Map([['bo0', 10]]))
    expect(more.rows.map(print).slice(0, 2)).toEqual([`${FOLD_RUN_AT - SHOWN_OF_RUN - 9} of bo`, 'bo66'])
    expect(rowsOf(run, 400, new Map([['bo0', 1_000]])).rows).toHaveLength(FOLD_RUN_AT + 1)
  })
})
