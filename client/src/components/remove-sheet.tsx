/** Asks before a message of one's own is removed: nobody can bring it back. */
import type { EntryId } from '../mesh'
import { useRoom } from '../react/context'
import type { ConversationKey } from '../react/conversation'
import { useMessage } from '../react/hooks'
import { excerpt } from './quote'
import { Sheet } from './sheet'

interface Props {
  readonly to: ConversationKey
  readonly id: EntryId
  readonly onRemove: (id: EntryId) => void
  readonly onClose: () => void
}

export function RemoveSheet({ to, id, onRemove, onClose }: Props) {
  const store = useRoom()
  const message = useMessage(to, id)

  function remove() {
    onClose()
    onRemove(id)
    void store.remove(to, id)
  }

  return (
    <Sheet label="Remove this message?" kind="center" onClose={onClose}>
      <h2>Remove this message?</h2>
      {message && (
        <blockquote className="sheet-quote">
          <bdi>{excerpt(message)}</bdi>
        </blockquote>
      )}
      <p>
        It shows as “Message removed” to everybody it was said to, as soon as they are here. Who has read it has read
        it.
      </p>
      <div className="sheet-ways">
        <button className="button button-strong" type="button" onClick={remove}>
          Remove
        </button>
        <button className="button" type="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Sheet>
  )
}
