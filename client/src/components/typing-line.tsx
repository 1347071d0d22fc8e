/** Who is typing. Not read out: it changes too often to be heard between messages. */
import type { ConversationKey } from '../react/conversation'
import { useRoomState, useTypists } from '../react/hooks'
import { labelWords } from '../react/names'
import { typingWords } from '../react/words'

export function TypingLine({ to }: { readonly to: ConversationKey }) {
  const typists = useTypists(to)
  const labels = useRoomState((state) => state.labels)
  const names = typists.flatMap((id) => labelWords(labels, id) ?? [])
  return (
    <p className="typing" data-busy={names.length > 0}>
      <bdi>{typingWords(names)}</bdi>
    </p>
  )
}
