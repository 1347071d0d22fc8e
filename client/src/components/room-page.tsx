/** A room: its header, who is in it, and the conversation somebody is looking at. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { PeerId } from '../mesh'
import type { Composing } from '../react/composing'
import { useRoom } from '../react/context'
import { type ConversationKey, EVERYONE } from '../react/conversation'
import { useMedia, usePageVisible, useTitle, useUnreadTotal } from '../react/hooks'
import { plainName } from '../react/names'
import { ConversationView } from './conversation-view'
import { ForgetSheet } from './forget-sheet'
import { Notices } from './notices'
import { PeoplePanel } from './people-panel'
import { RoomHeader } from './room-header'
import { SafetySheet } from './safety-sheet'
import { Sheet } from './sheet'

/** The same width as in `styles/room.css`. */
const NARROW = '(max-width: 47.5rem)'

export function RoomPage({ name }: { readonly name: string | undefined }) {
  const store = useRoom()
  const isNarrow = useMedia(NARROW)
  const isVisible = usePageVisible()
  const unread = useUnreadTotal()
  const [open, setOpen] = useState<ConversationKey>(EVERYONE)
  const [isSheetOpen, setSheetOpen] = useState(false)
  const [compared, setCompared] = useState<PeerId>()
  const [isForgetting, setForgetting] = useState(false)
  // What was typed and not sent stays with its conversation while another one is open.
  const drafts = useRef(new Map<ConversationKey, Composing>())
  const title = name === undefined ? 'Room' : plainName(name)
  useTitle(`${unread > 0 ? `(${unread}) ` : ''}${title} - Starling`)

  useLayoutEffect(() => {
    store.look(isVisible ? open : undefined)
    return () => store.look(undefined)
  }, [store, isVisible, open])

  useEffect(() => {
    // What was said a moment ago, and is not on the disk yet, would be lost with the page: the browser asks first.
    const ask = (event: BeforeUnloadEvent) => store.hasPending && event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [store])

  function openConversation(key: ConversationKey) {
    setOpen(key)
    setSheetOpen(false)
  }

  const people = (
    <PeoplePanel
      open={open}
      onOpen={openConversation}
      onCompare={setCompared}
      onForget={() => {
        setSheetOpen(false)
        setForgetting(true)
      }}
    />
  )
  return (
    <div className="room">
      <RoomHeader
        title={title}
        link={store.link}
        onShowPeople={isNarrow ? () => setSheetOpen(true) : undefined}
        unread={unread}
      />
      {!isNarrow && (
        <aside className="room-people" aria-label="People and conversations">
          {people}
        </aside>
      )}
      {isNarrow && isSheetOpen && (
        <Sheet label="People and conversations" kind="side" onClose={() => setSheetOpen(false)}>
          {people}
        </Sheet>
      )}
      {compared !== undefined && <SafetySheet key={compared} peer={compared} onClose={() => setCompared(undefined)} />}
      {isForgetting && <ForgetSheet onClose={() => setForgetting(false)} />}
      <main className="room-main">
        <Notices />
        <ConversationView
          key={open}
          to={open}
          link={store.link}
          isNamed={name !== undefined}
          drafts={drafts.current}
          isNarrow={isNarrow}
          onBack={() => openConversation(EVERYONE)}
          onCompare={setCompared}
        />
      </main>
    </div>
  )
}
