/** Which room this is, how well it is connected, and what can be done with the room as a whole. */
import LogOut from 'lucide-react/icons/log-out'
import Users from 'lucide-react/icons/users'
import { useRoomState } from '../react/hooks'
import { present } from '../react/members'
import { ConnectionStatus } from './connection-status'
import { CopyLink } from './copy-link'
import { Logo } from './logo'
import { UnreadBadge } from './unread-badge'

interface Props {
  readonly title: string
  readonly link: string
  readonly unread: number
  /** given where people are behind a button */
  readonly onShowPeople: (() => void) | undefined
}

export function RoomHeader({ title, link, unread, onShowPeople }: Props) {
  const people = useRoomState((state) => present(state.members).length + 1)
  return (
    <header className="bar">
      <Logo className="bar-logo" />
      <div className="bar-lines">
        <h1 className="bar-title" title={title}>
          <bdi>{title}</bdi>
        </h1>
        <ConnectionStatus />
      </div>
      {onShowPeople && (
        <button className="button bar-button bar-people" type="button" aria-haspopup="dialog" onClick={onShowPeople}>
          <Users aria-hidden="true" />
          <span className="unseen">People, </span>
          {people}
          <UnreadBadge count={unread} />
        </button>
      )}
      <CopyLink link={link} />
      <a className="button bar-button" href="#/" aria-label="Leave room">
        <LogOut aria-hidden="true" />
        <span className="bar-label">Leave</span>
      </a>
    </header>
  )
}
