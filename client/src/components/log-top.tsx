/** What stands above the oldest message: that there are more, that this is the beginning, or that nobody here has more. */
import type { Top } from '../react/conversation'

export function LogTop({ top }: { readonly top: Top }) {
  return <p className="log-top note">{words(top)}</p>
}

function words(top: Top): string {
  switch (top) {
    case 'unknown':
    case 'more':
      return 'Loading older messages…'
    case 'beginning':
      return 'This is the beginning'
    case 'missing':
      return 'Older messages are not held by anyone here'
  }
}
