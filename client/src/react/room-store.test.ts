import { describe, expect, it, vi } from 'vitest'
import { RoomError } from '../mesh'
import { EVERYONE } from './conversation'
import { DRAW_EVERY_MS, KEEP_READ_EVERY_MS, MAX_CONVERSATIONS, MAX_NOTICES, MAX_WINDOW, PAGE_ENTRIES } from './limits'
import { labelText } from './names'
import { enter, member, RoomDouble, settle, textsOf } from './room-double'

const bo = member('Bo')
const cy = member('Cy')
const me = { id: new RoomDouble().self.id, name: 'Ada' }
const gone = { status: 'gone', reach: 'none' } as const

describe('what others say', () => {
  it('goes to the conversation it belongs to, and counts as unread where nobody looks at its end', async () => {
    const { room, store, items, unread, read } = await enter([bo])
    read(EVERYONE)
    room.hear(bo, 'to all')
    room.hear(bo, 'to you', { to: me.id })
    expect(textsOf(items())).toEqual(['to all'])
    expect(textsOf(items(bo.id))).toEqual(['to you'])
    expect([unread(EVERYONE), unread(bo.id)]).toEqual([0, 1])
    read(bo.id)
    room.hear(bo, 'still there?')
    expect([unread(EVERYONE), unread(bo.id)]).toEqual([1, 0])
    store.follow(false)
    room.hear(bo, 'psst', { to: me.id })
    expect(unread(bo.id), 'somebody reads far above').toBe(1)
    store.follow(true)
    expect(unread(bo.id)).toBe(0)
  })

  it('tells watchers, until they stop watching', async () => {
    const { room, clock, store } = await enter([bo])
    const watcher = vi.fn()
    const stop = store.subscribe(watcher)
    clock.pass(DRAW_EVERY_MS)
    room.hear(bo, 'one')
    stop()
    clock.pass(DRAW_EVERY_MS)
    room.hear(bo, 'two')
    expect(watcher).toHaveBeenCalledTimes(1)
  })

  it('in a burst is there at once, and drawn as one, also when somebody sets the clock back', async () => {
    const { room, clock, store, items } = await enter([bo])
    const watcher = vi.fn()
    store.subscribe(watcher)
    for (let count = 0; count < 100; count++) room.hear(bo, `${count}`)
    expect(items()).toHaveLength(100)
    expect(watcher).toHaveBeenCalledTimes(1)
    clock.time -= 3_600_000
    room.hear(bo, 'more')
    clock.time += DRAW_EVERY_MS
    clock.pass(3_600_000)
    expect(watcher).toHaveBeenCalledTimes(2)
  })

  it('is heard no more after closing', async () => {
    const { room, clock, store } = await enter([bo])
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

  it('from more people than there is room for pushes out who left, then who was quiet longest', async () => {
    const { room, store, items } = await enter()
    const crowd = Array.from({ length: MAX_CONVERSATIONS }, (_, index) => member(`P${index}x`))
    room.meet(...crowd, bo, cy)
    for (const person of crowd) room.hear(person, 'hi', { to: me.id })
    const [first, second] = crowd
    if (!first || !second) throw new Error('a crowd has people')
    room.meet(...crowd.map((person) => (person === second ? { ...person, ...gone } : person)), bo, cy)
    room.hear(bo, 'me too', { to: me.id })
    expect(items(second.id)).toEqual([])
    room.hear(cy, 'and me', { to: me.id })
    expect(items(first.id)).toEqual([])
    expect(store.state.conversations.size).toBe(MAX_CONVERSATIONS + 1)
  })

  it('is gone when its author wrote two feeds', async () => {
    const { room, items } = await enter([bo])
    const { id } = room.hear(bo, 'forged')
    room.hear(bo, 'not', { to: me.id })
    room.emit('removed', { ids: [id] })
    expect([items(), textsOf(items(bo.id))]).toEqual([[], ['not']])
  })
})

describe('what was said before', () => {
  const full = (count: number) => {
    const room = new RoomDouble()
    for (let index = 1; index <= count; index++) room.write(bo, `${index}`)
    return room
  }

  it('is there after a reload, as far as a page goes, and more of it when somebody scrolls up', async () => {
    const { room, store, items } = await enter([bo], full(250))
    expect(textsOf(items())[0]).toBe('151')
    expect(store.state.conversations.get(EVERYONE)?.top).toBe('more')
    // A run of one person is folded, so that one page more shows nothing new.
    await store.loadOlder(EVERYONE)
    expect(textsOf(items())[0]).toBe('1')
    expect(store.state.conversations.get(EVERYONE)?.top).toBe('beginning')
    const asked = room.asked.length
    await store.loadOlder(EVERYONE)
    expect(room.asked).toHaveLength(asked)
  })

  it('says when older messages are held by nobody', async () => {
    const room = full(3)
    room.isComplete = false
    const { store } = await enter([bo], room)
    expect(store.state.conversations.get(EVERYONE)?.top).toBe('missing')
  })

  it('is found, however far above, and the end is found again', async () => {
    const room = full(MAX_WINDOW + 1_000)
    const { store, items } = await enter([bo], room)
    const [first, second] = room.log
    if (!first || !second) throw new Error('the log is full')
    await expect(store.seek(EVERYONE, first.id)).resolves.toBe(true)
    expect(textsOf(items())[0]).toBe('1')
    expect(store.state.conversations.get(EVERYONE)?.isCutOff).toBe(true)
    expect(items().length).toBeLessThanOrEqual(MAX_WINDOW)
    await store.loadEnd(EVERYONE)
    expect(textsOf(items()).at(-1)).toBe(`${MAX_WINDOW + 1_000}`)
    expect(store.state.conversations.get(EVERYONE)?.isCutOff).toBe(false)
    await expect(store.seek(EVERYONE, `${bo.id}.99999` as typeof first.id)).resolves.toBe(false)
  })

  it('to one person is there again, also when they are away', async () => {
    const room = new RoomDouble()
    room.write(cy, 'psst', { to: me.id })
    room.write(me, 'yes?', { to: cy.id })
    const { store, items } = await enter([bo], room)
    expect(textsOf(items(cy.id))).toEqual(['psst', 'yes?'])
    await Promise.race([store.say(cy.id, { kind: 'text', text: 'back yet?' }), settle()])
    expect(items(cy.id).at(-1)).toMatchObject({ kind: 'message', body: { text: 'back yet?' } })
  })

  it('is unread from where reading stopped, over a reload', async () => {
    const room = full(3)
    const { memory, clock, store, read } = await enter([bo], room)
    read(EVERYONE)
    clock.pass(KEEP_READ_EVERY_MS)
    store.close()
    room.write(bo, 'meanwhile')
    const again = await enter([bo], room, memory)
    expect(again.unread(EVERYONE)).toBe(1)
    again.read(EVERYONE)
    expect(again.store.state.conversations.get(EVERYONE)).toMatchObject({ unread: 0, marker: { seq: 3 } })
    again.store.look(undefined)
    again.read(EVERYONE)
    expect(again.store.state.conversations.get(EVERYONE)?.marker).toBeUndefined()
  })

  it('is not unread to whoever comes in for the first time', async () => {
    const { unread } = await enter([bo], full(3))
    expect(unread(EVERYONE)).toBe(0)
  })

  it('marks where reading stopped, though somebody looks before it is loaded', async () => {
    const room = full(3)
    const { memory, clock, store, read } = await enter([bo], room)
    read(EVERYONE)
    clock.pass(KEEP_READ_EVERY_MS)
    store.close()
    room.write(bo, 'meanwhile')
    const entering = enter([bo], room, memory)
    const again = await entering
    expect(again.store.state.conversations.get(EVERYONE)?.unread).toBe(1)
  })

  it('that cannot be read is tried again, and traced', async () => {
    const trace = vi.spyOn(console, 'error').mockReturnValue()
    const room = new RoomDouble()
    for (let index = 1; index <= PAGE_ENTRIES + 50; index++) room.write(index % 2 ? bo : cy, `${index}`)
    const { store, items } = await enter([cy], room)
    const { history } = room
    room.history = () => Promise.reject(new Error('broken'))
    await store.loadOlder(EVERYONE)
    expect(trace).toHaveBeenCalled()
    room.history = history.bind(room)
    await store.loadOlder(EVERYONE)
    expect(items()).toHaveLength(PAGE_ENTRIES + 50)
    trace.mockRestore()
  })
})

describe('a flood', () => {
  it('of messages is drawn as often as anything else, and fills no memory', async () => {
    const { room, clock, store, items } = await enter([bo, cy])
    room.hear(cy, 'the one that matters')
    const watcher = vi.fn(() => store.state)
    store.subscribe(watcher)
    const frames = 20
    for (let frame = 0; frame < frames; frame++) {
      for (let count = 0; count < (2 * MAX_WINDOW) / frames; count++) room.hear(bo, `${count}`)
      clock.pass(DRAW_EVERY_MS)
    }
    expect(watcher.mock.calls.length).toBeLessThanOrEqual(frames + 1)
    expect(items().length).toBeLessThanOrEqual(MAX_WINDOW)
    expect(store.state.conversations.get(EVERYONE)?.top).toBe('more')
  })

  it('of names leaves one line, and one state for each drawing', async () => {
    const { room, clock, store, items } = await enter([bo])
    const states = new Set<unknown>()
    store.subscribe(() => states.add(store.state))
    for (let count = 0; count < 1000; count++) room.meet({ ...bo, name: `Bo ${count}` })
    clock.pass(DRAW_EVERY_MS)
    expect(states.size).toBe(2)
    expect(items()).toMatchObject([{ kind: 'renamed', now: 'Bo 999' }])
  })
})

describe('the own name', () => {
  it('changes for all to see, and marks others who have the same', async () => {
    const { store } = await enter([bo])
    await store.rename('BO')
    expect(store.state.self.name).toBe('BO')
    expect([...store.state.labels.values()].map(labelText)).toEqual(['Bo · bo00'])
  })

  it('is in use even when the browser would not remember it', async () => {
    const { room, store } = await enter()
    room.fault = new RoomError('not-stored', 'x')
    await expect(store.rename('Ada K.')).rejects.toBe(room.fault)
    expect(store.state.self.name).toBe('Ada K.')
  })
})

it('how far a message has come is the library’s to tell, and drawn anew with each receipt', async () => {
  const { room, clock, store, items } = await enter([bo, cy])
  await store.say(EVERYONE, { kind: 'text', text: 'hello' })
  const [message] = items()
  if (message?.kind !== 'message') throw new Error('it is stored')
  expect(store.delivery(message.id)).toEqual({ delivered: 0, of: 2 })
  clock.pass(DRAW_EVERY_MS)
  const watcher = vi.fn()
  store.subscribe(watcher)
  room.receipts.set(message.id, { delivered: 1, of: 2 })
  room.emit('receipt', { by: bo.id, with: undefined, upTo: 1 })
  clock.pass(DRAW_EVERY_MS)
  expect(watcher).toHaveBeenCalled()
  expect(store.delivery(message.id)).toEqual({ delivered: 1, of: 2 })
})

it('notices stay few, go when dismissed, and those that say the same are one', async () => {
  const { room, store } = await enter([bo, cy])
  for (let count = 0; count <= MAX_NOTICES; count++) room.warn(new RoomError('unreachable', `${count}`))
  expect(store.state.notices.map(({ error }) => error.message)).toEqual(['1', '2', '3'])
  for (const { key } of store.state.notices) store.dismiss(key)
  for (const peer of [bo, cy, bo]) room.warn(new RoomError('overloaded', 'x', { peer: peer.id }))
  for (const peer of [bo, cy]) room.warn(new RoomError('incompatible', 'x', { peer: peer.id }))
  expect(store.state.notices.map(({ error }) => error.details.peer)).toEqual([bo.id, cy.id, bo.id])
})

it('forgetting removes how far was read, too', async () => {
  const { room, store, memory, clock, read } = await enter([bo])
  read(EVERYONE)
  room.hear(bo, 'x')
  clock.pass(KEEP_READ_EVERY_MS)
  await settle()
  expect(await memory.get(`read:${room.id}`)).toBeDefined()
  room.hear(bo, 'y')
  await store.forget()
  store.close()
  await settle()
  expect(await memory.get(`read:${room.id}`)).toBeUndefined()
  expect(room.isForgotten).toBe(true)
})
