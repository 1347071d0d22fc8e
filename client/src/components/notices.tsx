/** What went wrong in the room without being anybody's message, until somebody has read it. */
import X from 'lucide-react/icons/x'
import { useRoom, useSession } from '../react/context'
import { useRoomState } from '../react/hooks'
import { labelWords } from '../react/names'
import { noticeWords } from '../react/words'

export function Notices() {
  const store = useRoom()
  const session = useSession()
  const notices = useRoomState((state) => state.notices)
  const labels = useRoomState((state) => state.labels)
  return (
    <div className="notices" role="alert">
      {notices.map(({ key, error }) => (
        <div className="notice" data-calm={error.reason === 'misbehaving'} key={key}>
          <p>{noticeWords(error, (peer) => labelWords(labels, peer))}</p>
          {error.reason === 'wrong-password' && (
            <button className="button notice-way" type="button" onClick={() => session.askAgain()}>
              Type another password
            </button>
          )}
          <button className="icon-button" type="button" aria-label="Dismiss" onClick={() => store.dismiss(key)}>
            <X aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  )
}
