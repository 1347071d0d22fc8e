/**
 * What was said in a conversation, as a log that follows its end and reads on as somebody scrolls up. Only what is near
 * is on the page; what is new is read out by Announcer.
 */
import ArrowDown from 'lucide-react/icons/arrow-down'
import ArrowUp from 'lucide-react/icons/arrow-up'
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useState } from 'react'
import { Virtualizer } from 'virtua'
import { useRoom } from '../react/context'
import type { Conversation, ConversationKey, Item } from '../react/conversation'
import { isNote } from '../react/conversation'
import { useRoomState } from '../react/hooks'
import { UNFOLDED_AT_ONCE } from '../react/limits'
import { type FoldRow, rowsOf } from '../react/rows'
import { countWords } from '../react/words'
import { Announcer } from './announcer'
import { LogRow } from './log-row'
import { LogTop } from './log-top'
import type { MessageHandlers } from './message'
import { useJump } from './use-jump'
import { useLogScroll } from './use-log-scroll'

/** CSS pixels above the first row, for what is said of the beginning; as in `styles/log.css`. */
const TOP_HEIGHT = 56

/** CSS pixels beyond each edge for which rows are kept ready. */
const BUFFER = 500

interface Props {
  readonly to: ConversationKey
  readonly conversation: Conversation
  readonly label: string
  readonly handlers: Omit<MessageHandlers, 'onJump'>
  /** shown while nothing was said */
  readonly children: ReactNode
}

export function MessageLog({ to, conversation, label, handlers, children }: Props) {
  const store = useRoom()
  const labels = useRoomState((state) => state.labels)
  const self = useRoomState((state) => state.self)
  const { items, top, isCutOff, marker, lateUnseen } = conversation
  const [unfolded, setUnfolded] = useState<ReadonlyMap<string, number>>(new Map())
  const rows = useMemo(() => rowsOf({ items, marker }, unfolded, Date.now()), [items, marker, unfolded])
  const isEmpty = items.every(isNote)
  const count = items.reduce((sum, { kind }) => sum + (kind === 'message' ? 1 : 0), 0)
  const ownLatest = isCutOff ? undefined : items.findLast(isOwn)?.key

  const onNearTop = useCallback(() => void store.loadOlder(to), [store, to])
  const scroll = useLogScroll({ rows, isLoaded: top !== 'unknown', justSaid: lastOwn(items), onNearTop })
  const { box, view, step, isAtEnd } = scroll
  const unfold = useCallback((key: string, count: number) => {
    setUnfolded((before) => new Map(before).set(key, (before.get(key) ?? 0) + count))
  }, [])
  const jump = useJump({ to, rows: step.rows, scroll, unfold })
  const [focused, setFocused] = useState<string>()

  const { jumpTo } = jump
  const all = useMemo(() => ({ ...handlers, onJump: jumpTo }), [handlers, jumpTo])
  const onUnfold = useCallback(
    (row: FoldRow) => {
      unfold(row.key.slice('fold '.length), UNFOLDED_AT_ONCE)
      box.current?.focus({ preventScroll: true })
    },
    [unfold, box],
  )

  const isAtVeryEnd = isAtEnd && !isCutOff
  useEffect(() => store.follow(isAtVeryEnd), [store, isAtVeryEnd])

  const focusedAt = focused === undefined ? -1 : step.rows.findIndex(({ key }) => key === focused)
  const inView = step.rows.slice(view.first, view.last + 1)
  const stop =
    focusedAt >= 0 ? focused : inView.findLast((row) => row.kind === 'item' && row.item.kind === 'message')?.key
  const lateInView = lateUnseen.filter((id) => inView.some(({ key }) => key === id))
  const lateAbove = lateUnseen.filter((id) => !step.rows.slice(view.first).some(({ key }) => key === id))
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids are what counts, not the list that holds them
  useEffect(() => {
    if (lateInView.length > 0) store.seeLate(to, lateInView)
  }, [store, to, lateInView.join()])

  async function goToEnd() {
    await store.loadEnd(to)
    scroll.goToEnd()
    box.current?.focus({ preventScroll: true })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.target === box.current && event.key === 'End') {
      event.preventDefault()
      void goToEnd()
    }
    const from = event.target instanceof HTMLElement ? event.target.dataset.key : undefined
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (from === undefined || by === undefined) return
    event.preventDefault()
    const at = step.rows.findIndex(({ key }) => key === from)
    for (let next = at + by; at >= 0 && next >= 0 && next < step.rows.length; next += by) {
      const row = step.rows[next]
      if (row?.kind === 'item' && !isNote(row.item)) return jump.focusRow(next)
    }
  }

  return (
    <div className="log-frame">
      <div
        className="log"
        role="log"
        aria-label={label}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        ref={box}
        onScroll={scroll.onScroll}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => setFocused(target.closest<HTMLElement>('[data-key]')?.dataset.key ?? focused)}
      >
        <div className="log-column" ref={scroll.column}>
          {isEmpty && top !== 'unknown' && top !== 'more' && <div className="empty">{children}</div>}
          {step.rows.length > 0 && !(isEmpty && top === 'beginning') && <LogTop top={top} />}
          <Virtualizer
            ref={scroll.list}
            scrollRef={box}
            data={step.rows}
            shift={step.isAtFront}
            startMargin={TOP_HEIGHT}
            bufferSize={BUFFER}
            keepMounted={focusedAt < 0 ? [] : [focusedAt]}
          >
            {(row) => (
              <div key={row.key} className="log-row">
                <LogRow
                  to={to}
                  row={row}
                  labels={labels}
                  self={self}
                  latest={ownLatest}
                  stop={stop}
                  sought={jump.sought}
                  count={top === 'beginning' && !isCutOff ? count : undefined}
                  handlers={all}
                  onUnfold={onUnfold}
                />
              </div>
            )}
          </Virtualizer>
          {isCutOff && <p className="note">Newer messages are not shown here.</p>}
        </div>
      </div>
      {lateAbove.length > 0 && (
        <button className="button log-late" type="button" onClick={() => lateAbove[0] && jumpTo(lateAbove[0])}>
          <ArrowUp aria-hidden="true" />
          {countWords(lateAbove.length, 'message', 'messages')} arrived late
        </button>
      )}
      <p className="log-status" role="status">
        {jump.words}
      </p>
      {!isAtVeryEnd && rows.length > 0 && (
        <button className="button log-behind" type="button" onClick={() => void goToEnd()}>
          <ArrowDown aria-hidden="true" />
          {conversation.unread > 0 ? 'New messages' : 'Latest messages'}
        </button>
      )}
      <Announcer conversation={conversation} />
    </div>
  )
}

function isOwn(item: Item): boolean {
  return item.kind === 'message' && item.isOwn
}

/** What one has just said, while nothing stands below it. */
function lastOwn(items: readonly Item[]): string | undefined {
  const last = items.at(-1)
  return last !== undefined && (last.kind === 'pending' || isOwn(last)) ? last.key : undefined
}
