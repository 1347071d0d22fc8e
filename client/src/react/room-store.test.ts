import { describe, expect, it, vi } from 'vitest'
import { RoomError } from '../mesh'
import { EVERYONE } from './conversation'
import { DRAW_EVERY_MS, MAX_CONVERSATIONS, MAX_ENTRIES, MAX_NOTICES, TRUSTED_CLOCK_MS } from './limits'
import { labelText } from './names'
import { enter, member } from './room-double'

const bo = member('Bo')
const cy = member('Cy')
const gone = { status: 'gone', reach: 'none' } as const

describe('what others say', () => {
  it('goes to the conversation it belongs to, and counts as unread where nobody looks', () => {
    const { room, store, entries, unread } = enter(bo)
    store.look(EVERYONE)
    room.hear(bo, 'to all', { at: 5 })
    room.hear(bo, 'to you', { direct: true })
    expect(entries()).toMatchObject([{ kind: 'heard', data: 'to all', at: 5, name: 'Bo' }])
    expect(entries(bo.id)).toMatchObject([{ kind: 'heard', data: 'to you' }])
    expect([unread(EVERYONE), unread(bo.id)]).toEqual([0, 1])
    store.look(bo.id)
    room.hear(bo, 'still there?')
    expect([unread(EVERYONE), unread(bo.id)]).toEqual([1, 0])
    store.look(undefined)
    room.hear(bo, 'psst', { direct: true })
    expect(unread(bo.id)).toBe(1)
  })

  it('is of the time it tells when that can be, else of its arrival', () => {
    const { room, clock, entries } = enter(bo)
    clock.time = 10_000_000
    const told = [clock.time - TRUSTED_CLOCK_MS, clock.time + TRUSTED_CLOCK_MS + 1, 0, Number.NaN]
    for (const at of told) room.hear(bo, 'x', { at })
    expect(entries().map(({ at }) => at)).toEqual([told[0], clock.time, clock.time, clock.time])
  })

  it('tells watchers, until they stop watching', () => {
    const { room, clock, store } = enter(bo)
    const watcher = vi.fn()
    const stop = store.subscribe(watcher)
    room.hear(bo, 'one')
    stop()
    clock.pass(DRAW_EVERY_MS)
    room.hear(bo, 'two')
    expect(watcher).toHaveBeenCalledTimes(1)
  })

  it('in a burst is there at once, and drawn as one', () => {
    const { room, clock, store, entries } = enter(bo)
    const watcher = vi.fn()
    store.subscribe(watcher)
    for (let count = 0; count < 100; count++) room.hear(bo, `${count}`)
    expect(entries()).toHaveLength(100)
    expect(watcher).toHaveBeenCalledTimes(1)
    clock.pass(DRAW_EVERY_MS)
    clock.pass(DRAW_EVERY_MS)
    expect(watcher).toHaveBeenCalledTimes(2)
  })

  it('is drawn soon even when the clock was set back', () => {
    const { room, clock, store } = enter(bo)
    const watcher = vi.fn()
    store.subscribe(watcher)
    room.hear(bo, 'one')
    clock.time -= 3_600_000
    room.hear(bo, 'two')
    clock.pass(DRAW_EVERY_MS)
    expect(watcher).toHaveBeenCalledTimes(2)
  })

  it('is heard no more after closing', () => {
    const { room, clock, store } = enter(bo)
    const watcher = vi.fn()
    store.subscribe(watcher)
    room.hear(bo, 'one')
    room.hear(bo, 'two')
    store.close()
    store.close()
    clock.pass(DRAW_EVERY_MS)
    expect(watcher).toHaveBeenCalledTimes(1)
    expect(room.listenerCount()).toBe(0)
  })

  it('from more people than there is room for pushes out who left, then who was quiet longest', () => {
    const { room, store, entries } = enter()
    const crowd = Array.from({ length: MAX_CONVERSATIONS }, (_, index) => member(`P${index}x`))
    room.meet(...crowd, bo, cy)
    for (const person of crowd) room.hear(person, 'hi', { direct: true })
    const [first, second] = crowd
    if (!first || !second) throw new Error('a crowd has people')
    room.meet(...crowd.map((person) => (person === second ? { ...person, ...gone } : person)), bo, cy)
    room.hear(bo, 'me too', { direct: true })
    expect(entries(second.id)).toEqual([])
    room.hear(cy, 'and me', { direct: true })
    expect(entries(first.id)).toEqual([])
    expect(store.state.conversations.size).toBe(MAX_CONVERSATIONS + 1)
  })
})

