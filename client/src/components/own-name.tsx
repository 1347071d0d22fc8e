/** What others call oneself. Kept on Enter and on leaving the field; an empty one is put back. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { MAX_NAME_LENGTH } from '../mesh'
import { useRoom } from '../react/context'
import { draftAfter } from '../react/drafts'
import { useRoomState } from '../react/hooks'
import { errorWords } from '../react/words'

export function OwnName() {
  const store = useRoom()
  const name = useRoomState((state) => state.self.name)
  const [draft, setDraft] = useState(name)
  const [problem, setProblem] = useState<string>()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const submitted = useRef(name)

  useEffect(() => {
    const typing = document.activeElement === field.current
    // What is being typed is newer than a name that took its time to land.
    setDraft((current) => draftAfter({ current, submitted: submitted.current, typing }, name))
  }, [name])

  async function keep() {
    const wanted = draft.trim() || name
    setDraft(wanted)
    if (wanted === submitted.current) return
    submitted.current = wanted
    try {
      await store.rename(wanted)
      setProblem(undefined)
    } catch (cause) {
      if (submitted.current === wanted) submitted.current = store.state.self.name
      setProblem(`About your name: ${errorWords(cause)}.`)
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') {
      event.preventDefault()
      void keep()
    }
    if (event.key === 'Escape' && draft !== name) {
      // Takes back the edit, rather than closing the panel around it.
      event.preventDefault()
      event.stopPropagation()
      setDraft(name)
    }
  }

  return (
    <div className="own-name">
      <label htmlFor={id}>Your name</label>
      <input
        ref={field}
        id={id}
        className="field"
        type="text"
        value={draft}
        maxLength={MAX_NAME_LENGTH}
        autoComplete="nickname"
        spellCheck={false}
        enterKeyHint="done"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => void keep()}
        onKeyDown={onKeyDown}
      />
      {problem !== undefined && (
        <p id={`${id}-problem`} className="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
