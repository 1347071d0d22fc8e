/** A page with one thing on it: its heading takes the focus, so that screen readers start there. */
import { type ReactNode, useEffect, useRef } from 'react'
import { useTitle } from '../react/hooks'
import { Logo } from './logo'

interface Props {
  readonly heading: string
  readonly children: ReactNode
}

export function PageFrame({ heading, children }: Props) {
  const title = useRef<HTMLHeadingElement>(null)
  useTitle(`${heading} - Starling`)
  useEffect(() => title.current?.focus(), [])
  return (
    <main className="page">
      <Logo className="page-logo" />
      <h1 ref={title} tabIndex={-1}>
        {heading}
      </h1>
      {children}
    </main>
  )
}
