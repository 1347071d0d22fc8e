/** Where people begin: what this is, a new room, or a way into one that they were told of. */
import ArrowRight from 'lucide-react/icons/arrow-right'
import Plus from 'lucide-react/icons/plus'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { useSession } from '../react/context'
import { useTitle } from '../react/hooks'
import { Logo } from './logo'
import { Murmuration } from './murmuration'

export function StartPage() {
  const session = useSession()
  const heading = useRef<HTMLHeadingElement>(null)
  useTitle('Starling')
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <main className="start">
      <Murmuration />
      <div className="start-card">
        <Logo className="start-logo" />
        <h1 ref={heading} tabIndex={-1}>
          Starling
        </h1>
        <p className="start-lead">
          Open a room, send its link to somebody, and talk. What you say goes straight from browser to browser: no
          account, and nothing stored on a server.
        </p>
        <button className="button button-strong start-new" type="button" onClick={() => void session.openRoom()}>
          <Plus aria-hidden="true" />
          New room
        </button>
        <p className="start-or">or come into one</p>
        <JoinForm />
      </div>
    </main>
  )
}

function JoinForm() {
  const session = useSession()
  const input = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string>()
  const id = useId()

  function join(event: FormEvent) {
    event.preventDefault()
    const destination = session.goTo(input.current?.value ?? '')
    setProblem(destination.kind === 'nowhere' ? destination.reason : undefined)
    if (destination.kind === 'nowhere') input.current?.focus()
  }

  return (
    <form className="start-join" onSubmit={join} noValidate>
      <label htmlFor={id}>Room link or name</label>
      <div className="start-join-row">
        <input
          ref={input}
          id={id}
          className="field"
          type="text"
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="go"
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          onChange={() => setProblem(undefined)}
        />
        <button className="button" type="submit">
          Join
          <ArrowRight aria-hidden="true" />
        </button>
      </div>
      <p id={`${id}-problem`} className="problem" role="alert">
        {problem}
      </p>
    </form>
  )
}
