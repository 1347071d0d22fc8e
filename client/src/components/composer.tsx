/** Where people write. Enter sends, Shift and Enter begin a line; what could not be sent comes back. */
import SendHorizontal from 'lucide-react/icons/send-horizontal'
import { type FormEvent, type KeyboardEvent, type RefObject, useId, useLayoutEffect, useState } from 'react'
import { useRoom } from '../react/context'
import type { ConversationKey } from '../react/conversation'
import { directionOf } from '../react/direction'
import { isBlank } from '../react/names'

/** Where the browser does not grow a text box by itself, this file does. */
const growsByItself = CSS.supports('field-sizing', 'content')

interface Props {
  readonly to: ConversationKey
  readonly drafts: Map<ConversationKey, string>
  readonly boxRef: RefObject<HTMLTextAreaElement | null>
}

export function Composer({ to, drafts, boxRef }: Props) {
  const store = useRoom()
  const [text, setText] = useState(drafts.get(to) ?? '')
  const [problem, setProblem] = useState<string>()
  const id = useId()

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const box = boxRef.current
    if (growsByItself || !box) return
    box.style.height = 'auto'
    box.style.height = `${box.scrollHeight}px`
  }, [boxRef, text])

  function change(next: string) {
    drafts.set(to, next)
    setText(next)
    setProblem(undefined)
  }

  async function say() {
    if (isBlank(text)) return
    change('')
    boxRef.current?.focus()
    const said = await store.say(to, text)
    if (said.kind === 'kept') return
    const since = drafts.get(to) ?? ''
    change(since === '' ? text : `${text}\n${since}`)
    setProblem(`Not sent: ${said.why}.`)
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault()
    void say()
  }

  function onKeyDown(event: KeyboardEvent) {
    // An input method uses Enter to pick a word; Safari says so only by the key code 229.
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return
    event.preventDefault()
    void say()
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      <p id={`${id}-problem`} className="problem" role="alert">
        {problem}
      </p>
      <div className="composer-row">
        <textarea
          ref={boxRef}
          className="field composer-box"
          aria-label="Message"
          placeholder="Write a message"
          rows={1}
          dir={directionOf(text)}
          enterKeyHint="send"
          value={text}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button className="button button-strong composer-send" type="submit" aria-label="Send">
          <SendHorizontal aria-hidden="true" />
        </button>
      </div>
    </form>
  )
}
