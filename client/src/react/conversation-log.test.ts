import { describe, expect, it } from 'vitest'
import type { Entry } from '../mesh'
import { ConversationLog } from './conversation-log'
import { KEPT_SHARE, MAX_HELD, MAX_WINDOW } from './limits'
import { at, entry, NOON, peerId, textsOf } from './room-double'

const open = (readUpTo?: ReturnType<typeof at>) =>
  new ConversationLog({ self: peerId('me'), openedAt: NOON - 1, now: () => NOON }, readUpTo)
const READING = { isRead: true, isEndKept: true }
const AWAY = { isRead: false, isEndKept: true }
const ABOVE = { isRead: false, isEndKept: false }
const FIRST = { countsUnread: true, isEndKept: true }
const OLDER = { countsUnread: false, isEndKept: false }
const run = (from: number, to: number, author = 'bo'): readonly Entry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(author, from + index, `${from + index}`))
const page = (entries: readonly Entry[], more = false, complete = true) => ({ entries, more, complete })
const texts = (log: ConversationLog) => textsOf(log.snapshot.items)

describe('a conversation', () => {
  it('is the same value while nothing changes', () => {
    const log = open()
    log.hear(entry('bo', 1, 'hi'), AWAY)
    const { snapshot } = log
    expect(log.snapshot).toBe(snapshot)
    log.hear(entry('bo', 2, 'again'), AWAY)
    expect(snapshot.items).toHaveLength(1)
  })

  it('joins what came live with what is read from the disk, each once', () => {
    const log = open()
    log.hear(entry('bo', 3, '3'), AWAY)
    log.addPage(page(run(2, 3), true), FIRST)
    expect([texts(log), log.top, log.oldest?.lamport]).toEqual([['2', '3'], 'more', 2])
    log.addPage(page(run(1, 1)), OLDER)
    expect([texts(log), log.top]).toEqual([['1', '2', '3'], 'beginning'])
    log.addPage(page([], false, false), OLDER)
    expect(log.top).toBe('missing')
  })

  it('asks anew what is above when something comes in before the beginning', () => {
    const log = open()
    log.addPage(page([]), FIRST)
    log.hear(entry('me', 5, '5'), AWAY)
    expect(log.top, 'nobody knows better than oneself').toBe('beginning')
    log.hear(entry('bo', 2, '2'), AWAY)
    expect([texts(log), log.top, log.oldest?.lamport]).toEqual([['2', '5'], 'more', 2])
    log.hear(entry('bo', 1, '1'), AWAY)
    expect(texts(log), 'it is on the disk, and read with the rest').toEqual(['2', '5'])
  })

  it('counts what nobody read, since reading stopped', () => {
    const log = open(at(2, 'bo'))
    log.addPage(page([...run(1, 4), entry('me', 5, 'mine')]), FIRST)
    expect(log.snapshot.unread).toBe(2)
    log.hear(entry('cy', 6, 'and this'), AWAY)
    log.hear(entry('cy', 7, 'this not'), READING)
    expect(log.snapshot.unread).toBe(3)
    log.mark()
    expect(log.snapshot.marker).toMatchObject({ lamport: 2 })
    expect(log.markRead()).toBe(true)
    expect(log.markRead()).toBe(false)
    expect([log.snapshot.unread, log.readPosition?.lamport]).toEqual([0, 7])
    expect(log.snapshot.marker, 'stays while somebody looks').toMatchObject({ lamport: 2 })
    log.mark()
    expect(log.snapshot.marker).toBeUndefined()
  })

  it('marks what was missed, though it comes in while somebody looks', () => {
    const log = open(at(1, 'bo'))
    log.addPage(page(run(1, 1)), FIRST)
    log.hear(entry('bo', 2, 'live'), READING)
    expect(log.snapshot.marker).toBeUndefined()
    log.hear(entry('bo', 3, 'while you were away', { at: NOON - 60_000 }), READING)
    expect(log.snapshot).toMatchObject({ marker: { lamport: 1 }, unread: 0 })
    log.unmark()
    log.hear(entry('bo', 4, 'and this', { at: NOON - 50_000 }), READING)
    expect(log.snapshot.marker, 'somebody has looked').toBeUndefined()
    const busy = open(at(1, 'bo'))
    busy.hear(entry('me', 2, 'I am here'), READING)
    busy.hear(entry('bo', 3, 'while you were away', { at: NOON - 60_000 }), READING)
    expect(busy.snapshot.marker, 'whoever speaks has caught up').toBeUndefined()
    const newcomer = open()
    newcomer.addPage(page([]), FIRST)
    for (const one of run(1, 3)) newcomer.hear({ ...one, at: NOON - 60_000 }, READING)
    newcomer.markRead()
    newcomer.hear(entry('bo', 4, 'x', { at: NOON - 60_000 }), READING)
    expect(newcomer.snapshot.marker, 'whoever is new has missed nothing').toBeUndefined()
  })

  it('marks all where nothing was ever read', () => {
    const log = open()
    log.addPage(page(run(1, 2)), FIRST)
    log.mark()
    expect(log.snapshot).toMatchObject({ unread: 2, marker: { lamport: -1 } })
  })

  it('shows what is being stored at the end, until it is', () => {
    const log = open()
    const pending = (key: string, text: string) =>
      ({ kind: 'pending', key, at: NOON, content: { kind: 'text', text }, failure: undefined }) as const
    log.store(pending('a', 'one'))
    log.store(pending('b', 'two'))
    log.hear(entry('cy', 9, 'meanwhile'), READING)
    expect(texts(log)).toEqual(['meanwhile', 'one', 'two'])
    log.hear(entry('me', 10, 'one'), READING)
    expect(log.snapshot.items.map(({ kind }) => kind)).toEqual(['message', 'message', 'pending'])
    expect([log.change('b', 'no room'), log.change('a', undefined)]).toEqual([true, false])
    log.hear(entry('me', 11, 'two'), READING)
    expect(log.pending('b'), 'it failed: what is stored is another one').toMatchObject({ failure: 'no room' })
    expect(log.change('b', undefined)).toBe(true)
    expect(texts(log)).toEqual(['meanwhile', 'one', 'two'])
  })

  it('tells what arrived late until it was seen', () => {
    const log = open()
    const late = entry('bo', 1, 'from the train', { late: true })
    log.addPage(page(run(5, 6)), FIRST)
    log.hear(late, READING)
    log.hear(entry('me', 2, 'own', { late: true }), READING)
    expect(log.snapshot.lateUnseen).toEqual([late.id])
    expect([log.seeLate([late.id]), log.seeLate([late.id])]).toEqual([true, false])
    expect(log.snapshot.lateUnseen).toEqual([])
  })

  it('loses what a forged feed had', () => {
    const log = open()
    log.addPage(page(run(1, 3)), FIRST)
    log.remove(run(2, 2).map(({ id }) => id))
    expect(texts(log)).toEqual(['1', '3'])
  })
})

