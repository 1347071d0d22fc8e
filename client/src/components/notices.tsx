/** What went wrong in the room without being anybody's message, until somebody has read it. */
import X from 'lucide-react/icons/x'
import { useRoom } from '../react/context'
import { useRoomState } from '../react/hooks'
import { errorWords } from '../react/words'

export function Notices() {
  const store = useRoom()
  const notices = useRoomState((state) => state.notices)
  return (
    <div className="notices" role="alert">
      {notices.map(({ key, error }) => (
        <div className="notice" key={key}>
          <p>Something went wrong: {errorWords(error)}.</p>
          <button className="icon-button" type="button" aria-label="Dismiss" onClick={() => store.dismiss(key)}>
            <X aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  )
}
