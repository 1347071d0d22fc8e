/**
 * Puts the room link on the clipboard. Over plain http the browser offers none, so the link is then
 * shown, selected, to be copied by hand.
 */
import Check from 'lucide-react/icons/check'
import Link from 'lucide-react/icons/link'
import { useEffect, useRef, useState } from 'react'
import { Sheet } from './sheet'

/** Milliseconds. Long enough to be read, short enough not to be taken for the button's name. */
const CONFIRMED_FOR = 3_000

export function CopyLink({ link }: { readonly link: string }) {
  const [shown, setShown] = useState<'nothing' | 'copied' | 'link'>('nothing')

  useEffect(() => {
    if (shown !== 'copied') return undefined
    const timer = setTimeout(() => setShown('nothing'), CONFIRMED_FOR)
    return () => clearTimeout(timer)
  }, [shown])

  async function copy() {
    try {
      await navigator.clipboard.writeText(link)
      setShown('copied')
    } catch {
      // No clipboard here (plain http), or it was refused: by hand, then.
      setShown('link')
    }
  }

  return (
    <div className="copy-link">
      <button className="button bar-button" type="button" aria-label="Copy room link" onClick={() => void copy()}>
        {shown === 'copied' ? <Check aria-hidden="true" /> : <Link aria-hidden="true" />}
        <span className="bar-label">Copy room link</span>
      </button>
      <span className="copy-link-confirmation" aria-live="polite">
        {shown === 'copied' && 'Room link copied'}
      </span>
      {shown === 'link' && <LinkByHand link={link} onClose={() => setShown('nothing')} />}
    </div>
  )
}

function LinkByHand({ link, onClose }: { readonly link: string; readonly onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)

  useEffect(() => {
    field.current?.select()
    // Deprecated, but the only way over plain http; where it does nothing, the words below hold.
    setCopied(document.execCommand('copy'))
  }, [])

  return (
    <Sheet label="Room link" kind="center" onClose={onClose}>
      <h2>Room link</h2>
      <p>
        {copied
          ? 'It is on your clipboard. Send it to whoever should come in.'
          : 'Press Ctrl+C, or ⌘C on a Mac; on a phone, hold the link and choose Copy. Then send it to whoever should come in.'}
      </p>
      <input
        ref={field}
        className="field"
        type="text"
        readOnly
        aria-label="Link to this room"
        value={link}
        onFocus={(event) => event.target.select()}
      />
    </Sheet>
  )
}