describe('a window of a long conversation', () => {
  it('lets the oldest go while somebody is at its end, or elsewhere', () => {
    for (const reading of [READING, AWAY]) {
      const log = open()
      for (const one of run(1, MAX_WINDOW + 1)) log.hear(one, reading)
      const { items, top } = log.snapshot
      expect([items.length, top]).toEqual([MAX_WINDOW * KEPT_SHARE, 'more'])
      expect(textsOf(items).at(-1)).toBe(`${MAX_WINDOW + 1}`)
      expect(log.oldest).toMatchObject({ lamport: MAX_WINDOW + 2 - items.length })
    }
  })

  it('lets the newest go while somebody reads far above, and still counts what comes', () => {
    const log = open()
    log.addPage(page(run(1_001, 1_100), true), FIRST)
    log.addPage(page(run(1, 1_000)), OLDER)
    for (const one of run(1_101, MAX_WINDOW + 1)) log.hear(one, ABOVE)
    expect(log.isCutOff).toBe(true)
    const held = log.snapshot.items.length
    expect(texts(log)[0]).toBe('1')
    log.hear(entry('bo', 9_999, 'news'), ABOVE)
    expect(log.snapshot.items).toHaveLength(held)
    expect(log.snapshot.unread).toBe(100 + (MAX_WINDOW + 1 - 1_100) + 1)
    log.hear(entry('bo', 10_000, { kind: 'edit', to: entry('bo', 1, '1').id, text: 'one' }), ABOVE)
    expect(texts(log)[0], 'what changes something that is held is shown').toBe('one')
    log.markRead()
    expect(log.readPosition).toBeUndefined()
    log.reset()
    log.addPage(page(run(9_900, 9_999), true), FIRST)
    expect(log.snapshot).toMatchObject({ isCutOff: false, unread: 100, top: 'more' })
  })

  it('keeps few that are huge, one at least', () => {
    const log = open()
    const huge = 'x'.repeat(MAX_HELD / 2 + 1)
    for (const lamport of [1, 2, 3]) log.hear(entry('bo', lamport, huge), READING)
    expect(log.snapshot.items).toHaveLength(1)
    log.hear(entry('bo', 4, huge + huge), READING)
    expect(log.snapshot.items).toMatchObject([{ position: { lamport: 4 } }])
  })
})
