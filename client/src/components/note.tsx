/** A quiet line between messages: who came in, who left, who changed their name. */
import type { Entry } from '../react/conversation'
import { listWords } from '../react/words'

export function Note({ entry }: { readonly entry: Extract<Entry, { kind: 'note' | 'renamed' }> }) {
  if (entry.kind === 'renamed') {
    return (
      <p className="note">
        <bdi>{entry.before}</bdi> is now called <bdi>{entry.now}</bdi>
      </p>
    )
  }
  return (
    <p className="note">
      <bdi>{listWords(entry.names)}</bdi> {entry.what === 'came' ? 'came in' : 'left'}
    </p>
  )
}
