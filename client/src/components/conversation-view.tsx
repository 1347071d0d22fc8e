/** One conversation: whose it is, what was said and what can be done with it, and the box to say more. */
import ArrowLeft from 'lucide-react/icons/arrow-left'
import Shield from 'lucide-react/icons/shield'
import ShieldCheck from 'lucide-react/icons/shield-check'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import type { EntryId, PeerId } from '../mesh'
import { type Composing, editOf, NOTHING_YET, removedFrom, replyTo } from '../react/composing'
import { useRoom } from '../react/context'
import { type Conversation, type ConversationKey, EVERYONE, textOf } from '../react/conversation'
import { useConversation, useLabel, useMedia, useRoomState } from '../react/hooks'
import { present } from '../react/members'
import { labelText } from '../react/names'
import { directWords } from '../react/words'
import { Avatar } from './avatar'
import { Composer } from './composer'
import type { MessageHandlers } from './message'
import { MessageLog } from './message-log'
import { PersonName } from './person-name'
import { RemoveSheet } from './remove-sheet'
import { TypingLine } from './typing-line'

interface Props {
  readonly to: ConversationKey
  readonly link: string
  readonly isNamed: boolean
  readonly drafts: Map<ConversationKey, Composing>
  readonly isNarrow: boolean
  readonly onBack: () => void
  readonly onCompare: (peer: PeerId) => void
}

export function ConversationView({ to, link, isNamed, drafts, isNarrow, onBack, onCompare }: Props) {
  const store = useRoom()
  const conversation = useConversation(to)
  const [composing, setComposing] = useState<Composing>(drafts.get(to) ?? NOTHING_YET)
  const [removing, setRemoving] = useState<EntryId>()
  const latest = useRef(composing)
  const box = useRef<HTMLTextAreaElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const hasFinePointer = useMedia('(pointer: fine)')
  const focusBox = hasFinePointer && !isNarrow

  const hasBegun = useRef(false)
  useEffect(() => {
    // Whoever makes the window smaller stays where they are.
    if (hasBegun.current) return
    hasBegun.current = true
    // On a phone the box would bring up the keyboard over what people came to read.
    const target = focusBox ? box.current : heading.current
    target?.focus()
  }, [focusBox])

  const compose = useMemo(
    () => (change: (before: Composing) => Composing) => {
      latest.current = change(latest.current)
      drafts.set(to, latest.current)
      setComposing(latest.current)
    },
    [drafts, to],
  )

  function keep(id: EntryId) {
    setRemoving(undefined)
    // The button that asked is gone with its toolbar, and what is behind the panel takes no focus before it is closed.
    const message = `[data-key="${CSS.escape(id)}"]`
    requestAnimationFrame(() => document.querySelector<HTMLElement>(message)?.focus({ preventScroll: true }))
  }

  const handlers = useMemo(() => {
    const write = (change: (before: Composing) => Composing) => {
      compose(change)
      box.current?.focus()
    }
    return {
      onReact: (id: EntryId, emoji: string, present: boolean) => void store.react(to, id, emoji, present),
      onReply: (id: EntryId) => write((before) => replyTo(before, id)),
      onEdit: (id: EntryId) => {
        const message = store.message(to, id)
        const text = message && textOf(message)
        if (text !== undefined) write((before) => editOf(before, id, text))
      },
      onRemove: setRemoving,
      onRetry: (key: string) => {
        box.current?.focus()
        void store.sayAgain(to, key)
      },
      onDiscard: (key: string) => {
        box.current?.focus()
        store.discard(to, key)
      },
    }
  }, [store, to, compose])

  return (
    <section className="conversation" aria-labelledby="conversation-heading">
      {to === EVERYONE ? (
        <h2 className="unseen" id="conversation-heading" ref={heading} tabIndex={-1}>
          Everyone
        </h2>
      ) : (
        <div className="conversation-head">
          {isNarrow && (
            <button className="icon-button" type="button" aria-label="Back to everyone" onClick={onBack}>
              <ArrowLeft aria-hidden="true" />
            </button>
          )}
          <DirectHeading peer={to} headingRef={heading} onCompare={onCompare} />
        </div>
      )}
      {to === EVERYONE ? (
        <MessageLog to={to} conversation={conversation} label="Messages" handlers={handlers}>
          <EmptyRoom link={link} isNamed={isNamed} />
        </MessageLog>
      ) : (
        <DirectLog peer={to} conversation={conversation} handlers={handlers} />
      )}
      <TypingLine to={to} />
      <Composer to={to} conversation={conversation} composing={composing} onCompose={compose} boxRef={box} />
      {removing !== undefined && (
        <RemoveSheet
          to={to}
          id={removing}
          onRemove={(id) => compose((before) => removedFrom(before, id))}
          onClose={() => keep(removing)}
        />
      )}
    </section>
  )
}

function EmptyRoom({ link, isNamed }: { readonly link: string; readonly isNamed: boolean }) {
  const unmet = useRoomState((state) => (present(state.members).length === 0 ? state.unmet : undefined))
  if (unmet === 'not found yet') return <p className="empty-title">Looking for who is here…</p>
  if (unmet === 'another password') {
    return (
      <>
        <p className="empty-title">Nobody with your password is here</p>
        <p>Whoever comes with the same one will meet you. Those who are here have another, and cannot read you.</p>
      </>
    )
  }
  return (
    <>
      <p className="empty-title">It is quiet here</p>
      <p>
        {isNamed
          ? 'Tell the name of this room, or its link, and the password to whoever should come in. Whoever has both can enter, and read what was said here.'
          : 'Send this link to whoever should come in. Whoever has it can enter, and read what was said here.'}
      </p>
      <code className="empty-link">{link}</code>
    </>
  )
}

function DirectHeading(props: {
  readonly peer: PeerId
  readonly headingRef: RefObject<HTMLHeadingElement | null>
  readonly onCompare: (peer: PeerId) => void
}) {
  const label = useLabel(props.peer)
  const member = useRoomState((state) => state.members.find((candidate) => candidate.id === props.peer))
  const Compare = label.standing === 'verified' ? ShieldCheck : Shield
  return (
    <>
      <Avatar id={props.peer} name={label.name} />
      <div className="conversation-lines">
        <h2 className="conversation-name" id="conversation-heading" ref={props.headingRef} tabIndex={-1}>
          <PersonName {...label} />
        </h2>
        <p className="conversation-how">
          {directWords(member, label.standing).map((part, index) => (
            <span className="conversation-part" key={part}>
              {index > 0 && '· '}
              {part}
            </span>
          ))}
        </p>
      </div>
      {member !== undefined && member.status !== 'gone' && (
        <button
          className="button conversation-safety"
          data-verified={label.standing === 'verified'}
          type="button"
          aria-haspopup="dialog"
          aria-label="Compare safety code"
          onClick={() => props.onCompare(props.peer)}
        >
          <Compare aria-hidden="true" />
          <span className="bar-label">Safety code</span>
        </button>
      )}
    </>
  )
}

function DirectLog(props: {
  readonly peer: PeerId
  readonly conversation: Conversation
  readonly handlers: Omit<MessageHandlers, 'onJump'>
}) {
  const label = useLabel(props.peer)
  return (
    <MessageLog
      to={props.peer}
      conversation={props.conversation}
      label={`Direct messages with ${labelText(label)}`}
      handlers={props.handlers}
    >
      <p className="empty-title">Nothing said yet</p>
      <p>
        What you write here goes to <bdi>{labelText(label)}</bdi> alone.
      </p>
    </MessageLog>
  )
}
