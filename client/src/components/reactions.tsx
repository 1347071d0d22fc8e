/** How people reacted to a message, each sign with how many; one's own can be taken back here, and others' joined. */
import type { PeerId } from '../mesh'
import type { Reaction } from '../react/conversation'
import { emojiName } from '../react/emoji'
import { useRoomState } from '../react/hooks'
import { labelWords } from '../react/names'
import { countWords, listWords } from '../react/words'

interface Props {
  /** one at least */
  readonly reactions: readonly Reaction[]
  readonly onReact: (emoji: string, present: boolean) => void
}

export function Reactions({ reactions, onReact }: Props) {
  const labels = useRoomState((state) => state.labels)
  const self = useRoomState((state) => state.self.id)
  const nameOf = (id: PeerId) => (id === self ? 'you' : (labelWords(labels, id) ?? 'somebody who left'))
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(({ emoji, authors }) => {
        const isOwn = authors.includes(self)
        const who = listWords(authors.map(nameOf))
        return (
          <li key={emoji}>
            <button
              className="reaction"
              type="button"
              aria-pressed={isOwn}
              aria-label={`${emojiName(emoji)}, ${countWords(authors.length, 'person', 'people')}: ${who}`}
              title={who}
              onClick={() => onReact(emoji, !isOwn)}
            >
              <span aria-hidden="true">{emoji}</span>
              {authors.length}
            </button>
          </li>
        )
      })}
    </ul>
  )
}
