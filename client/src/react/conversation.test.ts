import { describe, expect, it } from 'vitest'
import { append, changeSaid, EMPTY_CONVERSATION, type Entry, weighData, withdraw } from './conversation'
import { MAX_ENTRIES, MAX_HELD, MERGE_NOTES_MS } from './limits'
import { peerId } from './room-double'

const heard = (key: string, data: string, at = 0): Entry => ({
  kind: 'heard',
  key,
  at,
  from: peerId('bo'),
  name: 'Bo',
  data,
})
const said = (key: string, data: string): Entry => ({
  kind: 'said',
  key,
  at: 0,
  data,
  id: undefined,
  delivery: { kind: 'sending' },
})
const note = (key: string, name: string, at: number): Entry => ({
  kind: 'note',
  key,
  at,
  what: 'came',
  who: [peerId(name)],
  names: [name],
})
const filled = (entries: readonly Entry[]) => entries.reduce(append, EMPTY_CONVERSATION)

describe('a conversation', () => {
  it('keeps what was said in order', () => {
    const { entries } = filled([heard('1', 'hi'), said('2', 'hello')])
    expect(entries.map(({ key }) => key)).toEqual(['1', '2'])
  })

  it('drops the oldest beyond its limit, and counts the messages among them', () => {
    const full = filled(Array.from({ length: MAX_ENTRIES }, (_, index) => heard(`${index}`, 'x')))
    expect(full.dropped).toBe(0)
    const more = append(append(full, heard('a', 'x')), heard('b', 'x'))
    expect(more.entries).toHaveLength(MAX_ENTRIES)
    expect(more.entries.at(0)?.key).toBe('2')
    expect(more.entries.at(-1)?.key).toBe('b')
    expect(more.dropped).toBe(2)
  })

  it('drops the oldest when a few huge messages weigh too much, but never the newest', () => {
    const huge = 'x'.repeat(MAX_HELD / 2 + 1)
    const after = filled([heard('1', huge), heard('2', huge)])
    expect(after.entries.map(({ key }) => key)).toEqual(['2'])
    expect(after.weight).toBe(huge.length)
    const single = append(after, heard('3', 'x'.repeat(MAX_HELD * 2)))
    expect(single.entries.map(({ key }) => key)).toEqual(['3'])
  })

  it('joins people who come in together into one note', () => {
    const { entries } = filled([
      note('1', 'Bo', 0),
      note('2', 'Cy', MERGE_NOTES_MS),
      note('3', 'Di', MERGE_NOTES_MS + 1),
    ])
    expect(entries).toEqual([
      { ...note('1', 'Bo', 0), who: [peerId('Bo'), peerId('Cy')], names: ['Bo', 'Cy'] },
      note('3', 'Di', MERGE_NOTES_MS + 1),
    ])
  })

  it('keeps one line about a person until somebody says something', () => {
    const renamed = (key: string): Entry => ({ kind: 'renamed', key, at: 0, who: peerId('Bo'), before: 'a', now: key })
    const { entries } = filled([note('1', 'Bo', 0), note('2', 'Cy', 0), renamed('3'), renamed('4'), heard('5', 'x')])
    expect(entries).toEqual([{ ...note('1', 'Cy', 0) }, renamed('4'), heard('5', 'x')])
    const more = append(append({ ...EMPTY_CONVERSATION, entries }, renamed('6')), renamed('7'))
    expect(more.entries.map(({ key }) => key)).toEqual(['1', '4', '5', '7'])
  })

  it('changes one own message and no other, and stays itself when there is none', () => {
    const before = filled([said('1', 'a'), said('2', 'b'), heard('3', 'c')])
    const after = changeSaid(
      before,
      (entry) => entry.key === '2',
      (entry) => ({ ...entry, delivery: { kind: 'sent', delivered: 1, of: 1 } }),
    )
    expect(after.entries[0]).toBe(before.entries[0])
    expect(after.entries[1]).toMatchObject({ delivery: { kind: 'sent' } })
    expect(
      changeSaid(
        before,
        () => false,
        (entry) => entry,
      ),
    ).toBe(before)
  })

  it('withdraws an entry with its weight', () => {
    const before = filled([said('1', 'abc'), heard('2', 'de')])
    expect(withdraw(before, '1')).toMatchObject({ weight: 2, dropped: 0, entries: [{ key: '2' }] })
    expect(withdraw(before, 'nothing')).toBe(before)
  })

  it('weighs text, bytes and what holds them', () => {
    expect(weighData('four')).toBe(4)
    expect(weighData(new Uint8Array(700))).toBe(700)
    expect(weighData({ file: new Uint8Array(700), tags: ['abc'] })).toBeGreaterThan(700)
  })
})
