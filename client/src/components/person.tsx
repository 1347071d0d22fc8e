/** One other person: name, how they are reached, and the way to talk to them alone. */
import MessageCircle from 'lucide-react/icons/message-circle'
import Shield from 'lucide-react/icons/shield'
import ShieldCheck from 'lucide-react/icons/shield-check'
import { memo, useId } from 'react'
import type { Member, PeerId } from '../mesh'
import type { ConversationKey } from '../react/conversation'
import { useConversation } from '../react/hooks'
import { type Label, labelText } from '../react/names'
import { reachWords, standingWords } from '../react/words'
import { Avatar } from './avatar'
import { PersonName } from './person-name'
import { UnreadBadge } from './unread-badge'

interface Props {
  readonly id: PeerId
  readonly label: Label
  readonly status: Member['status']
  readonly reach: Member['reach']
  readonly rtt: number | undefined
  readonly isOpen: boolean
  readonly onOpen: (key: ConversationKey) => void
  readonly onCompare: (peer: PeerId) => void
}

/** Round-trip times come every second; only the person they belong to is drawn again. */
export const Person = memo(function Person(props: Props) {
  const { id, label, status, reach, rtt, isOpen, onOpen, onCompare } = props
  const { unread } = useConversation(id)
  const ids = useId()
  const Compare = label.standing === 'verified' ? ShieldCheck : Shield
  const how = reachWords(rtt === undefined ? { status, reach } : { status, reach, rtt })
  return (
    <li className="person" data-status={status}>
      <Avatar id={id} name={label.name} />
      <span className="person-name">
        <PersonName {...label} />
      </span>{' '}
      <span className="person-reach" id={`${ids}-how`}>
        {label.standing === 'look-alike' && <span className="person-doubt">{standingWords(label.standing)} </span>}
        {how}
      </span>
      <UnreadBadge count={unread} id={`${ids}-unread`} />
      {status !== 'gone' && (
        <button
          className="person-safety"
          data-verified={label.standing === 'verified'}
          type="button"
          aria-label={`Compare safety code with ${labelText(label)}`}
          title="Compare safety code"
          aria-haspopup="dialog"
          onClick={() => onCompare(id)}
        >
          <Compare aria-hidden="true" />
        </button>
      )}
      <button
        className="person-open"
        type="button"
        aria-label={`Message ${labelText(label)}`}
        aria-describedby={unread > 0 ? `${ids}-how ${ids}-unread` : `${ids}-how`}
        aria-current={isOpen ? 'true' : undefined}
        onClick={() => onOpen(id)}
      >
        <MessageCircle aria-hidden="true" />
      </button>
    </li>
  )
})
