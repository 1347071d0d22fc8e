import { describe, expect, it } from 'vitest'
import { EVERYONE } from './conversation'
import { TYPING_EVERY_MS, TYPING_HOLDS_MS } from './limits'
import { enter, member } from './room-double'

const bo = member('Bo')
const cy = member('Cy')
const sign = (from = bo, data: boolean | string = true, direct = false) =>
  ({ from: from.id, topic: 'typing', data, direct }) as const

describe('others who type', () => {
  it('show where they do, until they stop, say it, or are not heard of', async () => {
    const { room, clock, store } = await enter([bo, cy])
    room.emit('signal', sign())
    room.emit('signal', sign(cy))
    room.emit('signal', sign(cy, true, true))
    expect([...store.state.typing]).toEqual([
      [EVERYONE, [bo.id, cy.id]],
      [cy.id, [cy.id]],
    ])
    const before = store.state.typing
    expect(store.state.typing).toBe(before)
    room.hear(bo, 'hello')
    room.emit('signal', sign(cy, false, true))
    expect([...store.state.typing]).toEqual([[EVERYONE, [cy.id]]])
    clock.pass(TYPING_HOLDS_MS - 1)
    room.emit('signal', sign(cy))
    clock.pass(TYPING_HOLDS_MS - 1)
    expect(store.state.typing.size).toBe(1)
    clock.pass(1)
    expect(store.state.typing.size).toBe(0)
  })

  it('type no more once they are gone', async () => {
    const { room, store } = await enter([bo, cy])
    room.emit('signal', sign())
    room.emit('signal', sign(bo, true, true))
    room.emit('signal', sign(cy))
    room.meet({ ...bo, status: 'gone' }, cy)
    expect([...store.state.typing]).toEqual([[EVERYONE, [cy.id]]])
  })

  it('are not made up from other signals', async () => {
    const { room, store } = await enter([bo])
    room.emit('signal', { ...sign(), topic: 'cursor' })
    room.emit('signal', sign(bo, 'yes'))
    expect(store.state.typing.size).toBe(0)
  })
})

describe('one’s own typing', () => {
  it('is told seldom, and where one types', async () => {
    const { room, clock, store } = await enter([bo])
    store.type(EVERYONE, true)
    store.type(EVERYONE, true)
    store.type(bo.id, true)
    clock.time += TYPING_EVERY_MS
    store.type(EVERYONE, true)
    expect(room.signals).toEqual([
      { topic: 'typing', data: true, to: undefined },
      { topic: 'typing', data: true, to: bo.id },
      { topic: 'typing', data: true, to: undefined },
    ])
  })

  it('ends with what was said, or with a word when it comes to nothing', async () => {
    const { room, store } = await enter([bo])
    store.type(EVERYONE, true)
    await store.say(EVERYONE, { kind: 'text', text: 'hello' })
    store.type(EVERYONE, false)
    expect(room.signals).toHaveLength(1)
    store.type(EVERYONE, true)
    store.type(EVERYONE, false)
    expect(room.signals.map(({ data }) => data)).toEqual([true, true, false])
  })
})
