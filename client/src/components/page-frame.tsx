/** A page with one thing on it: its heading takes the focus, so that screen readers start there. */
import { type ReactNode, useEffect, useRef } from 'react'
import { useTitle } from '../react/hooks'
import { Logo } from './logo'

interface Props {
  readonly heading: string
  /** what is on the page takes the focus itself */
  readonly keepsFocus?: boolean
  readonly children: ReactNode
}

export function PageFrame({ heading, keepsFocus = false, children }: Props) {
  const title = useRef<HTMLHeadingElement>(null)
  useTitle(`${heading} - Starling`)
  useEffect(() => {
    if (!keepsFocus) title.current?.focus()
  }, [keepsFocus])
  return (
    <main className="page">
      <Logo className="page-logo" />
      <h1 ref={title} tabIndex={-1}>
        <bdi>{heading}</bdi>
      </h1>
      {children}
    </main>
  )
}
