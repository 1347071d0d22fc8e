import { describe, expect, it } from 'vitest'
import { memoryStore, RoomError } from '../mesh'
import { LEAVING_MS, LOOKING_MS, SETTLING_MS } from './limits'
import { labelText } from './names'
import { address, enter, member, RoomDouble, TimerDouble, textsOf } from './room-double'
import { RoomStore } from './room-store'

const bo = member('Bo')
const cy = member('Cy')
const gone = { status: 'gone', reach: 'none' } as const

describe('people', () => {
  it('who come and go are noted, but not those who were here when one arrived', async () => {
    const { room, clock, items } = await enter()
    room.meet(bo)
    expect(items()).toEqual([])
    clock.time += SETTLING_MS + 1
    room.meet(bo, cy)
    expect(items()).toMatchObject([{ kind: 'note', what: 'came', names: ['Cy'] }])
  })

  it('who leave are noted when they stay away, in the direct conversation too, if there is one', async () => {
    const { room, clock, store, items } = await enter([bo, cy])
    void store.say(bo.id, { kind: 'text', text: 'psst' })
    room.meet({ ...bo, ...gone }, { ...cy, ...gone })
    expect(items()).toEqual([])
    clock.pass(LEAVING_MS)
    expect(items()).toMatchObject([{ kind: 'note', what: 'left', names: ['Bo', 'Cy'] }])
    expect(items(bo.id)).toMatchObject([{ kind: 'message' }, { kind: 'note', what: 'left' }])
    expect(store.state.conversations.has(cy.id)).toBe(false)
  })

  it('who load the page again go on as the same person, and nobody reads of it', async () => {
    const { room, clock, items, unread } = await enter([bo])
    clock.time += SETTLING_MS + 1
    room.hear(bo, 'psst', { to: room.self.id })
    room.meet({ ...bo, ...gone })
    clock.pass(LEAVING_MS - 1)
    room.meet(bo)
    clock.pass(LEAVING_MS)
    room.hear(bo, 'me again', { to: room.self.id })
    expect(items()).toEqual([])
    expect(textsOf(items(bo.id))).toEqual(['psst', 'me again'])
    expect(unread(bo.id)).toBe(2)
  })

  it('who come again after a while are back', async () => {
    const { room, clock, items } = await enter([bo])
    room.meet({ ...bo, ...gone })
    clock.pass(LEAVING_MS)
    room.hear(cy, 'where is Bo?')
    clock.time += SETTLING_MS
    room.meet(bo)
    expect(items()).toMatchObject([
      { what: 'left' },
      { kind: 'message' },
      { kind: 'note', what: 'back', names: ['Bo'] },
    ])
  })

  it('who come in and speak at once came in first', async () => {
    const { room, clock, items } = await enter()
    clock.time += SETTLING_MS + 1
    room.meet(bo)
    room.hear(bo, 'hello')
    expect(items()).toMatchObject([{ what: 'came' }, { kind: 'message' }])
  })

  it('who change their name are noted, and labelled anew', async () => {
    const { room, store, items } = await enter([bo])
    room.meet({ ...bo, name: 'Bodil' })
    expect(items()).toMatchObject([{ kind: 'renamed', before: 'Bo', now: 'Bodil' }])
    expect([...store.state.labels.values()].map(labelText)).toEqual(['Bodil'])
  })

  it('keep the same labels while only round-trip times change', async () => {
    const { room, store } = await enter([bo])
    const before = store.state.labels
    room.meet({ ...bo, rtt: 7 })
    expect(store.state.labels).toBe(before)
    expect(store.state.members).toEqual([{ ...bo, rtt: 7 }])
  })
})

describe('a safety code', () => {
  it('is there for who is known', async () => {
    const { store } = await enter([bo])
    expect(store.safetyCode(bo.id)).toMatch(/^(\d{5} ?){8}$/)
    expect(store.safetyCode(cy.id)).toBeUndefined()
  })

  it('that was compared shows on the person, also when the browser does not remember it', async () => {
    const { room, store } = await enter([bo, cy])
    await store.setVerified(bo.id, true)
    expect(store.state.labels.get(bo.id)?.standing).toBe('verified')
    room.fault = new RoomError('not-stored', 'x')
    await expect(store.setVerified(cy.id, true)).rejects.toBe(room.fault)
    expect(store.state.labels.get(cy.id)?.standing).toBe('verified')
    room.fault = undefined
    await store.setVerified(bo.id, false)
    expect(store.state.labels.get(bo.id)?.standing).toBeUndefined()
  })
})

describe('somebody who is here and was not met', () => {
  it('is not passed over in silence', async () => {
    const { room, store } = await enter()
    room.warn(new RoomError('unreachable', 'left', { peer: bo.id }))
    expect(store.state.unmet).toBeUndefined()
    room.warn(new RoomError('unreachable', 'x'.repeat(9), { address: address('a') }))
    expect(store.state.unmet).toBe('out of reach')
    room.warn(new RoomError('wrong-password', 'x', { address: address('a') }))
    expect(store.state.unmet).toBe('another password')
  })

  it('is looked for in a room with a name before the page calls it empty', async () => {
    const clock = new TimerDouble()
    const [room, another] = [new RoomDouble(), new RoomDouble()]
    const [store, locked] = [room, another].map(
      (one) => new RoomStore({ room: one, clock, memory: memoryStore(), isNamed: true }),
    )
    expect(store?.state.unmet).toBe('not found yet')
    another.warn(new RoomError('wrong-password', 'x', { address: address('a') }))
    clock.pass(LOOKING_MS - 1)
    expect(store?.state.unmet).toBe('not found yet')
    clock.pass(1)
    expect(store?.state.unmet).toBeUndefined()
    expect(locked?.state.unmet).toBe('another password')
    expect((await enter()).store.state.unmet).toBeUndefined()
  })

  it('is one notice, however many they are', async () => {
    const { room, store } = await enter()
    for (const at of ['a', 'b', 'a']) room.warn(new RoomError('unreachable', 'Out of reach.', { address: address(at) }))
    expect(store.state.notices).toHaveLength(1)
  })

  it('has another password only until somebody with the same one is met', async () => {
    const { room, store } = await enter()
    room.warn(new RoomError('wrong-password', 'x', { address: address('a') }))
    room.warn(new RoomError('unreachable', 'x', { address: address('b') }))
    room.meet(bo)
    expect(store.state.notices.map(({ error }) => error.reason)).toEqual(['unreachable'])
  })
})
