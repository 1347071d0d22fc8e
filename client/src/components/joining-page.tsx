/** Shown while a password is worked on and the signaling server is asked, who answers at once or not for some seconds. */
import { plainName } from '../react/names'
import { PageFrame } from './page-frame'

interface Props {
  readonly name: string | undefined
  /** the share of the work on the password that is done; undefined where there is none to do */
  readonly hashed: number | undefined
}

export function JoiningPage({ name, hashed }: Props) {
  const isHashing = hashed !== undefined && hashed < 1
  return (
    <PageFrame heading={name === undefined ? 'Entering the room' : `Entering ${plainName(name)}`}>
      {/* The words are announced when they change, the bar is not: it moves a hundred times. */}
      <p className={isHashing ? 'page-working' : 'page-waiting'} role="status">
        {isHashing
          ? 'Turning the password into a key. It takes a moment, so that guessing takes for ever.'
          : 'Asking the signaling server who is there…'}
      </p>
      {isHashing && <progress className="page-progress" aria-label="Work on the password" max={1} value={hashed} />}
      <a className="button" href="#/">
        Back to start
      </a>
    </PageFrame>
  )
}
