import { describe, expect, it, vi } from 'vitest'
import { RoomError } from '../mesh'
import { EVERYONE } from './conversation'
import { STORED_WITHIN_MS } from './limits'
import { enter, member, settle, textsOf } from './room-double'

const bo = member('Bo')
const cy = member('Cy')
const text = (words: string) => ({ kind: 'text', text: words }) as const

describe('what one says', () => {
  it('shows at once, and as stored when it is', async () => {
    const { store, items } = await enter([bo, cy])
    const saying = store.say(EVERYONE, text('hello'))
    expect(textsOf(items())).toEqual(['hello'])
    await expect(saying).resolves.toEqual({ kind: 'kept' })
    expect(items()).toMatchObject([{ kind: 'message', isOwn: true, body: { text: 'hello' } }])
  })

  it('to one person shows as stored long before they have it, and nobody else sees it', async () => {
    const { room, store, items } = await enter([bo, cy])
    void store.say(bo.id, text('psst'))
    await settle()
    expect(store.hasPending).toBe(false)
    expect(items(bo.id)).toMatchObject([{ kind: 'message', body: { text: 'psst' } }])
    expect(items()).toEqual([])
    expect(room.log).toMatchObject([{ to: bo.id }])
  })

  it('is not failed when the room is left after it was stored', async () => {
    const { room, store, items } = await enter([bo])
    room.send = async (to, content) => {
      room.hear({ ...member('me'), ...room.self }, content, { to })
      throw new RoomError('left', 'x')
    }
    await store.say(bo.id, text('psst'))
    expect(items(bo.id)).toMatchObject([{ kind: 'message' }])
  })

  it('comes back when it can never be sent, and leaves nothing in the log', async () => {
    const { room, store, items } = await enter([bo])
    room.fault = new RoomError('too-large', 'x', { limit: 1024, size: 2048 })
    await expect(store.say(EVERYONE, text('long'))).resolves.toEqual({
      kind: 'handed-back',
      why: 'it is 2 KiB long, and one message can be 1 KiB at most',
    })
    expect(items()).toEqual([])
  })

  it('stays with the reason when it could not be taken, and can be said again, as new', async () => {
    const { room, clock, store, items } = await enter([bo])
    room.fault = new RoomError('overloaded', 'x')
    await store.say(EVERYONE, text('hello'))
    const [failed] = items()
    expect(failed).toMatchObject({ kind: 'pending', failure: expect.stringContaining('on their way') })
    expect(store.hasPending).toBe(true)
    room.fault = undefined
    room.hear(bo, 'in between')
    clock.time += 2_000
    await store.sayAgain(EVERYONE, failed?.key ?? '')
    await store.sayAgain(EVERYONE, failed?.key ?? '')
    expect(textsOf(items())).toEqual(['in between', 'hello'])
    expect(items().map(({ kind }) => kind)).toEqual(['message', 'message'])
  })

  it('fails with words, and a trace for whoever mends it, when the page is at fault', async () => {
    const trace = vi.spyOn(console, 'error').mockReturnValue()
    const { room, store, items } = await enter([bo])
    room.fault = new TypeError('x is not a function')
    await store.say(EVERYONE, text('hello'))
    expect(items()).toMatchObject([{ failure: expect.stringContaining('broke') }])
    expect(trace).toHaveBeenCalledOnce()
    trace.mockRestore()
  })
})

describe('a change to what was said', () => {
  it('shows when it is stored', async () => {
    const { store, room, items } = await enter([bo])
    const { id } = room.hear(bo, 'hello')
    await store.say(EVERYONE, { kind: 'reply', to: id, text: 'hi' })
    const own = items()[1]
    if (own?.kind !== 'message') throw new Error('it is stored')
    await store.edit(EVERYONE, own.id, 'hi!')
    await store.react(EVERYONE, id, '👍', true)
    expect(items()).toMatchObject([
      { reactions: [{ emoji: '👍', authors: [room.self.id] }] },
      { body: { text: 'hi!', isEdited: true }, replyTo: id },
    ])
    await store.react(EVERYONE, id, '👍', false)
    await store.remove(EVERYONE, own.id)
    expect(items()).toMatchObject([{ reactions: [] }, { body: { kind: 'removed' } }])
  })

  it('to one person waits for nobody', async () => {
    const { store, room, clock, items } = await enter([bo])
    const { id } = room.hear(bo, 'psst', { to: room.self.id })
    const reacting = store.react(bo.id, id, '👍', true)
    await settle()
    clock.pass(STORED_WITHIN_MS)
    await reacting
    expect(items(bo.id)).toMatchObject([{ reactions: [{ emoji: '👍' }] }])
  })

  it('that can never be sent is handed back, another that cannot be taken is told', async () => {
    const { store, room } = await enter([bo])
    const { id } = room.hear(bo, 'hello')
    room.fault = new RoomError('too-large', 'x', { limit: 1024, size: 2048 })
    await expect(store.edit(bo.id, id, 'long')).resolves.toMatchObject({ kind: 'handed-back' })
    room.fault = new RoomError('overloaded', 'x')
    await store.react(EVERYONE, id, '👍', true)
    expect(store.state.notices).toHaveLength(1)
    room.fault = new RoomError('left', 'x')
    await store.remove(EVERYONE, id)
    expect(store.state.notices).toHaveLength(1)
  })
})
