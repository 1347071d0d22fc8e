import { describe, expect, it } from 'vitest'
import { memoryStore, RoomError } from '../mesh'
import { RoomDouble, TimerDouble } from './room-double'
import { Session } from './session'

const PAGE = 'https://starling.example/'
const SECRET = '#/r/AAAAAAAAAAAAAAAAAAAAAA'

interface Join {
  readonly link: string | undefined
  readonly password: string | undefined
  readonly room: RoomDouble
  onProgress(share: number): void
  letIn(): void
  refuse(error: Error): void
}

/** A page whose joins end when the test lets them. */
function openPage(hash = '') {
  const page = { address: PAGE + hash, opened: [] as string[] }
  const joins: Join[] = []
  const session = new Session({
    joinRoom: ({ link, password, onProgress = () => {} }) =>
      new Promise((resolve, reject) => {
        const room = new RoomDouble(link ?? PAGE + SECRET)
        joins.push({ link, password, room, onProgress, letIn: () => resolve(room), refuse: reject })
      }),
    address: {
      read: () => page.address,
      push: (target) => {
        page.address = PAGE + target
      },
      replace: (target) => {
        page.address = PAGE + target
      },
      open: (link) => page.opened.push(link),
    },
    clock: new TimerDouble(),
    memory: memoryStore(),
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

describe('a room with a password', () => {
  const NAMED = '#/n/reading%20circle'
  const needsPassword = new RoomError('needs-password', 'x')

  async function openAsked() {
    const opened = openPage(NAMED)
    const following = opened.session.follow()
    opened.join().refuse(needsPassword)
    await following
    return opened
  }

  it('asks for it', async () => {
    const { session, join } = await openAsked()
    expect(join(0).password).toBeUndefined()
    expect(session.state).toEqual({ kind: 'asking', name: 'reading circle', problem: undefined })
  })

  it('is entered with it, once, without the blanks around it, and tells how far that is', async () => {
    const { session, joins, join } = await openAsked()
    const entering = session.enterWith(' correct horse \n')
    await session.enterWith('correct horse')
    expect(joins).toHaveLength(2)
    expect(join()).toMatchObject({ link: PAGE + NAMED, password: 'correct horse' })
    expect(session.state).toEqual({ kind: 'joining', name: 'reading circle', hashed: 0 })
    join().onProgress(0.5)
    expect(session.state).toEqual({ kind: 'joining', name: 'reading circle', hashed: 0.5 })
    join().letIn()
    await entering
    expect(session.state).toMatchObject({ kind: 'inside', name: 'reading circle' })
    join().onProgress(1)
    expect(session.state.kind).toBe('inside')
  })

  it.each(['', '   ', 'short', 'x'.repeat(257)])('says at once that %j is none', async (typed) => {
    const { session, joins } = await openAsked()
    await session.enterWith(typed)
    expect(session.state).toMatchObject({ kind: 'asking', problem: expect.stringMatching(/password/) })
    expect(joins).toHaveLength(1)
  })

  it('says what the library finds wrong with it', async () => {
    const { session, join } = await openAsked()
    const entering = session.enterWith('12345678')
    join().refuse(new RoomError('bad-data', 'That is no password.'))
    await entering
    expect(session.state).toMatchObject({ kind: 'asking', problem: 'That is no password.' })
  })

  it('can be turned away from while the password is worked on', async () => {
    const { page, session, join } = await openAsked()
    const entering = session.enterWith('correct horse')
    page.address = PAGE
    await session.follow()
    join().onProgress(0.7)
    expect(session.state.kind).toBe('start')
    join().letIn()
    await entering
    expect(session.state.kind).toBe('start')
    expect(join().room.leaves).toBe(1)
  })

  it('is left for another password when nobody there has the one that was typed', async () => {
    const { session, joins, join } = await openAsked()
    const entering = session.enterWith('wrong horse')
    join().letIn()
    await entering
    session.askAgain()
    session.askAgain()
    expect(join().room.leaves).toBe(1)
    expect(session.state).toMatchObject({ kind: 'asking', problem: expect.stringContaining('another password') })
    const again = session.enterWith('correct horse')
    join().letIn()
    await again
    expect(joins).toHaveLength(3)
    expect(session.state.kind).toBe('inside')
  })

  it('is not entered with anything while nobody is asked', async () => {
    const { session, joins } = openPage()
    await session.enterWith('correct horse')
    session.askAgain()
    expect(joins).toHaveLength(0)
    expect(session.state.kind).toBe('start')
  })
})

describe('a room that is forgotten', () => {
  it('is left for the start, and removed from this browser', async () => {
    const { page, session, join } = openPage(SECRET)
    const following = session.follow()
    join().letIn()
    await following
    await session.forgetRoom()
    expect(session.state.kind).toBe('start')
    expect(page.address).toBe(`${PAGE}#/`)
    expect(join().room).toMatchObject({ isForgotten: true, leaves: 0 })
    expect(join().room.listenerCount()).toBe(0)
    await session.forgetRoom()
  })

  it('is not left when something could not be removed', async () => {
    const { session, join } = openPage(SECRET)
    const following = session.follow()
    join().letIn()
    await following
    join().room.fault = new RoomError('not-stored', 'x')
    await expect(session.forgetRoom()).rejects.toBe(join().room.fault)
    expect(session.state.kind).toBe('inside')
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
