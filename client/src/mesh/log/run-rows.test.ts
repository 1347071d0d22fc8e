import { describe, expect, it } from 'vitest'
import type { StoredEntry } from './log-store'
import { MAX_RUN_BYTES, MAX_RUN_ENTRIES, MAX_RUN_SPAN, readRun, writeRuns } from './run-rows'
import type { RunRow } from './stored-rows'
import { alice, bob, bytesOf, entryOf, feedEntries } from './stored-samples'

const corrupt = expect.objectContaining({ name: 'LogStoreError', fault: 'corrupt' })

const numbers = (entries: readonly StoredEntry[]) =>
  writeRuns('room', entries).map(({ author, first, last }) => [author, first, last])

const rowOf = (entries: readonly StoredEntry[]): RunRow => {
  const [row, ...others] = writeRuns('room', entries)
  if (!row || others.length > 0) throw new Error('it is not one row')
  return row
}

/** A row whose bytes were changed. */
const damaged = (row: RunRow, change: (data: Uint8Array) => void): RunRow => {
  const data = new Uint8Array(row.data)
  change(data)
  return { ...row, data }
}

describe('a row with a run of entries', () => {
  it('[ST2] gives back what was put together, all of it or a part', () => {
    const entries = [
      entryOf(alice, 5, 7),
      entryOf(alice, 6, 8, { bytes: new Uint8Array() }),
      entryOf(alice, 7, 40, { bytes: bytesOf(300, 1), late: true, signature: bytesOf(64, 3) }),
    ]
    const row = rowOf(entries)
    expect(row).toMatchObject({ log: 'room', author: alice, first: 5, last: 7, firstLamport: 7, lastLamport: 40 })
    expect(readRun(row)).toEqual(entries)
    expect(readRun(row, 6, 6)).toEqual(entries.slice(1, 2))
    expect(readRun(row, 6)).toEqual(entries.slice(1))
    for (const entry of entries) expect(readRun(rowOf([entry]))).toEqual([entry])
  })

  it('[ST2] ends where the feed has a gap, another author begins, or Lamport times do not rise', () => {
    expect(numbers([entryOf(alice, 1, 1), entryOf(bob, 1, 2), entryOf(alice, 2, 3), entryOf(alice, 4, 5)])).toEqual([
      [alice, 1, 2],
      [alice, 4, 4],
      [bob, 1, 1],
    ])
    expect(numbers([entryOf(alice, 1, 5), entryOf(alice, 2, 5), entryOf(alice, 3, 4)])).toHaveLength(3)
  })

  it('[ST2] ends where it has enough: entries, bytes, or Lamport time', () => {
    expect(numbers(feedEntries(alice, MAX_RUN_ENTRIES + 1))).toEqual([
      [alice, 1, MAX_RUN_ENTRIES],
      [alice, MAX_RUN_ENTRIES + 1, MAX_RUN_ENTRIES + 1],
    ])
    expect(numbers([entryOf(alice, 1, 1), entryOf(alice, 2, MAX_RUN_SPAN)])).toHaveLength(1)
    expect(numbers([entryOf(alice, 1, 1), entryOf(alice, 2, MAX_RUN_SPAN + 1)])).toHaveLength(2)
    const large = [1, 2, 3].map((seq) => entryOf(alice, seq, seq, { bytes: bytesOf(MAX_RUN_BYTES / 3, 1) }))
    expect(writeRuns('room', large).every(({ data }) => data.length <= MAX_RUN_BYTES)).toBe(true)
    expect(numbers([entryOf(alice, 1, 1, { bytes: bytesOf(1_000_000, 1) }), entryOf(alice, 2, 2)])).toHaveLength(2)
  })

  const row = rowOf(feedEntries(alice, 4))
  const single = rowOf([entryOf(alice, 2, 2)])
  const bad: readonly (readonly [what: string, row: unknown])[] = [
    ...[undefined, '', 'Alice', 7].map((author) => ['author', { ...row, author }] as const),
    ...[undefined, 0, -1, 1.5, Number.NaN, 2, 5, '1'].map((first) => ['first', { ...row, first }] as const),
    ...[undefined, 0, 3, 5, 2 ** 53].map((last) => ['last', { ...row, last }] as const),
    ...[undefined, 0, 3, 5, Number.POSITIVE_INFINITY].map((time) => ['end', { ...row, lastLamport: time }] as const),
    ...[undefined, null, 0, 2, '1'].map((time) => ['start', { ...row, firstLamport: time }] as const),
    ...[undefined, null, 'text', [1], new ArrayBuffer(9)].map((data) => ['data', { ...row, data }] as const),
    ...[undefined, 'rooms', 7].map((log) => ['log', { ...row, log }] as const),
    ['more', { ...row, more: 1 }],
    ['start of one alone', { ...single, firstLamport: 2 }],
    ['a missing byte', { ...row, data: row.data.slice(0, -1) }],
    ['a byte too many', { ...row, data: bytesOf(row.data.length + 1, 0).map((_, index) => row.data[index] ?? 0) }],
    ['no bytes', { ...row, data: new Uint8Array() }],
    ['a long entry', damaged(row, (data) => data.fill(255, 0, 4))],
    ['a time before the first', damaged(row, (data) => data.fill(9, 5, 6))],
    ['unknown flags', damaged(row, (data) => data.fill(4, 6, 7))],
    ...[undefined, null, 7, 'row', [], {}, new Map()].map((value) => ['no row', value] as const),
  ]
  it.each(bad)('[ST6] is kept out when it was not written so: %s (%#)', (_, value) => {
    expect(() => readRun(value)).toThrow(corrupt)
  })
})
