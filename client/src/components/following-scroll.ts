/**
 * Keeps the end of a growing log in sight while people are at its end, and leaves them where they
 * are when they have scrolled up.
 */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** CSS pixels from the end that still count as being there; a touch never stops at exactly zero. */
const NEAR_END = 40

interface Latest {
  readonly key: string | undefined
  readonly isOwn: boolean
}

export interface FollowingScroll {
  readonly box: RefObject<HTMLDivElement | null>
  /** whether something came that is out of sight below */
  readonly isBehind: boolean
  readonly onScroll: () => void
  readonly goToEnd: () => void
}

/** @param content changes whenever what is shown does; @param latest the newest message in it */
export function useFollowingScroll(content: unknown, latest: Latest): FollowingScroll {
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const lastTop = useRef(0)
  const seen = useRef(latest.key)
  const [isBehind, setBehind] = useState(false)

  function goToEnd() {
    const element = box.current
    if (!element) return
    element.scrollTop = element.scrollHeight
    lastTop.current = element.scrollTop
    isAtEnd.current = true
    setBehind(false)
  }

  function onScroll() {
    const element = box.current
    if (!element) return
    const left = element.scrollHeight - element.scrollTop - element.clientHeight
    if (left <= NEAR_END) {
      isAtEnd.current = true
      setBehind(false)
    } else if (element.scrollTop < lastTop.current) {
      // Only scrolling up leaves the end; content that grows below does not.
      isAtEnd.current = false
    }
    lastTop.current = element.scrollTop
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the content changes, which it does not read
  useLayoutEffect(() => {
    const isNew = latest.key !== undefined && latest.key !== seen.current
    seen.current = latest.key
    if (isAtEnd.current || (isNew && latest.isOwn)) goToEnd()
    else if (isNew) setBehind(true)
  }, [content])

  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    // The box shrinks when a keyboard comes up or the text being written grows.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  return { box, isBehind, onScroll, goToEnd }
}
