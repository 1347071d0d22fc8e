import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { VirtualClock } from '../../sim/virtual-clock'
import { MAX_GONE_MEMBERS } from '../protocol/limits'
import { type Member, Roster } from './roster'

const member = (name: string, status: Member['status'] = 'here'): Member => ({
  id: peerId(name),
  name,
  status,
  verified: false,
  reach: status === 'gone' ? 'none' : 'direct',
})

function setUp() {
  const clock = new VirtualClock()
  const told: (readonly string[])[] = []
  const names = (members: readonly Member[]) => members.map(({ name, status }) => `${name} ${status}`)
  const roster = new Roster({ clock, onChange: (members) => told.push(names(members)) })
  return { clock, roster, told, names: () => names(roster.members) }
}

describe('the roster', () => {
  it('[MB1] knows a member from the moment it is set', () => {
    const { roster, names } = setUp()
    expect(roster.get(peerId('alice'))).toBeUndefined()
    roster.set(member('alice'))
    expect(roster.get(peerId('alice'))).toEqual(member('alice'))
    expect(names()).toEqual(['alice here'])
  })

  it('[MB2] has everyone once, as they are now, those who are gone at the end', () => {
    const { roster, names } = setUp()
    for (const name of ['alice', 'bob', 'carol']) roster.set(member(name))
    roster.set(member('alice', 'gone'))
    roster.set(member('bob', 'suspected'))
    expect(names()).toEqual(['bob suspected', 'carol here', 'alice gone'])
    roster.set(member('bob', 'gone'))
    expect(names()).toEqual(['carol here', 'alice gone', 'bob gone'])
    roster.set(member('alice'))
    expect(names().sort()).toEqual(['alice here', 'bob gone', 'carol here'])
  })

  it('[MB3] knows the last 64 that are gone, and forgets older ones', () => {
    const { roster } = setUp()
    roster.set(member('host'))
    for (let count = 0; count < MAX_GONE_MEMBERS; count++) {
      roster.set(member(`guest-${count}`))
      expect(roster.set(member(`guest-${count}`, 'gone'))).toEqual([])
    }
    expect(roster.members).toHaveLength(1 + MAX_GONE_MEMBERS)
    expect(roster.set(member('late', 'gone'))).toEqual([peerId('guest-0')])
    expect(roster.get(peerId('guest-0'))).toBeUndefined()
    expect(roster.members).toHaveLength(1 + MAX_GONE_MEMBERS)
    expect(roster.get(peerId('host'))?.status).toBe('here')
  })

  it('[MB3] counts from the last time that somebody went, not from the first', () => {
    const { roster } = setUp()
    roster.set(member('returner', 'gone'))
    for (let count = 1; count < MAX_GONE_MEMBERS; count++) roster.set(member(`guest-${count}`, 'gone'))
    roster.set(member('returner'))
    roster.set(member('returner', 'gone'))
    expect(roster.set(member('late', 'gone'))).toEqual([peerId('guest-1')])
  })

  it('[MB3] never forgets anybody who is here', () => {
    const { roster } = setUp()
    for (let count = 0; count < 3 * MAX_GONE_MEMBERS; count++) roster.set(member(`guest-${count}`))
    expect(roster.members).toHaveLength(3 * MAX_GONE_MEMBERS)
  })

  it('[MB4] tells the changes of one moment once, after it', async () => {
    const { clock, roster, told } = setUp()
    roster.set(member('alice'))
    roster.set(member('bob'))
    roster.set(member('alice', 'suspected'))
    expect(told).toEqual([])
    await clock.run(0)
    expect(told).toEqual([['alice suspected', 'bob here']])
    roster.set(member('alice'))
    await clock.run(0)
    expect(told).toHaveLength(2)
  })

  it('[MB4] tells nothing, and stays the same array, when nothing changes', async () => {
    const { clock, roster, told } = setUp()
    roster.set({ ...member('alice'), rtt: 20 })
    await clock.run(0)
    const before = roster.members
    roster.set({ ...member('alice'), rtt: 20 })
    await clock.run(0)
    expect(roster.members).toBe(before)
    expect(told).toHaveLength(1)
    roster.set({ ...member('alice'), rtt: 23.9 })
    await clock.run(0)
    expect(told).toHaveLength(1)
    for (const change of [{ rtt: 25 }, { name: 'Alice' }, { reach: 'none' as const }]) {
      roster.set({ ...member('alice'), rtt: 20, ...change })
      await clock.run(0)
    }
    expect(told).toHaveLength(4)
  })

  it('[MB4] tells of the first round trip and of the last, and of none while there is none', async () => {
    const { clock, roster, told } = setUp()
    for (const rtt of [undefined, undefined, 20, 20.5, undefined, undefined]) {
      roster.set({ ...member('alice'), ...(rtt !== undefined && { rtt }) })
      await clock.run(0)
    }
    expect(told).toHaveLength(3)
  })

  it('[MB4] tells nothing after it was stopped', async () => {
    const { clock, roster, told } = setUp()
    roster.set(member('alice'))
    roster.stop()
    await clock.run(1000)
    expect(told).toEqual([])
  })
})