describe('what one says to everyone', () => {
  it('shows at once, and then how far it has come', async () => {
    const { room, store, entries } = enter(bo, cy)
    const saying = store.say(EVERYONE, 'hello')
    expect(entries()).toMatchObject([{ kind: 'said', data: 'hello', at: 1_000, delivery: { kind: 'sending' } }])
    await expect(saying).resolves.toEqual({ kind: 'kept' })
    expect(entries()).toMatchObject([{ delivery: { kind: 'sent', delivered: 0, of: 2 } }])
    room.emit('receipt', { id: 'me.1', by: bo.id, delivered: 1, of: 2 })
    expect(entries()).toMatchObject([{ delivery: { kind: 'sent', delivered: 1, of: 2 } }])
    room.emit('receipt', { id: 'me.1', delivered: 1, of: 1 })
    expect(entries()).toMatchObject([{ delivery: { kind: 'sent', delivered: 1, of: 1 } }])
  })

  it('loses no receipt that comes before the id is known', async () => {
    const { room, store, entries } = enter(bo)
    const saying = store.say(EVERYONE, 'hello')
    room.emit('receipt', { id: 'me.1', by: bo.id, delivered: 1, of: 1 })
    await saying
    expect(entries()).toMatchObject([{ delivery: { kind: 'sent', delivered: 1, of: 1 } }])
  })

  it('comes back when it can never be sent, and leaves nothing in the log', async () => {
    const { room, store, entries } = enter(bo)
    room.fault = new RoomError('too-large', 'x', { limit: 1024, size: 2048 })
    await expect(store.say(EVERYONE, 'long')).resolves.toEqual({
      kind: 'handed-back',
      why: 'it is 2 KiB long, and one message can be 1 KiB at most',
    })
    expect(entries()).toEqual([])
  })

  it('stays with the reason when it failed, and can be said again, as new', async () => {
    const { room, clock, store, entries } = enter(bo)
    room.fault = new RoomError('overloaded', 'x')
    await store.say(EVERYONE, 'hello')
    const [failed] = entries()
    expect(failed).toMatchObject({ delivery: { kind: 'failed', why: expect.stringContaining('on their way') } })
    room.fault = undefined
    room.hear(bo, 'in between')
    clock.time = 2_000
    await store.sayAgain(EVERYONE, failed?.key ?? '')
    expect(entries()).toMatchObject([{ data: 'in between' }, { data: 'hello', at: 2_000, delivery: { kind: 'sent' } }])
    expect(room.said).toEqual([{ to: EVERYONE, data: 'hello' }])
  })

  it('is not said twice when only a delivered message is asked for again', async () => {
    const { room, store, entries } = enter(bo)
    await store.say(EVERYONE, 'hello')
    await store.sayAgain(EVERYONE, entries()[0]?.key ?? '')
    expect(room.said).toHaveLength(1)
  })

  it('fails with words, and a trace for whoever mends it, when the page is at fault', async () => {
    const trace = vi.spyOn(console, 'error').mockReturnValue()
    const { room, store, entries } = enter(bo)
    room.fault = new TypeError('x is not a function')
    await store.say(EVERYONE, 'hello')
    expect(entries()).toMatchObject([{ delivery: { kind: 'failed', why: expect.stringContaining('broke') } }])
    expect(trace).toHaveBeenCalledOnce()
    trace.mockRestore()
  })
})

describe('what one says to one person', () => {
  it('is delivered when that person has it, and nobody else sees it', async () => {
    const { room, store, entries } = enter(bo, cy)
    await store.say(bo.id, 'psst')
    expect(room.said).toEqual([{ to: bo.id, data: 'psst' }])
    expect(entries(bo.id)).toMatchObject([{ delivery: { kind: 'sent', delivered: 1, of: 1 } }])
    expect(entries()).toEqual([])
  })

  it('says so when that person has left', async () => {
    const { room, store, entries } = enter(bo)
    room.fault = new RoomError('unreachable', 'Bo is gone.', { peer: bo.id })
    await store.say(bo.id, 'wait')
    expect(entries(bo.id)).toMatchObject([{ delivery: { kind: 'failed', why: expect.stringContaining('left') } }])
  })
})

describe('a flood', () => {
  it('of messages is drawn as often as anything else, and pushes nobody out', () => {
    const { room, clock, store, entries } = enter(bo, cy)
    room.hear(cy, 'the one that matters')
    const watcher = vi.fn(() => store.state)
    store.subscribe(watcher)
    const frames = 100
    for (let frame = 0; frame < frames; frame++) {
      for (let count = 0; count < (2 * MAX_ENTRIES) / frames; count++) room.hear(bo, `${count}`)
      clock.pass(DRAW_EVERY_MS)
    }
    expect(watcher).toHaveBeenCalledTimes(frames)
    expect(entries().length).toBeLessThanOrEqual(MAX_ENTRIES)
    expect(entries()[0]).toMatchObject({ data: 'the one that matters' })
  })

  it('of names leaves one line, and one state for each drawing', () => {
    const { room, clock, store, entries } = enter(bo)
    const states = new Set<unknown>()
    store.subscribe(() => states.add(store.state))
    for (let count = 0; count < 1000; count++) room.meet({ ...bo, name: `Bo ${count}` })
    clock.pass(DRAW_EVERY_MS)
    expect(states.size).toBe(2)
    expect(entries()).toMatchObject([{ kind: 'renamed', now: 'Bo 999' }])
  })
})

describe('the own name', () => {
  it('changes for all to see', async () => {
    const { store } = enter()
    await store.rename('Ada K.')
    expect(store.state.self.name).toBe('Ada K.')
  })

  it('marks others who have the same', async () => {
    const { store } = enter(bo)
    await store.rename('BO')
    expect([...store.state.labels.values()].map(labelText)).toEqual(['Bo · bo00'])
  })

  it('is in use even when the browser would not remember it', async () => {
    const { room, store } = enter()
    room.fault = new RoomError('not-stored', 'x')
    await expect(store.rename('Ada K.')).rejects.toBe(room.fault)
    expect(store.state.self.name).toBe('Ada K.')
  })
})

it('notices stay few, and go when dismissed', () => {
  const { room, store } = enter()
  for (let count = 0; count <= MAX_NOTICES; count++) room.warn(new RoomError('unreachable', `${count}`))
  expect(store.state.notices.map(({ error }) => error.message)).toEqual(['1', '2', '3'])
  store.dismiss(store.state.notices[0]?.key ?? '')
  expect(store.state.notices).toHaveLength(MAX_NOTICES - 1)
})

it('notices that say the same are one', () => {
  const { room, store } = enter(bo, cy)
  for (const peer of [bo, cy, bo]) room.warn(new RoomError('overloaded', 'x', { peer: peer.id }))
  for (const peer of [bo, cy]) room.warn(new RoomError('incompatible', 'x', { peer: peer.id }))
  expect(store.state.notices.map(({ error }) => error.details.peer)).toEqual([bo.id, cy.id, bo.id])
})
