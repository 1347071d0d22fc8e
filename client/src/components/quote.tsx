/** What a message answers, in one line; a way to it where it stands above the message. */
import CornerUpLeft from 'lucide-react/icons/corner-up-left'
import type { EntryId } from '../mesh'
import { type ConversationKey, type MessageItem, textOf } from '../react/conversation'
import { useMessage, useRoomState } from '../react/hooks'
import { QUOTED_TEXT } from '../react/limits'
import { authorText, plainText } from '../react/names'
import { cutText } from '../react/text-parts'

interface Props {
  readonly to: ConversationKey
  readonly id: EntryId
  readonly onJump: (id: EntryId) => void
}

export function Quote({ to, id, onJump }: Props) {
  const message = useMessage(to, id)
  const labels = useRoomState((state) => state.labels)
  const author = message && (message.isOwn ? 'you' : authorText(labels, message))
  const text = message ? excerpt(message) : 'An earlier message'
  return (
    <button
      className="quote"
      type="button"
      // It holds what is to be seen, in this order: some say what they see to press it.
      aria-label={`In reply to ${author === undefined ? '' : `${author}, `}${text}: show that message`}
      onClick={() => onJump(id)}
    >
      <CornerUpLeft aria-hidden="true" />
      {author !== undefined && <bdi className="quote-author">{author}</bdi>} <bdi className="quote-text">{text}</bdi>
    </button>
  )
}

/** One line of what somebody said. */
export function excerpt(message: MessageItem): string {
  if (message.body.kind === 'removed') return 'Message removed'
  const text = textOf(message)
  return text === undefined ? 'Something that is not text' : plainText(cutText(text, QUOTED_TEXT)) || 'An empty message'
}
