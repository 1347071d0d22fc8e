/**
 * Where people write: something new, an answer, or what they said once more. Enter sends, Shift and Enter begin a line,
 * Escape turns an answer or an edit back into something new; what could not be sent comes back.
 */
import SendHorizontal from 'lucide-react/icons/send-horizontal'
import X from 'lucide-react/icons/x'
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useState } from 'react'
import { type Composing, cancel, editOf, handBack, sent } from '../react/composing'
import { useRoom } from '../react/context'
import { type Conversation, type ConversationKey, type MessageItem, textOf } from '../react/conversation'
import { directionOf } from '../react/direction'
import { useMessage, useRoomState } from '../react/hooks'
import { authorText, isBlank } from '../react/names'
import type { Said } from '../react/sayings'
import { excerpt } from './quote'

/** Where the browser does not grow a text box by itself, this file does. */
const growsByItself = CSS.supports('field-sizing', 'content')

interface Props {
  readonly to: ConversationKey
  readonly conversation: Conversation
  readonly composing: Composing
  readonly onCompose: (change: (before: Composing) => Composing) => void
  readonly boxRef: RefObject<HTMLTextAreaElement | null>
}

export function Composer({ to, conversation, composing, onCompose, boxRef }: Props) {
  const store = useRoom()
  const [problem, setProblem] = useState<string>()
  const id = useId()
  const { text } = composing

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const box = boxRef.current
    if (growsByItself || !box) return
    box.style.height = 'auto'
    box.style.height = `${box.scrollHeight}px`
  }, [boxRef, text])

  // Whoever goes elsewhere types here no more.
  useEffect(() => () => store.type(to, false), [store, to])

  function change(next: string) {
    onCompose((before) => ({ ...before, text: next }))
    setProblem(undefined)
    // What one said once more is in nobody's way.
    if (composing.kind !== 'edit') store.type(to, !isBlank(next))
  }

  async function say() {
    if (isBlank(text)) return
    onCompose(sent)
    setProblem(undefined)
    boxRef.current?.focus()
    const said = await send(composing)
    if (said.kind === 'kept') return
    onCompose((since) => handBack(composing, since))
    setProblem(`Not sent: ${said.why}.`)
  }

  function send(content: Composing): Promise<Said> {
    switch (content.kind) {
      case 'new':
        return store.say(to, { kind: 'text', text: content.text })
      case 'reply':
        return store.say(to, { kind: 'reply', to: content.to, text: content.text })
      case 'edit':
        return store.edit(to, content.id, content.text)
    }
  }

  function giveUp() {
    onCompose(cancel)
    setProblem(undefined)
    boxRef.current?.focus()
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault()
    void say()
  }

  function onKeyDown(event: KeyboardEvent) {
    // An input method uses Enter to pick a word; Safari says so only by the key code 229.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void say()
    }
    if (event.key === 'Escape' && composing.kind !== 'new') {
      event.preventDefault()
      event.stopPropagation()
      giveUp()
    }
    const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey
    if (event.key === 'ArrowUp' && isPlain && composing.kind === 'new' && text === '') {
      const last = conversation.items.findLast(isOwnText)
      const own = last && textOf(last)
      if (last === undefined || own === undefined) return
      event.preventDefault()
      onCompose((before) => editOf(before, last.id, own))
    }
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      <p id={`${id}-problem`} className="problem" role="alert">
        {problem}
      </p>
      {composing.kind !== 'new' && <Context id={`${id}-context`} to={to} composing={composing} onGiveUp={giveUp} />}
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
          aria-describedby={describedBy(id, problem, composing)}
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

interface ContextProps {
  readonly id: string
  readonly to: ConversationKey
  readonly composing: Exclude<Composing, { kind: 'new' }>
  readonly onGiveUp: () => void
}

/** What is answered, or said once more. */
function Context({ id, to, composing, onGiveUp }: ContextProps) {
  const message = useMessage(to, composing.kind === 'reply' ? composing.to : composing.id)
  const labels = useRoomState((state) => state.labels)
  const isReply = composing.kind === 'reply'
  const author = message && (message.isOwn ? 'yourself' : authorText(labels, message))
  return (
    <div className="composer-context">
      <p id={id} role="status">
        <strong>
          {isReply ? <>Answering {author === undefined ? 'a message' : <bdi>{author}</bdi>}</> : 'Editing'}
        </strong>{' '}
        {message && <bdi className="quote-text">{excerpt(message)}</bdi>}
      </p>
      <button
        className="icon-button"
        type="button"
        aria-label={isReply ? 'Cancel the answer' : 'Cancel the edit'}
        title="Escape"
        onClick={onGiveUp}
      >
        <X aria-hidden="true" />
      </button>
    </div>
  )
}

function describedBy(id: string, problem: string | undefined, { kind }: Composing): string | undefined {
  const ids = [...(problem === undefined ? [] : [`${id}-problem`]), ...(kind === 'new' ? [] : [`${id}-context`])]
  return ids.length === 0 ? undefined : ids.join(' ')
}

function isOwnText(item: Conversation['items'][number]): item is MessageItem {
  return item.kind === 'message' && item.isOwn && item.body.kind === 'text'
}
