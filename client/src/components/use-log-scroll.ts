/**
 * Which rows of a log are on the page and where they stand: only those near what is in view, at their place while older
 * ones come in above, and at the end for as long as somebody is there. What the rows are is rowsOf's.
 */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Row } from '../react/rows'

/** CSS pixels from the end that still count as being there; a touch never stops at exactly zero. */
const NEAR_END = 40

/** CSS pixels of a row that was never drawn: a short message with its name. */
const LIKELY_HEIGHT = 56

/** CSS pixels above the first row, for what is said of the beginning. */
export const TOP_HEIGHT = 64

/** Rows kept ready beyond each edge. */
const OVERSCAN = 12

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
  readonly virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>
  readonly isAtEnd: boolean
  readonly onScroll: () => void
  readonly goToEnd: () => void
  readonly goToRow: (index: number) => void
}

export function useLogScroll({ rows, isLoaded, justSaid, onNearTop }: Options): LogScroll {
  const box = useRef<HTMLDivElement>(null)
  const isFollowing = useRef(true)
  const hasBegun = useRef(false)
  const lastTop = useRef(0)
  const said = useRef(justSaid)
  const [isAtEnd, setAtEnd] = useState(false)

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => LIKELY_HEIGHT,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
    paddingStart: TOP_HEIGHT,
    anchorTo: 'end',
    scrollEndThreshold: NEAR_END,
  })

  const look = useCallback(() => {
    const element = box.current
    if (!element) return
    const isThere = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_END
    // Only scrolling up leaves the end; content that grows below does not.
    if (isThere) isFollowing.current = true
    else if (element.scrollTop < lastTop.current) isFollowing.current = false
    lastTop.current = element.scrollTop
    setAtEnd(isThere)
  }, [])

  const goToEnd = useCallback(() => {
    isFollowing.current = true
    virtualizer.scrollToEnd()
    look()
  }, [virtualizer, look])

  const goToRow = useCallback(
    (index: number) => {
      isFollowing.current = false
      virtualizer.scrollToIndex(index, { align: 'center' })
    },
    [virtualizer],
  )

  useLayoutEffect(() => {
    if (!isLoaded || rows.length === 0) return
    const hasSaid = justSaid !== undefined && justSaid !== said.current
    said.current = justSaid
    const firstNew = rows.findIndex(({ isFirstNew }) => isFirstNew)
    if (!hasBegun.current && firstNew > 0) {
      isFollowing.current = false
      virtualizer.scrollToIndex(firstNew, { align: 'start' })
    } else if (isFollowing.current || hasSaid) {
      isFollowing.current = true
      virtualizer.scrollToEnd()
    }
    hasBegun.current = true
    look()
  }, [rows, isLoaded, justSaid, virtualizer, look])

  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    // The box shrinks when a keyboard comes up or the text being written grows.
    const observer = new ResizeObserver(() => {
      if (isFollowing.current) element.scrollTop = element.scrollHeight
      look()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [look])

  const first = virtualizer.range?.startIndex ?? Number.POSITIVE_INFINITY
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has come in may not be enough
  useEffect(() => {
    if (hasBegun.current && first <= OVERSCAN) onNearTop()
  }, [first, rows, onNearTop])

  return { box, virtualizer, isAtEnd, onScroll: look, goToEnd, goToRow }
}
