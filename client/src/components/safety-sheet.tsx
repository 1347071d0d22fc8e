/**
 * The code that two people compare to know that nobody stands between them, and the mark that one sets when it was the
 * same on both screens.
 */
import ShieldCheck from 'lucide-react/icons/shield-check'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { useEffect, useId, useRef, useState } from 'react'
import type { PeerId } from '../mesh'
import { useRoom } from '../react/context'
import { useLabel, useRoomState } from '../react/hooks'
import { present } from '../react/members'
import { labelText, plainName } from '../react/names'
import { errorWords, markWords } from '../react/words'
import { Sheet } from './sheet'

interface Props {
  readonly peer: PeerId
  readonly onClose: () => void
}

export function SafetySheet({ peer, onClose }: Props) {
  const store = useRoom()
  const label = useLabel(peer)
  const selfName = useRoomState((state) => state.self.name)
  const isHere = useRoomState((state) => present(state.members).some(({ id }) => id === peer))
  const [code] = useState(() => store.safetyCode(peer))
  const other = <bdi>{labelText(label)}</bdi>
  return (
    <Sheet label="Compare safety code" kind="center" onClose={onClose}>
      <h2>Compare safety code</h2>
      <p className="safety-pair">
        <bdi>{plainName(selfName)}</bdi> (you) and {other}
      </p>
      {code === undefined ? (
        <p>{other} left too long ago: there is nothing to compare any more.</p>
      ) : (
        <>
          <Code code={code} />
          <p>
            Read it to each other, by telephone or side by side; {other} finds it behind the shield beside your name. If
            it is the same on both screens, nobody stands between you.
          </p>
          <Verdict peer={peer} name={labelText(label)} isVerified={label.standing === 'verified'} isHere={isHere} />
        </>
      )}
    </Sheet>
  )
}

/** Shown in groups, and read digit by digit. */
function Code({ code }: { readonly code: string }) {
  return (
    <ol className="safety-code" aria-label="Safety code">
      {code.split(' ').map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the groups never move
        <li key={index}>
          <span aria-hidden="true">{group}</span>
          <span className="unseen">{[...group].join(' ')}</span>
        </li>
      ))}
    </ol>
  )
}

interface VerdictProps {
  readonly peer: PeerId
  readonly name: string
  readonly isVerified: boolean
  readonly isHere: boolean
}

function Verdict({ peer, name, isVerified, isHere }: VerdictProps) {
  const store = useRoom()
  const [differs, setDiffers] = useState(false)
  const [isKept, setKept] = useState(false)
  const [problem, setProblem] = useState<string>()
  const result = useRef<HTMLParagraphElement>(null)
  const before = useRef({ isVerified, isHere })
  const id = useId()
  const person = <bdi>{name}</bdi>

  useEffect(() => {
    // The button that had the focus is gone.
    const hasTurned = isVerified !== before.current.isVerified
    if (hasTurned || (before.current.isHere && !isHere)) result.current?.focus()
    before.current = { isVerified, isHere }
  }, [isVerified, isHere])

  async function mark(verified: boolean) {
    setDiffers(false)
    setKept(false)
    setProblem(undefined)
    try {
      await store.setVerified(peer, verified)
      setKept(verified)
    } catch (cause) {
      setProblem(`About this mark: ${errorWords(cause)}.`)
    }
  }

  return (
    <>
      <p className="safety-result" ref={result} tabIndex={-1} role="status" data-verified={isVerified}>
        {isVerified && (
          <>
            <ShieldCheck aria-hidden="true" />
            <span>
              You marked {person} as verified. {markWords(isKept)}
            </span>
          </>
        )}
        {!isHere && (
          <span>
            {person} has left the room. {!isVerified && 'Compare when both of you are here.'}
          </span>
        )}
      </p>
      <div id={id} className="safety-alert" role="alert">
        {differs && (
          <p className="safety-warning">
            <TriangleAlert aria-hidden="true" />
            <span>
              <strong>Do not trust this conversation yet.</strong> Somebody may stand between you and {person}: say
              nothing here that others must not hear. First make sure that both of you have opened the other's code, in
              the same room. If it still differs, leave, open a new room, and hand over its link in person. Nothing was
              changed.
            </span>
          </p>
        )}
        {problem !== undefined && <p className="problem">{problem}</p>}
      </div>
      <div className="safety-ways">
        {isVerified && (
          <button className="button" type="button" onClick={() => void mark(false)}>
            Take the mark back
          </button>
        )}
        {!isVerified && isHere && (
          <>
            <button
              className={differs ? 'button' : 'button button-strong'}
              type="button"
              onClick={() => void mark(true)}
            >
              It is the same: mark as verified
            </button>
            <button className="button" type="button" aria-describedby={id} onClick={() => setDiffers(true)}>
              Not the same
            </button>
          </>
        )}
      </div>
    </>
  )
}
