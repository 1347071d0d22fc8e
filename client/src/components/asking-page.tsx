/** Asks for the password of a room that has a name, and says what it is for. */
import ArrowRight from 'lucide-react/icons/arrow-right'
import Eye from 'lucide-react/icons/eye'
import EyeOff from 'lucide-react/icons/eye-off'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../mesh'
import { useSession } from '../react/context'
import { plainName } from '../react/names'
import { PageFrame } from './page-frame'

interface Props {
  readonly name: string
  /** what is wrong with the password that was typed before */
  readonly problem: string | undefined
}

export function AskingPage({ name, problem }: Props) {
  const session = useSession()
  const field = useRef<HTMLInputElement>(null)
  const [isShown, setShown] = useState(false)
  const id = useId()

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new problem leads back to the field, too
  useEffect(() => field.current?.focus(), [problem])

  function enter(event: FormEvent) {
    event.preventDefault()
    void session.enterWith(field.current?.value ?? '')
    field.current?.focus()
  }

  return (
    <PageFrame heading={plainName(name)} keepsFocus>
      <p>
        This room has a password. Everybody who types the same name and the same password meets in it; whoever comes
        first chooses it.
      </p>
      <form className="asking" onSubmit={enter} noValidate>
        {/* Keeps the passwords of several rooms apart in whatever remembers them. */}
        <input type="text" autoComplete="username" value={name} readOnly hidden />
        <label htmlFor={id}>Password</label>
        <div className="asking-row">
          <div className="asking-box">
            <input
              ref={field}
              id={id}
              className="field"
              type={isShown ? 'text' : 'password'}
              autoComplete="current-password"
              autoCapitalize="off"
              spellCheck={false}
              enterKeyHint="go"
              aria-invalid={problem !== undefined}
              aria-describedby={problem === undefined ? `${id}-hint` : `${id}-problem ${id}-hint`}
            />
            <button
              className="icon-button"
              type="button"
              aria-label="Show password"
              aria-pressed={isShown}
              onClick={() => setShown(!isShown)}
            >
              {isShown ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
            </button>
          </div>
          <button className="button button-strong" type="submit">
            Enter
            <ArrowRight aria-hidden="true" />
          </button>
        </div>
        <p id={`${id}-problem`} className="problem" role="alert">
          {problem}
        </p>
        <p id={`${id}-hint`} className="asking-hint">
          {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters. A few words that do not belong together are easy to
          say and hard to guess.
        </p>
      </form>
      <p className="page-detail">
        It becomes the key that keeps everybody else out, and it never leaves this browser: the server does not learn
        it, and cannot tell it to anybody who forgot it.
      </p>
      <div className="page-ways">
        <a className="button" href="#/">
          Back to start
        </a>
      </div>
    </PageFrame>
  )
}
