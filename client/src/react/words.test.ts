import { describe, expect, it } from 'vitest'
import { type Member, RoomError, type RoomStatus } from '../mesh'
import { member } from './room-double'
import {
  dayWords,
  deliveryWords,
  directWords,
  errorWords,
  isDelivered,
  listWords,
  markWords,
  noticeWords,
  reachWords,
  sizeWords,
  statusWords,
  timeWords,
  typingWords,
} from './words'

const open = (signaling: RoomStatus['signaling']): RoomStatus => ({ state: 'open', signaling })
const connected = open({ kind: 'connected', server: 'https://starling.example' })
const unreachable = open({ kind: 'unreachable', reason: 'timeout' })
const bo = member('Bo')
const cy = member('Cy')

describe('the connection in words', () => {
  it.each<[string, RoomStatus, readonly Member[]]>([
    ['Nobody else is here yet. Send the link to somebody.', connected, []],
    [
      'Nobody else is here yet. Send the link to somebody.',
      connected,
      [member('Bo', { status: 'gone', reach: 'none' })],
    ],
    ['Connected to 1 person', connected, [bo]],
    ['Connected to 2 people', connected, [bo, cy]],
    ['Connected to 1 person, linking to 1 more…', connected, [bo, member('Cy', { status: 'suspected' })]],
    ['Connecting to 1 person…', connected, [member('Bo', { status: 'suspected', reach: 'none' })]],
    ['Looking for the signaling server…', open({ kind: 'connecting' }), []],
    [
      'Signaling server unreachable - your 2 links stay up; newcomers have to wait. Trying again.',
      unreachable,
      [bo, cy],
    ],
    ['Signaling server unreachable - your link stays up; newcomers have to wait. Trying again.', unreachable, [bo]],
    ['Signaling server unreachable - nobody can find you here yet. Trying again.', unreachable, []],
    [
      'The signaling server does not let you in (the room is full) - nobody can find you here yet. Trying again.',
      open({ kind: 'refused', reason: 'The room is full.' }),
      [],
    ],
    ['You left this room.', { ...connected, state: 'left' }, [bo]],
  ])('%s', (words, status, members) => {
    expect(statusWords(status, members, undefined).text).toBe(words)
  })

  it('does not say that nobody is here when somebody is', () => {
    expect(statusWords(connected, [], 'out of reach').text).toBe('Not connected to anybody.')
    expect(statusWords(connected, [], 'not found yet').text).toBe('Looking for who is here…')
    expect(statusWords(connected, [], 'another password').text).toBe('Nobody with your password is here.')
    expect(statusWords(connected, [bo], 'out of reach').text).toBe('Connected to 1 person')
  })
})

describe('how a person is reached in words', () => {
  it.each<[string, Partial<Member>]>([
    ['direct, 4 ms', { rtt: 4.4 }],
    ['direct, under 1 ms', { rtt: 0.4 }],
    ['direct', {}],
    ['relayed, 140 ms', { reach: 'relayed', rtt: 140 }],
    ['connecting…', { reach: 'none' }],
    ['reconnecting…', { status: 'suspected', rtt: 4 }],
    ['away', { status: 'gone', reach: 'none' }],
  ])('%s', (words, change) => {
    expect(reachWords(member('Bo', change))).toBe(words)
  })
})

it('a conversation with one person says who reads it, and how they are reached', () => {
  expect(directWords(bo, undefined)).toEqual(['Only the two of you read this', 'direct'])
  expect(directWords(bo, 'look-alike')).toEqual(['Not the one you verified', 'direct'])
  expect(directWords(undefined, undefined).join(' ')).toContain('delivered when both of you are here')
})

describe('a delivery in words', () => {
  const everyone = (delivered: number, of: number, { hasMet = of > 0, isNew = true } = {}) =>
    ({ kind: 'everyone', delivered, of, hasMet, isNew }) as const

  it('counts those who have a message to everyone', () => {
    expect(deliveryWords({ kind: 'storing' })).toBe('storing…')
    expect(deliveryWords(everyone(0, 0))).toBe('nobody else is here yet')
    expect(deliveryWords(everyone(0, 0, { hasMet: true }))).toBe('nobody else is here now')
    expect(deliveryWords(everyone(0, 0, { isNew: false })), 'somebody may have it').toBeUndefined()
    expect(deliveryWords(everyone(0, 3))).toBe('sent')
    expect(deliveryWords(everyone(3, 3, { isNew: false }))).toBe('delivered to all')
    expect(deliveryWords(everyone(2, 3))).toBe('delivered to 2 of 3')
    expect(deliveryWords(everyone(3, 3))).toBe('delivered to all')
    expect([everyone(0, 0), everyone(2, 3), everyone(3, 3)].map(isDelivered)).toEqual([false, false, true])
  })

  it('to one person says whom it waits for', () => {
    const direct = (isDelivered: boolean, awaited?: string) => ({ kind: 'direct', isDelivered, awaited }) as const
    expect(deliveryWords(direct(false, 'Bo'))).toBe('waiting until Bo is back')
    expect(deliveryWords(direct(false))).toBe('sent')
    expect(deliveryWords(direct(true))).toBe('delivered')
    expect([direct(false), direct(true)].map(isDelivered)).toEqual([false, true])
  })
})

