/** What was said in a conversation, as a log that follows its end. */
import ArrowDown from 'lucide-react/icons/arrow-down'
import { type ReactNode, type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useRoom } from '../react/context'
import { type Conversation, type ConversationKey, type Entry, EVERYONE, isMessage } from '../react/conversation'
import { useRoomState } from '../react/hooks'
import { SHOWN_ENTRIES } from '../react/limits'
import { forgottenLabel, type Label, labelText, plainName } from '../react/names'
import { type Row, rowsOf } from '../react/rows'
import { countWords, newDayWords } from '../react/words'
import { useFollowingScroll } from './following-scroll'
import { HeardMessage, SaidMessage } from './message'
import { Note } from './note'

/** Milliseconds. Messages of one author closer than this stand together under one name. */
const GROUPED_WITHIN = 5 * 60_000

interface Props {
  readonly to: ConversationKey
  readonly conversation: Conversation
  readonly label: string
  /** takes the focus when what had it is gone */
  readonly boxRef: RefObject<HTMLTextAreaElement | null>
  /** shown while nothing was said */
  readonly children: ReactNode
}

export function MessageLog({ to, conversation, label, boxRef, children }: Props) {
  const store = useRoom()
  const labels = useRoomState((state) => state.labels)
  const selfName = useRoomState((state) => state.self.name)
  const [shownCount, setShownCount] = useState(SHOWN_ENTRIES)
  const { entries, dropped } = conversation
  const [unfolded, setUnfolded] = useState<ReadonlyMap<string, number>>(new Map())
  const { rows, hasEarlier } = useMemo(() => rowsOf(entries, shownCount, unfolded), [entries, shownCount, unfolded])
  const latest = entries.findLast(isMessage)
  const latestSaid = entries.findLast((entry) => entry.kind === 'said')?.key
  const scroll = useFollowingScroll(entries, { key: latest?.key, isOwn: latest?.kind === 'said' })

  // Keeps what is being read where it is while older entries come in above it.
  const heightBefore = useRef<number>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when more entries are shown, or more of a run
  useLayoutEffect(() => {
    const box = scroll.box.current
    if (box && heightBefore.current !== undefined) box.scrollTop += box.scrollHeight - heightBefore.current
    heightBefore.current = undefined
  }, [shownCount, unfolded])

  function showEarlier() {
    heightBefore.current = scroll.box.current?.scrollHeight
    setShownCount((count) => count + SHOWN_ENTRIES)
    scroll.box.current?.focus()
  }

  function unfold(run: string) {
    heightBefore.current = scroll.box.current?.scrollHeight
    setUnfolded((before) => new Map(before).set(run, (before.get(run) ?? 0) + SHOWN_ENTRIES))
    setShownCount((count) => count + SHOWN_ENTRIES)
    scroll.box.current?.focus()
  }

  const retry = useCallback(
    (key: string) => {
      boxRef.current?.focus()
      void store.sayAgain(to, key)
    },
    [store, to, boxRef],
  )

  function show(entry: Entry, before: Entry | undefined) {
    switch (entry.kind) {
      case 'note':
      case 'renamed':
        return <Note key={entry.key} entry={entry} />
      case 'heard': {
        const author = labels.get(entry.from) ?? forgottenLabel({ id: entry.from, name: entry.name })
        return <HeardMessage key={entry.key} entry={entry} {...author} continues={continues(before, entry)} />
      }
      case 'said':
        return (
          <SaidMessage
            key={entry.key}
            entry={entry}
            author={plainName(selfName)}
            continues={continues(before, entry)}
            isDirect={to !== EVERYONE}
            isLatest={entry.key === latestSaid}
            onRetry={retry}
          />
        )
    }
  }

  return (
    <div className="log-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <div className="log" role="log" aria-label={label} tabIndex={0} ref={scroll.box} onScroll={scroll.onScroll}>
        <div className="log-column">
          {dropped > 0 && <p className="note">Some earlier messages are no longer held in this tab.</p>}
          {hasEarlier && (
            <button className="button log-earlier" type="button" onClick={showEarlier}>
              Show earlier
            </button>
          )}
          {latest === undefined && <div className="empty">{children}</div>}
          <div>
            {rows.map((row) => {
              if (row.kind === 'fold') {
                const author =
                  labels.get(row.first.from) ?? forgottenLabel({ id: row.first.from, name: row.first.name })
                return <FoldedRun key={`run ${row.run}`} row={row} author={author} onUnfold={unfold} />
              }
              const { entry, before } = row
              const day = newDayWords(before?.at ?? entry.at, entry.at)
              if (day === undefined) return show(entry, before)
              return [
                <p className="note" key={`day ${entry.key}`}>
                  {day}
                </p>,
                show(entry, before),
              ]
            })}
          </div>
        </div>
      </div>
      {scroll.isBehind && (
        <button
          className="button log-behind"
          type="button"
          onClick={() => {
            scroll.goToEnd()
            scroll.box.current?.focus()
          }}
        >
          <ArrowDown aria-hidden="true" />
          New messages
        </button>
      )}
    </div>
  )
}

interface FoldedRunProps {
  readonly row: Extract<Row, { kind: 'fold' }>
  readonly author: Label
  readonly onUnfold: (run: string) => void
}

/** Not announced: its number changes with each message of a flood. */
function FoldedRun({ row, author, onUnfold }: FoldedRunProps) {
  return (
    <p className="note" aria-live="off">
      {countWords(row.count, 'message', 'messages')} of <bdi>{labelText(author)}</bdi> in a row, folded.{' '}
      <button className="link-button" type="button" onClick={() => onUnfold(row.run)}>
        Show {Math.min(row.count, SHOWN_ENTRIES).toLocaleString()} more
      </button>
    </p>
  )
}

function continues(before: Entry | undefined, entry: Entry): boolean {
  if (before === undefined || entry.at - before.at > GROUPED_WITHIN) return false
  if (before.kind === 'heard' && entry.kind === 'heard') return before.from === entry.from
  return before.kind === 'said' && entry.kind === 'said'
}
