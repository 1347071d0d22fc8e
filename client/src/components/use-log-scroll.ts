/**
 * Where a log is scrolled to: at its end for as long as somebody is there, else at what they read, whatever comes in above
 * and below. Which rows are drawn is the virtualizer's, what they are rowsOf's.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import { type Step, stepTowards } from '../react/row-steps'
import type { Row } from '../react/rows'

/** CSS pixels from the end that still count as being there; a touch never stops at exactly zero. */
const NEAR_END = 40

/** Rows from the first at which more have to come in. */
const NEAR_TOP = 20

/** Milliseconds after a change of what is drawn within which a scroll is not taken for somebody's, unless they moved. */
const SETTLING = 300

/** Milliseconds for which a turn of the wheel, a key or a finger explains a scroll. */
const INTENT = 1_000

/** Rows in view, by their numbers. */
interface View {
  readonly first: number
  readonly last: number
}

interface Options {
  readonly rows: readonly Row[]
  /** whether it is known what there is to show, so that a place to begin at can be found */
  readonly isLoaded: boolean
  /** what one has just said oneself: it leads back to the end */
  readonly justSaid: string | undefined
  /** the first rows are near */
  readonly onNearTop: () => void
}

export interface LogScroll {
  readonly box: RefObject<HTMLDivElement | null>
  readonly column: RefObject<HTMLDivElement | null>
  readonly list: RefObject<VirtualizerHandle | null>
  /** the rows as they are to be drawn now */
  readonly step: Step<Row>
  readonly view: View
  readonly isAtEnd: boolean
  readonly onScroll: () => void
  readonly goToEnd: () => void
  readonly goToRow: (index: number, align: 'center' | 'nearest' | 'start') => void
}

export function useLogScroll({ rows, isLoaded, justSaid, onNearTop }: Options): LogScroll {
  const box = useRef<HTMLDivElement>(null)
  const column = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const isFollowing = useRef(true)
  const hasBegun = useRef(false)
  const lastTop = useRef(0)
  const lastHeight = useRef(0)
  const drawnAt = useRef(0)
  const movedAt = useRef(Number.NEGATIVE_INFINITY)
  const leftAt = useRef(Number.NEGATIVE_INFINITY)
  const marked = useRef<string>(undefined)
  const said = useRef(justSaid)
  const [step, setStep] = useState<Step<Row>>({ rows, isAtFront: false })
  const [view, setView] = useState<View>({ first: 0, last: -1 })
  const [isAtEnd, setAtEnd] = useState(false)

  const look = useCallback(() => {
    const element = box.current
    if (!element) return
    const isThere = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_END
    const now = performance.now()
    // Where nothing else has changed a scroll is somebody's, too: screen readers and searches move without a key.
    const isStill = element.scrollHeight === lastHeight.current && now - drawnAt.current > SETTLING
    const isOfSomebody = now - movedAt.current < INTENT || isStill
    // Only scrolling up leaves the end; content that grows below, or is measured, does not.
    // On the way elsewhere it is still there for a moment.
    const hasLeft = now - leftAt.current <= SETTLING
    if (isThere) isFollowing.current ||= !hasLeft
    else if (isOfSomebody && element.scrollTop < lastTop.current) isFollowing.current = false
    else if (isFollowing.current) element.scrollTop = element.scrollHeight
    lastTop.current = element.scrollTop
    lastHeight.current = element.scrollHeight
    setAtEnd(isThere && !hasLeft)
    const first = list.current?.findItemIndex(element.scrollTop) ?? 0
    const last = list.current?.findItemIndex(element.scrollTop + element.clientHeight) ?? -1
    setView((before) => (before.first === first && before.last === last ? before : { first, last }))
  }, [])

  const toEnd = useCallback(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
    look()
  }, [look])

  const goToEnd = useCallback(() => {
    isFollowing.current = true
    toEnd()
  }, [toEnd])

  const goToRow = useCallback(
    (index: number, align: 'center' | 'nearest' | 'start') => {
      isFollowing.current = false
      leftAt.current = performance.now()
      setAtEnd(false)
      list.current?.scrollToIndex(index, { align })
      setTimeout(look, 2 * SETTLING)
    },
    [look],
  )

  useLayoutEffect(() => {
    if (step.rows === rows) return
    const first = isFollowing.current ? undefined : list.current?.findItemIndex(box.current?.scrollTop ?? 0)
    setStep(stepTowards(step.rows, rows, first === undefined ? undefined : step.rows[first]?.key))
  }, [step, rows])

  useLayoutEffect(() => {
    if (!isLoaded || step.rows.length === 0) return
    const hasSaid = justSaid !== undefined && justSaid !== said.current
    said.current = justSaid
    hasBegun.current = true
    drawnAt.current = performance.now()
    if (hasSaid) isFollowing.current = true
    if (!isFollowing.current || !list.current || !box.current) return look()
    // Somebody has come back to more than there is room for: they read on where they stopped.
    const firstNew = step.rows.findIndex(({ isFirstNew }) => isFirstNew)
    const key = step.rows[firstNew]?.key
    const isAnother = key !== undefined && key !== marked.current
    marked.current = key
    box.current.scrollTop = box.current.scrollHeight
    if (!isAnother || hasSaid || list.current.getItemOffset(firstNew) >= box.current.scrollTop) return look()
    goToRow(firstNew, 'start')
  }, [step, isLoaded, justSaid, look, goToRow])

  useEffect(() => {
    // The box shrinks when a keyboard comes up or the text being written grows; the column grows as rows are measured.
    const observer = new ResizeObserver(() => {
      drawnAt.current = performance.now()
      if (isFollowing.current) toEnd()
      else look()
    })
    for (const element of [box.current, column.current]) if (element) observer.observe(element)
    const move = () => {
      movedAt.current = performance.now()
    }
    const stay = new AbortController()
    for (const event of ['wheel', 'touchmove', 'pointerdown', 'keydown']) {
      box.current?.addEventListener(event, move, { passive: true, signal: stay.signal })
    }
    return () => {
      observer.disconnect()
      stay.abort()
    }
  }, [look, toEnd])

  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come in may not be enough
  useEffect(() => {
    if (hasBegun.current && view.last >= 0 && view.first <= NEAR_TOP) onNearTop()
  }, [view, step, onNearTop])

  return { box, column, list, step, view, isAtEnd, onScroll: look, goToEnd, goToRow }
}
