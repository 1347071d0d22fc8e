import { describe, expect, it } from 'vitest'
import { RoomError } from '../mesh'
import { RoomDouble, TimerDouble } from './room-double'
import { Session } from './session'

const PAGE = 'https://starling.example/'
const SECRET = '#/r/AAAAAAAAAAAAAAAAAAAAAA'

/** A page whose joins end when the test lets them. */
function openPage(hash = '') {
  const page = { address: PAGE + hash, opened: [] as string[] }
  const joins: { link: string | undefined; room: RoomDouble; letIn(): void; refuse(error: Error): void }[] = []
  const session = new Session({
    joinRoom: ({ link }) =>
      new Promise((resolve, reject) => {
        const room = new RoomDouble(link ?? PAGE + SECRET)
        joins.push({ link, room, letIn: () => resolve(room), refuse: reject })
      }),
    address: {
      read: () => page.address,
      push: (target) => {
        page.address = PAGE + target
      },
      open: (link) => page.opened.push(link),
    },
    clock: new TimerDouble(),
  })
  const join = (index = joins.length - 1) => {
    const found = joins[index]
    if (!found) throw new Error('nobody has joined yet')
    return found
  }
  return { page, session, joins, join }
}

describe('a new room', () => {
  it('is one, however often somebody clicks, and its link becomes the address', async () => {
    const { page, session, joins, join } = openPage()
    const opening = session.openRoom()
    await session.openRoom()
    expect(joins).toHaveLength(1)
    join().letIn()
    await opening
    expect(page.address).toBe(PAGE + SECRET)
    expect(session.state.kind).toBe('inside')
    await session.follow()
    expect(joins).toHaveLength(1)
  })
})

describe('the address', () => {
  it('is followed into a room, once', async () => {
    const { session, joins, join } = openPage(SECRET)
    const following = session.follow()
    await session.follow()
    join().letIn()
    await following
    await session.follow()
    expect(joins.map(({ link }) => link)).toEqual([PAGE + SECRET])
    expect(session.state.kind).toBe('inside')
  })

  it('is followed back out and in again', async () => {
    const { page, session, joins, join } = openPage(SECRET)
    const following = session.follow()
    join().letIn()
    await following
    page.address = PAGE
    await session.follow()
    expect(session.state.kind).toBe('start')
    expect(join(0).room.leaves).toBe(1)
    expect(join(0).room.listenerCount()).toBe(0)
    page.address = PAGE + SECRET
    const again = session.follow()
    join().letIn()
    await again
    expect(joins).toHaveLength(2)
    expect(session.state.kind).toBe('inside')
  })

  it('changed while joining leaves the room that comes too late', async () => {
    const { page, session, join } = openPage(SECRET)
    const following = session.follow()
    page.address = PAGE
    await session.follow()
    join().letIn()
    await following
    expect(session.state.kind).toBe('start')
    expect(join().room.leaves).toBe(1)
  })

  it('that names no room is said to, with the reason', async () => {
    const { session, joins } = openPage('#/r/short')
    await session.follow()
    expect(session.state).toMatchObject({ kind: 'failed', failure: { kind: 'bad-link' } })
    expect(joins).toHaveLength(0)
  })
})

describe('joining', () => {
  it('that is refused can be tried again', async () => {
    const { session, join } = openPage(SECRET)
    const following = session.follow()
    const error = new RoomError('refused', 'The room is full.')
    join().refuse(error)
    await following
    expect(session.state).toEqual({ kind: 'failed', failure: { kind: 'refused', error } })
    const retrying = session.retry()
    join().letIn()
    await retrying
    expect(session.state.kind).toBe('inside')
  })

  it('that breaks says how', async () => {
    const { session, join } = openPage(SECRET)
    const following = session.follow()
    join().refuse(new TypeError('x is not a function'))
    await following
    expect(session.state).toEqual({ kind: 'failed', failure: { kind: 'broken', reason: 'x is not a function' } })
  })

  it('by name or link goes to the room, to another page, or nowhere', () => {
    const { page, session, joins } = openPage()
    expect(session.goTo('').kind).toBe('nowhere')
    expect(session.goTo(`https://other.example/${SECRET}`).kind).toBe('elsewhere')
    expect(page.opened).toEqual([`https://other.example/${SECRET}`])
    expect(joins).toHaveLength(0)
    expect(session.goTo('reading circle').kind).toBe('here')
    expect(joins.map(({ link }) => link)).toEqual([`${PAGE}#/n/reading%20circle`])
  })
})

describe('a page that the browser puts away', () => {
  it('leaves, and enters again when it is taken out', async () => {
    const { session, joins, join } = openPage(SECRET)
    const following = session.follow()
    join().letIn()
    await following
    session.suspend()
    expect(join().room.leaves).toBe(1)
    const resuming = session.resume()
    join().letIn()
    await resuming
    expect(joins).toHaveLength(2)
    expect(session.state.kind).toBe('inside')
  })
})