it.each([
  [[], ''],
  [['Bo'], 'Bo is typing…'],
  [['Bo', 'Cy'], 'Bo and Cy are typing…'],
  [['Bo', 'Cy', 'Di'], 'Several people are typing…'],
])('when %j type it says so', (names, words) => {
  expect(typingWords(names)).toBe(words)
})

describe('an error in words', () => {
  it('names the limit and the size of what is too long', () => {
    const error = new RoomError('too-large', 'x', { limit: 1024 * 1024, size: 1024 * 1024 + 5 })
    expect(errorWords(error)).toBe('it is 1.01 MiB long, and one message can be 1 MiB at most')
  })

  it("passes the server's reason on", () => {
    expect(errorWords(new RoomError('refused', 'The room is full.'))).toBe('the room is full')
  })

  it('says so when it is a fault of the page', () => {
    expect(errorWords(new TypeError('x is not a function'))).toContain('x is not a function')
  })
})

describe('a notice', () => {
  const nameOf = (peer: string) => (peer === bo.id ? 'Bo' : undefined)

  it('says what the library knows of why nobody can be reached', () => {
    const sentence = 'Somebody in this room cannot be reached: no direct connection comes about.'
    expect(noticeWords(new RoomError('unreachable', sentence), nameOf)).toBe(sentence)
  })

  it('names who does not keep up', () => {
    const slow = (peer: Member) => noticeWords(new RoomError('overloaded', 'x', { peer: peer.id }), nameOf)
    expect(slow(bo)).toBe('Bo is not keeping up and misses messages.')
    expect(slow(cy)).toBe('Somebody is not keeping up and misses messages.')
  })

  it('says of whom nothing is taken for a while', () => {
    const words = noticeWords(new RoomError('misbehaving', 'B\u202eo broke', { peer: bo.id }), nameOf)
    expect(words).toBe('Bo broke the rules and is kept out for a while.')
  })

  it('says what it means when the log is not kept', () => {
    const words = noticeWords(new RoomError('not-stored', 'The disk is full.'), nameOf)
    expect(words).toContain('When this page is closed it is gone from here')
    expect(words).toMatch(/^The disk is full\. When/)
  })

  it('says whose messages contradict one another', () => {
    const forked = (peer: Member) => noticeWords(new RoomError('forked', 'You did.', { peer: peer.id }), nameOf)
    expect(forked(bo)).toContain('Bo wrote two versions')
    expect(forked(cy)).toBe('You did.')
  })

  it('says that somebody is here with another password', () => {
    expect(noticeWords(new RoomError('wrong-password', 'x'), nameOf)).toContain('another password')
  })

  it('repeats nothing of a server that reorders or floods the page', () => {
    const error = new RoomError('refused', `No\u202e way. ${'x'.repeat(10_000)}`)
    expect(noticeWords(error, nameOf)).toMatch(/^Something went wrong: no way\. x{200,300}\.$/)
  })

  it('says of anything else that it went wrong', () => {
    expect(noticeWords(new RoomError('refused', 'The room is full.'), nameOf)).toBe(
      'Something went wrong: the room is full.',
    )
  })
})

it('a mark is said to stay only when it was stored', () => {
  expect(markWords(true)).toContain('stays in this browser')
  expect(markWords(false)).not.toContain('browser')
})

it('sizes are bytes, KiB and MiB', () => {
  expect([1, 1023, 1024, 48_213, 1024 * 1024].map(sizeWords)).toEqual([
    '1 byte',
    '1,023 bytes',
    '1 KiB',
    '47.09 KiB',
    '1 MiB',
  ])
})

it('a time that no calendar has is no time', () => {
  expect(timeWords(Number.NaN)).toBeUndefined()
  expect(timeWords(1e300)).toBeUndefined()
  expect(timeWords(0)?.iso).toBe('1970-01-01T00:00:00.000Z')
})

it('a day is named as people do', () => {
  const noon = new Date(2026, 10, 22, 12).getTime()
  const day = 24 * 3_600_000
  expect(dayWords(noon, noon + 60_000)).toBe('Today')
  expect(dayWords(noon, noon + day)).toBe('Yesterday')
  expect(dayWords(noon, noon + 2 * day)).toContain('22')
  expect(dayWords(Number.NaN, noon)).toBeUndefined()
})

it('a time of another day says of which', () => {
  const noon = new Date(2026, 10, 22, 12).getTime()
  expect(timeWords(noon)?.short).not.toContain('22')
  expect(timeWords(noon, true)?.short).toContain('22')
})

it.each([
  [['Bo'], 'Bo'],
  [['Bo', 'Cy'], 'Bo and Cy'],
  [['Bo', 'Cy', 'Di'], 'Bo, Cy and Di'],
  [['Bo', 'Cy', 'Di', 'Ed'], 'Bo, Cy and 2 others'],
])('%j is %j', (names, words) => {
  expect(listWords(names)).toBe(words)
})
