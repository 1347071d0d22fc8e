/**
 * Reads out what is said, and nothing else: in the log itself older messages come and go as one scrolls, so that it cannot
 * be what announces. A burst is counted instead of read.
 */
import { useEffect, useRef, useState } from 'react'
import { comparePositions, type Position } from '../mesh'
import type { Conversation, MessageItem } from '../react/conversation'
import { useRoomState } from '../react/hooks'
import { authorText } from '../react/names'
import { countWords } from '../react/words'
import { excerpt } from './quote'

/** More than this at once is not read out one by one. */
const READ_AT_ONCE = 3

/** Milliseconds. Long enough for any screen reader to have taken it up. */
const FORGET_AFTER = 10_000

export function Announcer({ conversation }: { readonly conversation: Conversation }) {
  const labels = useRoomState((state) => state.labels)
  const [words, setWords] = useState<readonly string[]>([])
  /** undefined while nothing was said */
  const heard = useRef<Position>(undefined)
  const hasBegun = useRef(false)
  const lateHeard = useRef(new Set<string>())
  const { items, top, lateUnseen } = conversation

  useEffect(() => {
    if (top === 'unknown') return
    const since = heard.current
    const isFirst = !hasBegun.current
    hasBegun.current = true
    const isAfter = ({ position }: MessageItem) => since === undefined || comparePositions(position, since) > 0
    const newest = items.findLast((item): item is MessageItem => item.kind === 'message')
    if (newest && isAfter(newest)) heard.current = newest.position
    const lateOnes = lateUnseen.filter((id) => !lateHeard.current.has(id))
    for (const id of lateOnes) lateHeard.current.add(id)
    if (isFirst) return
    const fresh = items.filter(
      (item): item is MessageItem =>
        item.kind === 'message' && !item.isOwn && (isAfter(item) || lateOnes.includes(item.id)),
    )
    if (fresh.length === 0) return
    const say = (item: MessageItem) =>
      `${authorText(labels, item)}${item.isLate ? ', arrived late' : ''}: ${excerpt(item)}`
    setWords(
      fresh.length > READ_AT_ONCE
        ? [`${countWords(fresh.length, 'new message', 'new messages')}, the last of ${fresh.slice(-1).map(say).join()}`]
        : fresh.map(say),
    )
  }, [items, top, lateUnseen, labels])

  useEffect(() => {
    if (words.length === 0) return undefined
    const timer = setTimeout(() => setWords([]), FORGET_AFTER)
    return () => clearTimeout(timer)
  }, [words])

  return (
    <div className="unseen" aria-live="polite">
      {words.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  )
}
