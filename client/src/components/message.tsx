/** One message: who said it, when, what it answers, what it says, how people reacted, and - one's own - how far it got. */
import History from 'lucide-react/icons/history'
import RotateCw from 'lucide-react/icons/rotate-cw'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import X from 'lucide-react/icons/x'
import { type FocusEvent, type MouseEvent, memo, type PointerEvent, useRef, useState } from 'react'
import type { EntryId } from '../mesh'
import type { ConversationKey, MessageItem, PendingItem } from '../react/conversation'
import { type Label, labelText } from '../react/names'
import { timeWords } from '../react/words'
import { Avatar } from './avatar'
import { DeliveryMark, DeliveryState } from './delivery-state'
import { MessageActions } from './message-actions'
import { Payload } from './payload'
import { PersonName } from './person-name'
import { Quote } from './quote'
import { Reactions } from './reactions'

/** What can be asked of a message; the same object for as long as the log is on the page. */
export interface MessageHandlers {
  readonly onJump: (id: EntryId) => void
  readonly onReact: (id: EntryId, emoji: string, present: boolean) => void
  readonly onReply: (id: EntryId) => void
  readonly onEdit: (id: EntryId) => void
  readonly onRemove: (id: EntryId) => void
  readonly onRetry: (key: string) => void
  readonly onDiscard: (key: string) => void
}

interface Props extends Label {
  readonly to: ConversationKey
  readonly item: MessageItem
  /** the author's `name`, `mark` and `standing` come with it; whether it stands under the name of the one before */
  readonly continues: boolean
  readonly isOfOtherDay: boolean
  /** the last one that was said; its delivery is told in words, that of earlier ones as a mark */
  readonly isLatest: boolean
  /** whether the Tab key leads to it */
  readonly isStop: boolean
  readonly isSought: boolean
  readonly index: number
  /** how many there are; undefined when nobody knows */
  readonly count: number | undefined
  readonly self: string
  readonly handlers: MessageHandlers
}

export const Message = memo(function Message(props: Props) {
  const { to, item, name, mark, standing, continues, isOfOtherDay, isLatest, isStop, isSought, handlers } = props
  const { id, isOwn, body, replyTo, reactions } = item
  const isRemoved = body.kind === 'removed'
  const { isShown, ...watching } = useAttention()
  const react = (emoji: string, present: boolean) => handlers.onReact(id, emoji, present)
  const own = reactions.flatMap(({ emoji, authors }) => (authors.some((one) => one === props.self) ? [emoji] : []))
  return (
    <article
      className={`message ${isOwn ? 'message-said' : 'message-heard'}`}
      data-key={item.key}
      data-continues={continues}
      data-removed={isRemoved}
      data-sought={isSought}
      tabIndex={isStop ? 0 : -1}
      aria-posinset={props.index}
      aria-setsize={props.count ?? -1}
      {...watching}
    >
      {!isOwn && !continues && <Avatar id={item.author} name={name} size="small" />}
      <p className={continues || isOwn ? 'unseen' : 'message-author'}>
        {isOwn ? (
          <>
            <bdi>{name}</bdi> (you)
          </>
        ) : (
          <PersonName name={name} mark={mark} standing={standing} />
        )}
      </p>
      {replyTo !== undefined && <Quote to={to} id={replyTo} onJump={handlers.onJump} />}
      <div className="bubble">
        <div className="payload">
          {isRemoved ? <p className="payload-bytes">Message removed</p> : <Payload body={body} />}
        </div>
        <p className="message-meta">
          {item.isLate && (
            <span className="message-late" title="Written earlier, and arrived after what stands below it">
              <History aria-hidden="true" />
              arrived late
            </span>
          )}
          {body.kind === 'text' && body.isEdited && <span>edited</span>}
          <Time at={item.at} withDay={isOfOtherDay} />
          {isOwn && <DeliveryState to={to} id={id} at={item.at} isLatest={isLatest} />}
        </p>
      </div>
      {reactions.length > 0 && <Reactions reactions={reactions} onReact={react} />}
      {isShown && !isRemoved && (
        <MessageActions
          author={isOwn ? 'yours' : labelText({ name, mark })}
          isStop={isStop}
          reactions={reactions}
          own={own}
          onReact={react}
          onReply={() => handlers.onReply(id)}
          onEdit={isOwn && body.kind === 'text' ? () => handlers.onEdit(id) : undefined}
          onRemove={isOwn ? () => handlers.onRemove(id) : undefined}
        />
      )}
    </article>
  )
})

interface PendingProps {
  readonly item: PendingItem
  readonly to: ConversationKey
  readonly name: string
  readonly continues: boolean
  readonly handlers: MessageHandlers
}

/** One's own while it is being stored, or when it could not be. */
export const PendingMessage = memo(function PendingMessage({ item, to, name, continues, handlers }: PendingProps) {
  const { content, failure, key } = item
  return (
    <article
      className="message message-said"
      data-key={key}
      data-continues={continues}
      data-failed={failure !== undefined}
      tabIndex={-1}
    >
      <p className="unseen">
        <bdi>{name}</bdi> (you)
      </p>
      {content.kind === 'reply' && <Quote to={to} id={content.to} onJump={handlers.onJump} />}
      <div className="bubble">
        <div className="payload">
          <Payload body={{ kind: 'text', text: content.text }} />
        </div>
        <p className="message-meta">
          <Time at={item.at} />
          {failure === undefined ? (
            <DeliveryMark delivery={{ kind: 'storing' }} isLatest={false} />
          ) : (
            <span className="delivery">
              <TriangleAlert aria-hidden="true" />
            </span>
          )}
        </p>
      </div>
      {failure !== undefined && (
        <p className="message-failure">
          <span>Not delivered: {failure}.</span>{' '}
          <button className="link-button" type="button" onClick={() => handlers.onRetry(key)}>
            <RotateCw aria-hidden="true" />
            Try again
          </button>
          <button className="link-button" type="button" onClick={() => handlers.onDiscard(key)}>
            <X aria-hidden="true" />
            Discard
          </button>
        </p>
      )}
    </article>
  )
})

/** Whether somebody points at it, has come to it with the keyboard, or has tapped it. */
function useAttention() {
  const [isPointedAt, setPointedAt] = useState(false)
  const [isFocused, setFocused] = useState(false)
  const pointer = useRef('')
  return {
    isShown: isPointedAt || isFocused,
    onPointerEnter: ({ pointerType }: PointerEvent) => setPointedAt(pointerType === 'mouse'),
    onPointerLeave: () => setPointedAt(false),
    onPointerDown: ({ pointerType }: PointerEvent) => {
      pointer.current = pointerType
    },
    onFocus: ({ target }: FocusEvent) => {
      // A click of the mouse asks for nothing more than pointing does.
      if (pointer.current !== 'mouse' || target.matches(':focus-visible')) setFocused(true)
    },
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (currentTarget.contains(relatedTarget)) return
      pointer.current = ''
      setFocused(false)
    },
    onClick: ({ currentTarget, target }: MouseEvent<HTMLElement>) => {
      // Not every phone gives the focus to what was tapped.
      const isOnControl = target instanceof Element && target.closest('a, button') !== null
      if (!isOnControl && pointer.current !== 'mouse') currentTarget.focus({ preventScroll: true })
    },
  }
}

function Time({ at, withDay = false }: { readonly at: number | undefined; readonly withDay?: boolean }) {
  const words = at === undefined ? undefined : timeWords(at, withDay)
  if (words === undefined) return <span>at an unknown time</span>
  return (
    <time dateTime={words.iso} title={words.long}>
      {words.short}
    </time>
  )
}
