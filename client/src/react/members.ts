/** What the pages read from the room's list of members. Pure. */
import type { Member, PeerId } from '../mesh'
import { type Label, labelPeople } from './names'

/** Those who can be written to. */
export function present(members: readonly Member[]): readonly Member[] {
  return members.filter((member) => member.status !== 'gone')
}

export function isPresent(members: readonly Member[], id: PeerId): boolean {
  return members.some((member) => member.id === id && member.status !== 'gone')
}

/** @param name what they were called when they last said something, where the room does not know them any more */
export function awayMember(id: PeerId, members: readonly Member[], name = 'Somebody'): Member {
  const known = members.find((member) => member.id === id)
  return known ?? { id, name, status: 'gone', verified: false, reach: 'none' }
}

/** @param selfName one's own */
export function labelMembers(members: readonly Member[], selfName: string): ReadonlyMap<PeerId, Label> {
  return labelPeople(
    present(members),
    members.filter((member) => member.status === 'gone'),
    selfName,
  )
}

/** Whether nothing that labels are made of differs. */
export function areNamedAlike(some: readonly Member[], others: readonly Member[]): boolean {
  if (some.length !== others.length) return false
  return some.every((one, index) => {
    const other = others[index]
    if (other?.id !== one.id || other.name !== one.name || other.verified !== one.verified) return false
    return (other.status === 'gone') === (one.status === 'gone')
  })
}
