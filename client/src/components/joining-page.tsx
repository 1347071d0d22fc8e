/** Shown while the signaling server is asked; it answers at once or not for some seconds. */
import { plainName } from '../react/names'
import { PageFrame } from './page-frame'

export function JoiningPage({ name }: { readonly name: string | undefined }) {
  return (
    <PageFrame heading={name === undefined ? 'Entering the room' : `Entering ${plainName(name)}`}>
      <p className="page-waiting" role="status">
        Asking the signaling server who is there…
      </p>
      <a className="button" href="#/">
        Back to start
      </a>
    </PageFrame>
  )
}
