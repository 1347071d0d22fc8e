import { describe, expect, it } from 'vitest'
import { type Entry, isMessage } from './conversation'
import { ConversationLog } from './conversation-log'
import { KEPT_SHARE, MAX_ENTRIES, MAX_HELD, MAX_NOTED_TOGETHER, MAX_NOTES_IN_A_ROW, MERGE_NOTES_MS } from './limits'
import { peerId } from './room-double'

const heard = (key: string, data: string, from = 'bo'): Entry => ({
  kind: 'heard',
  key,
  at: 0,
  from: peerId(from),
  name: from,
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

function filled(entries: Iterable<Entry>): ConversationLog {
  const log = new ConversationLog()
  for (const entry of entries) log.add(entry, true)
  return log
}

const keys = (log: ConversationLog) => log.snapshot.entries.map(({ key }) => key)
const keptOf = (log: ConversationLog, from: string) =>
  log.snapshot.entries.filter((entry) => entry.kind === 'heard' && entry.name === from)

describe('a conversation', () => {
  it('keeps what was said in order, and shows the same while nothing changes', () => {
    const log = filled([heard('1', 'hi'), said('2', 'hello')])
    expect(keys(log)).toEqual(['1', '2'])
    const { snapshot } = log
    expect(log.snapshot).toBe(snapshot)
    log.add(heard('3', 'again'), true)
    expect(snapshot.entries).toHaveLength(2)
  })

  it('drops the oldest beyond its limit, many at once, and counts the messages among them', () => {
    const log = filled(Array.from({ length: MAX_ENTRIES }, (_, index) => heard(`${index}`, 'x')))
    expect(log.snapshot.dropped).toBe(0)
    log.add(heard('a', 'x'), true)
    const { entries, dropped } = log.snapshot
    expect(entries).toHaveLength(MAX_ENTRIES * KEPT_SHARE)
    expect(entries.at(-1)?.key).toBe('a')
    expect(entries.at(0)?.key).toBe(`${dropped}`)
    expect(entries.length + dropped).toBe(MAX_ENTRIES + 1)
  })

  it('loses nothing that others said, however much one of them floods it', () => {
    const log = filled([heard('cy 1', 'hi', 'cy'), said('own', 'hello'), heard('di 1', 'hey', 'di')])
    for (let count = 0; count < 3 * MAX_ENTRIES; count++) {
      log.add(heard(`${count}`, 'buy!', 'mallory'), true)
      if (count % 1000 === 0) log.add(heard(`cy at ${count}`, 'stop it', 'cy'), true)
    }
    expect(keptOf(log, 'cy')).toHaveLength(16)
    expect(keptOf(log, 'di')).toHaveLength(1)
    expect(keys(log).slice(0, 3)).toEqual(['cy 1', 'own', 'di 1'])
    expect(log.snapshot.entries.length).toBeLessThanOrEqual(MAX_ENTRIES)
    expect(log.snapshot.dropped).toBeGreaterThan(0)
    expect(keptOf(log, 'mallory').at(-1)?.key).toBe(`${3 * MAX_ENTRIES - 1}`)
  })

  it('lets two who say most share what there is', () => {
    const log = filled([heard('cy', 'hi', 'cy')])
    for (let count = 0; count < MAX_ENTRIES; count++) log.add(heard(`${count}`, 'x', count % 2 ? 'bo' : 'di'), true)
    const [bo, di] = [keptOf(log, 'bo').length, keptOf(log, 'di').length]
    expect(keptOf(log, 'cy')).toHaveLength(1)
    expect(Math.abs(bo - di)).toBeLessThanOrEqual(1)
  })

  it('drops no talk because a crowd comes and goes', () => {
    const log = filled([heard('talk', 'hi')])
    for (let count = 0; count < MAX_ENTRIES; count++) {
      log.add(note(`${count}`, `p${count}`, count * 2 * MERGE_NOTES_MS), true)
      if (count % 10 === 0) log.add(heard(`meanwhile ${count}`, 'x', 'cy'), true)
    }
    expect(keys(log)).toContain('talk')
    expect(log.snapshot.entries.filter(isMessage)).toHaveLength(1 + MAX_ENTRIES / 10)
    expect(log.snapshot.entries.length).toBeLessThanOrEqual(MAX_ENTRIES)
    expect(log.snapshot.dropped, 'notes are no messages').toBe(0)
  })

  it('shows few lines of a crowd that comes while nobody says anything', () => {
    const log = filled([heard('talk', 'hi')])
    for (let count = 0; count < 200; count++) log.add(note(`${count}`, `p${count}`, count * 2 * MERGE_NOTES_MS), true)
    expect(log.snapshot.entries).toHaveLength(1 + MAX_NOTES_IN_A_ROW)
    expect(keys(log).at(-1)).toBe('199')
  })

  it('drops the heaviest when huge messages weigh too much, but never the newest', () => {
    const huge = 'x'.repeat(MAX_HELD / 2 + 1)
    const log = filled([heard('small', 'x', 'cy'), heard('1', huge), heard('2', huge)])
    expect(keys(log)).toEqual(['small', '2'])
    log.add(heard('3', 'x'.repeat(MAX_HELD * 2)), true)
    expect(keys(log)).toEqual(['small', '3'])
  })

  it('joins people who come in together into one note, up to a crowd', () => {
    const log = filled([note('1', 'Bo', 0), note('2', 'Cy', MERGE_NOTES_MS), note('3', 'Di', MERGE_NOTES_MS + 1)])
    expect(log.snapshot.entries).toEqual([
      { ...note('1', 'Bo', 0), who: [peerId('Bo'), peerId('Cy')], names: ['Bo', 'Cy'] },
      note('3', 'Di', MERGE_NOTES_MS + 1),
    ])
    const crowd = filled(
      Array.from({ length: MAX_NOTED_TOGETHER + 1 }, (_, index) => note(`${index}`, `P${index}x`, 0)),
    )
    expect(keys(crowd)).toEqual(['0', `${MAX_NOTED_TOGETHER}`])
  })

  it('keeps one line about a person until somebody says something', () => {
    const renamed = (key: string): Entry => ({ kind: 'renamed', key, at: 0, who: peerId('Bo'), before: 'a', now: key })
    const log = filled([note('1', 'Bo', 0), note('2', 'Cy', 0), renamed('3'), renamed('4'), heard('5', 'x')])
    expect(log.snapshot.entries).toEqual([{ ...note('1', 'Cy', 0) }, renamed('4'), heard('5', 'x')])
    log.add(renamed('6'), true)
    log.add(renamed('7'), true)
    expect(keys(log)).toEqual(['1', '4', '5', '7'])
  })

  it('changes one own message and no other', () => {
    const log = filled([said('1', 'a'), said('2', 'b'), heard('3', 'c')])
    const before = log.snapshot
    const deliver = (key: string) =>
      log.changeSaid(
        (entry) => entry.key === key,
        (entry) => ({ ...entry, delivery: { kind: 'sent', delivered: 1, of: 1 } }),
      )
    expect(deliver('3')).toBe(false)
    expect(log.snapshot).toBe(before)
    expect(deliver('2')).toBe(true)
    expect(log.snapshot.entries[0]).toBe(before.entries[0])
    expect(log.snapshot.entries[1]).toMatchObject({ delivery: { kind: 'sent' } })
    expect(before.entries[1]).toMatchObject({ delivery: { kind: 'sending' } })
  })

  it('withdraws an entry', () => {
    const log = filled([said('1', 'abc'), heard('2', 'de')])
    log.withdraw('1')
    log.withdraw('nothing')
    expect(keys(log)).toEqual(['2'])
    expect(log.snapshot.dropped).toBe(0)
  })

  it('counts what nobody looked at, until somebody does', () => {
    const log = filled([heard('1', 'x')])
    log.add(heard('2', 'y'), false)
    log.add(said('3', 'z'), false)
    expect(log.snapshot.unread).toBe(1)
    expect(log.markRead()).toBe(true)
    expect(log.markRead()).toBe(false)
    expect(log.snapshot.unread).toBe(0)
  })
})
