/** Asks before all that this browser keeps of a room is removed. */
import { useState } from 'react'
import { RoomError } from '../mesh'
import { useSession } from '../react/context'
import { errorWords } from '../react/words'
import { Sheet } from './sheet'

export function ForgetSheet({ onClose }: { readonly onClose: () => void }) {
  const session = useSession()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function forget() {
    setBusy(true)
    setProblem(undefined)
    try {
      await session.forgetRoom()
    } catch (cause) {
      const isHeld = cause instanceof RoomError && cause.reason === 'not-stored'
      const why = isHeld ? 'another tab may still be in this room. Close it and try again' : errorWords(cause)
      setProblem(`You have left, but not all of it could be removed: ${why}.`)
      setBusy(false)
    }
  }

  return (
    <Sheet label="Forget this room?" kind="center" onClose={onClose}>
      <h2>Forget this room?</h2>
      <p>You leave the room, and this browser removes all that it keeps of it:</p>
      <ul className="sheet-list">
        <li>what was said, to everyone and to each person alone</li>
        <li>who you are here: when you come back, you are somebody new</li>
        <li>whom you have verified, and the password of the room</li>
      </ul>
      <p>
        Others keep what they have. What you said and nobody has received yet is lost. To come back you need the link,
        or the name and the password.
      </p>
      <p className="problem" role="alert">
        {problem}
      </p>
      <div className="sheet-ways">
        <button className="button button-danger" type="button" disabled={isBusy} onClick={() => void forget()}>
          {problem === undefined ? 'Forget this room' : 'Try again'}
        </button>
        {problem === undefined ? (
          <button className="button" type="button" onClick={onClose}>
            Keep it
          </button>
        ) : (
          <a className="button" href="#/">
            Back to start
          </a>
        )}
      </div>
    </Sheet>
  )
}
