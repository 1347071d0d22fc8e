/** A quiet line between messages: who came in, who left, who changed their name. */
import type { Movement, NoteEntry } from '../react/conversation'
import { listWords } from '../react/words'

export function Note({ entry }: { readonly entry: NoteEntry }) {
  if (entry.kind === 'renamed') {
    return (
      <p className="note">
        <bdi>{entry.before}</bdi> is now called <bdi>{entry.now}</bdi>
      </p>
    )
  }
  return (
    <p className="note">
      <bdi>{listWords(entry.names)}</bdi> {movementWords(entry.what, entry.who.length)}
    </p>
  )
}

function movementWords(what: Movement, people: number): string {
  switch (what) {
    case 'came':
      return 'came in'
    case 'back':
      return people === 1 ? 'is back' : 'are back'
    case 'left':
      return 'left'
  }
}
