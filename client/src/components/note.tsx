/** A quiet line between messages: who came in, who left, who changed their name. */
import type { Movement, NoteItem } from '../react/conversation'
import { listWords } from '../react/words'

export function Note({ item }: { readonly item: NoteItem }) {
  if (item.kind === 'renamed') {
    return (
      <p className="note">
        <bdi>{item.before}</bdi> is now called <bdi>{item.now}</bdi>
      </p>
    )
  }
  return (
    <p className="note">
      <bdi>{listWords(item.names)}</bdi> {movementWords(item.what, item.who.length)}
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
