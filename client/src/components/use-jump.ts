/** Leads to one message of a log, which may have to be loaded, or unfolded, before it can be seen. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { EntryId } from '../mesh'
import { useRoom } from '../react/context'
import type { ConversationKey } from '../react/conversation'
import type { Row } from '../react/rows'
import type { LogScroll } from './use-log-scroll'

/** Milliseconds for which a message that was jumped to stands out, and words about one that was not found stay. */
const SHOWN_FOR = 2_500

interface Options {
  readonly to: ConversationKey
  readonly rows: readonly Row[]
  readonly scroll: LogScroll
  readonly unfold: (key: string, count: number) => void
}

export interface Jump {
  /** the message that was jumped to a moment ago */
  readonly sought: string | undefined
  /** how a search stands that takes its time, or failed */
  readonly words: string
  readonly jumpTo: (id: EntryId) => void
  /** Leads to a row that is loaded, and gives it the focus. */
  readonly focusRow: (index: number) => void
}

export function useJump({ to, rows, scroll, unfold }: Options): Jump {
  const store = useRoom()
  const [sought, setSought] = useState<string>()
  const [words, setWords] = useState('')
  /** waits for its row to be there */
  const [wanted, setWanted] = useState<string>()
  const turn = useRef(0)
  const unfoldedFor = useRef<string>(undefined)
  const { box, goToRow } = scroll

  const focusWhenDrawn = useCallback(
    (key: string, triesLeft = 20) => {
      const article = box.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
      article?.focus({ preventScroll: true })
      // What was not measured yet is hidden, and takes no focus.
      const hasIt = article?.matches(':focus') === true
      if (!hasIt && triesLeft > 0) requestAnimationFrame(() => focusWhenDrawn(key, triesLeft - 1))
    },
    [box],
  )

  const seek = useCallback(
    async (id: EntryId) => {
      turn.current += 1
      const own = turn.current
      setWords('Looking for that message…')
      const isFound = await store.seek(to, id)
      if (own !== turn.current) return
      setWords(isFound ? '' : 'That message is not held here.')
      if (isFound) setWanted(id)
    },
    [store, to],
  )

  useEffect(() => {
    if (wanted === undefined) return
    const index = rows.findIndex(({ key }) => key === wanted)
    if (index < 0) {
      // Loaded, and in no row: it is folded away.
      if (unfoldedFor.current !== wanted) unfold(wanted, Number.MAX_SAFE_INTEGER)
      unfoldedFor.current = wanted
      return
    }
    setWanted(undefined)
    setSought(wanted)
    goToRow(index, 'center')
    focusWhenDrawn(wanted)
  }, [wanted, rows, unfold, goToRow, focusWhenDrawn])

  useEffect(() => {
    if (sought === undefined && words === '') return undefined
    const timer = setTimeout(() => {
      setSought(undefined)
      setWords((current) => (current.endsWith('…') ? current : ''))
    }, SHOWN_FOR)
    return () => clearTimeout(timer)
  }, [sought, words])

  function focusRow(index: number) {
    const key = rows[index]?.key
    goToRow(index, 'nearest')
    if (key !== undefined) focusWhenDrawn(key)
  }

  const jumpTo = useCallback((id: EntryId) => void seek(id), [seek])
  return { sought, words, jumpTo, focusRow }
}
