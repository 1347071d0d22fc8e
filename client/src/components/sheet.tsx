/** A panel over the page: the browser keeps the focus in it, closes it on Escape and gives the focus back. */
import X from 'lucide-react/icons/x'
import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react'

interface Props {
  readonly label: string
  readonly kind: 'side' | 'center'
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Sheet({ label, kind, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])

  function closeFromBackdrop(event: MouseEvent) {
    // The dialog itself is only hit outside its content, which fills it.
    // The second click of a double click that opened the panel closes nothing.
    if (event.target === dialog.current && event.detail <= 1) onClose()
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape and the Close button do the same from the keyboard
    <dialog
      ref={dialog}
      className={`sheet sheet-${kind}`}
      aria-label={label}
      onClose={onClose}
      onClick={closeFromBackdrop}
    >
      <div className="sheet-content">
        <button className="icon-button sheet-close" type="button" aria-label="Close" onClick={onClose}>
          <X aria-hidden="true" />
        </button>
        {children}
      </div>
    </dialog>
  )
}
