/**
 * What can be done with a message: a toolbar that shows while somebody points at it, focuses it or has tapped it. One stop
 * for the Tab key; the arrow keys lead along it.
 */
import Pencil from 'lucide-react/icons/pencil'
import Reply from 'lucide-react/icons/reply'
import SmilePlus from 'lucide-react/icons/smile-plus'
import Trash2 from 'lucide-react/icons/trash-2'
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import type { Reaction } from '../react/conversation'
import { emojiName, OFFERED_EMOJI } from '../react/emoji'

interface Props {
  /** whose message it is */
  readonly author: string
  /** whether the Tab key leads to it; one that shows only because the pointer is there is no stop */
  readonly isStop: boolean
  readonly reactions: readonly Reaction[]
  /** the signs that one has reacted with */
  readonly own: readonly string[]
  readonly onReact: (emoji: string, present: boolean) => void
  readonly onReply: () => void
  /** given where it is one's own, and text */
  readonly onEdit: (() => void) | undefined
  /** given where it is one's own */
  readonly onRemove: (() => void) | undefined
}

export function MessageActions({ author, isStop, reactions, own, onReact, onReply, onEdit, onRemove }: Props) {
  const [isPicking, setPicking] = useState(false)
  const bar = useRef<HTMLDivElement>(null)
  const picker = useRef<HTMLButtonElement>(null)
  const id = useId()

  function closePicker() {
    setPicking(false)
    picker.current?.focus()
  }

  return (
    <div className="actions">
      {isPicking && (
        <EmojiMenu
          id={id}
          others={reactions.map(({ emoji }) => emoji)}
          own={own}
          onPick={(emoji, present) => {
            closePicker()
            onReact(emoji, present)
          }}
          onClose={closePicker}
        />
      )}
      <div
        className="actions-bar"
        role="toolbar"
        aria-label={`Message of ${author}`}
        ref={bar}
        onKeyDown={(event) => moveAlong(event, bar.current)}
      >
        <button
          ref={picker}
          className="icon-button"
          type="button"
          aria-label="React"
          title="React"
          aria-haspopup="menu"
          aria-expanded={isPicking}
          aria-controls={isPicking ? id : undefined}
          tabIndex={isStop ? 0 : -1}
          onClick={() => setPicking(!isPicking)}
        >
          <SmilePlus aria-hidden="true" />
        </button>
        <Action label="Reply" onAct={onReply}>
          <Reply aria-hidden="true" />
        </Action>
        {onEdit && (
          <Action label="Edit" onAct={onEdit}>
            <Pencil aria-hidden="true" />
          </Action>
        )}
        {onRemove && (
          <Action label="Remove" onAct={onRemove}>
            <Trash2 aria-hidden="true" />
          </Action>
        )}
      </div>
    </div>
  )
}

function Action(props: { readonly label: string; readonly onAct: () => void; readonly children: ReactNode }) {
  return (
    <button
      className="icon-button"
      type="button"
      aria-label={props.label}
      title={props.label}
      tabIndex={-1}
      onClick={props.onAct}
    >
      {props.children}
    </button>
  )
}

interface MenuProps {
  readonly id: string
  readonly others: readonly string[]
  readonly own: readonly string[]
  readonly onPick: (emoji: string, present: boolean) => void
  readonly onClose: () => void
}

function EmojiMenu({ id, others, own, onPick, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null)
  const [isBelow, setBelow] = useState(false)
  useLayoutEffect(() => {
    // Above the toolbar, but for the topmost messages, over which there is no room.
    const top = menu.current?.closest('[role=log]')?.getBoundingClientRect().top ?? 0
    setBelow((menu.current?.getBoundingClientRect().top ?? 0) < top)
    menu.current?.querySelector('button')?.focus({ preventScroll: true })
  }, [])

  function onKeyDown(event: KeyboardEvent) {
    moveAlong(event, menu.current)
    if (event.key !== 'Escape' && event.key !== 'Tab') return
    event.preventDefault()
    event.stopPropagation()
    onClose()
  }

  return (
    <div
      className="emoji-menu"
      data-below={isBelow}
      id={id}
      role="menu"
      aria-label="React with"
      ref={menu}
      onKeyDown={onKeyDown}
    >
      {[...new Set([...OFFERED_EMOJI, ...others])].map((emoji, index) => (
        <button
          key={emoji}
          className="icon-button"
          type="button"
          role="menuitemcheckbox"
          aria-checked={own.includes(emoji)}
          aria-label={emojiName(emoji)}
          title={emojiName(emoji)}
          tabIndex={index === 0 ? 0 : -1}
          onClick={() => onPick(emoji, !own.includes(emoji))}
        >
          <span aria-hidden="true">{emoji}</span>
        </button>
      ))}
    </div>
  )
}

/** The arrow keys, Home and End lead from button to button. */
function moveAlong(event: KeyboardEvent, bar: HTMLElement | null): void {
  const buttons = [...(bar?.querySelectorAll('button') ?? [])]
  const at = buttons.findIndex((button) => button.matches(':focus'))
  const step = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
  if (step === undefined || at < 0) return
  event.preventDefault()
  event.stopPropagation()
  buttons[(step + buttons.length) % buttons.length]?.focus()
}
