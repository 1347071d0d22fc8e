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
  readonly goToRow: (index: number, align: 'center' | 'nearest') => void
}

export function useLogScroll({ rows, isLoaded, justSaid, onNearTop }: Options): LogScroll {
  const box = useRef<HTMLDivElement>(null)
  const column = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const isFollowing = useRef(true)
  const hasBegun = useRef(false)
  const lastTop = useRef(0)
  const said = useRef(justSaid)
  const [step, setStep] = useState<Step<Row>>({ rows, isAtFront: false })
  const [view, setView] = useState<View>({ first: 0, last: -1 })
  const [isAtEnd, setAtEnd] = useState(false)

  const look = useCallback(() => {
    const element = box.current
    if (!element) return
    const isThere = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_END
    // Only scrolling up leaves the end; content that grows below does not.
    if (isThere) isFollowing.current = true
    else if (element.scrollTop < lastTop.current) isFollowing.current = false
    lastTop.current = element.scrollTop
    setAtEnd(isThere)
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

  const goToRow = useCallback((index: number, align: 'center' | 'nearest') => {
    isFollowing.current = false
    list.current?.scrollToIndex(index, { align })
  }, [])

  useLayoutEffect(() => {
    if (step.rows === rows) return
    const first = isFollowing.current ? undefined : list.current?.findItemIndex(box.current?.scrollTop ?? 0)
    setStep(stepTowards(step.rows, rows, first === undefined ? undefined : step.rows[first]?.key))
  }, [step, rows])

  useLayoutEffect(() => {
    if (!isLoaded || step.rows.length === 0) return
    const hasSaid = justSaid !== undefined && justSaid !== said.current
    said.current = justSaid
    const firstNew = step.rows.findIndex(({ isFirstNew }) => isFirstNew)
    const begins = !hasBegun.current
    hasBegun.current = true
    if (begins && firstNew > 0) {
      isFollowing.current = false
      list.current?.scrollToIndex(firstNew, { align: 'start' })
      return look()
    }
    if (hasSaid) isFollowing.current = true
    if (isFollowing.current) toEnd()
    else look()
  }, [step, isLoaded, justSaid, look, toEnd])

  useEffect(() => {
    // The box shrinks when a keyboard comes up or the text being written grows; the column grows as rows are measured.
    const observer = new ResizeObserver(() => (isFollowing.current ? toEnd() : look()))
    for (const element of [box.current, column.current]) if (element) observer.observe(element)
    return () => observer.disconnect()
  }, [look, toEnd])

  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come in may not be enough
  useEffect(() => {
    if (hasBegun.current && view.first <= NEAR_TOP) onNearTop()
  }, [view, step, onNearTop])

  return { box, column, list, step, view, isAtEnd, onScroll: look, goToEnd, goToRow }
}
