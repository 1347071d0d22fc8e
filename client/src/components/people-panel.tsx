/** Who is here, oneself first; which conversations there are; and one's own name. */
import Trash2 from 'lucide-react/icons/trash-2'
import Users from 'lucide-react/icons/users'
import { useId } from 'react'
import type { Member, PeerId } from '../mesh'
import { type ConversationKey, EVERYONE, isNote, lastNameOf } from '../react/conversation'
import { useConversation, useRoomState } from '../react/hooks'
import { awayMember, present } from '../react/members'
import { forgottenLabel, labelText, plainLabel } from '../react/names'
import { Avatar } from './avatar'
import { OwnName } from './own-name'
import { Person } from './person'
import { PersonName } from './person-name'
import { UnreadBadge } from './unread-badge'

interface Props {
  readonly open: ConversationKey
  readonly onOpen: (key: ConversationKey) => void
  readonly onCompare: (peer: PeerId) => void
  readonly onForget: () => void
}

export function PeoplePanel({ open, onOpen, onCompare, onForget }: Props) {
  const self = useRoomState((state) => state.self)
  const members = useRoomState((state) => state.members)
  const labels = useRoomState((state) => state.labels)
  const conversations = useRoomState((state) => state.conversations)
  const everyone = useConversation(EVERYONE)
  const id = useId()

  const labelOf = (member: Member) => labels.get(member.id) ?? forgottenLabel(member)
  const byLabel = (a: Member, b: Member) => labelText(labelOf(a)).localeCompare(labelText(labelOf(b)))
  const here = [...present(members)].sort(byLabel)
  // Those with whom there is something to read, who may have left before this page was opened.
  const away = [...conversations].flatMap(([key, conversation]) => {
    if (key === EVERYONE || here.some(({ id }) => id === key) || conversation.items.every(isNote)) return []
    return [awayMember(key, members, lastNameOf(conversations, key))]
  })

  const show = (member: Member) => (
    <Person
      key={member.id}
      id={member.id}
      label={labelOf(member)}
      status={member.status}
      reach={member.reach}
      rtt={member.rtt}
      isOpen={open === member.id}
      onOpen={onOpen}
      onCompare={onCompare}
    />
  )

  return (
    <div className="people">
      <button
        className="everyone"
        type="button"
        aria-current={open === EVERYONE ? 'true' : undefined}
        onClick={() => onOpen(EVERYONE)}
      >
        <Users aria-hidden="true" />
        Everyone
        <UnreadBadge count={everyone.unread} />
      </button>
      <div className="people-scroll">
        <h2 id={`${id}-here`}>People</h2>
        <ul className="people-list" aria-labelledby={`${id}-here`}>
          <li className="person person-self">
            <Avatar id={self.id} name={self.name} />
            <span className="person-name">
              <PersonName {...plainLabel(self.name)} />
            </span>{' '}
            <span className="person-you">(you)</span>
          </li>
          {here.map(show)}
        </ul>
        {away.length > 0 && (
          <>
            <h2 id={`${id}-away`}>Not here now</h2>
            <ul className="people-list" aria-labelledby={`${id}-away`}>
              {away.sort(byLabel).map(show)}
            </ul>
          </>
        )}
      </div>
      <OwnName />
      <p className="people-forget">
        <button className="link-button" type="button" aria-haspopup="dialog" onClick={onForget}>
          <Trash2 aria-hidden="true" />
          Forget this room
        </button>
      </p>
    </div>
  )
}
