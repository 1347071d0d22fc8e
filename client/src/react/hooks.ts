/** Hooks that subscribe and select, and nothing else. */
import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { PeerId } from '../mesh'
import { useRoom, useSession } from './context'
import { type Conversation, type ConversationKey, EMPTY_CONVERSATION } from './conversation'
import { refuseFiles } from './file-drops'
import { type Label, plainLabel } from './names'
import type { RoomState } from './room-store'
import type { SessionState } from './session'

export function useSessionState(): SessionState {
  const session = useSession()
  return useSyncExternalStore(session.subscribe, () => session.state)
}

/** @param select returns a part of the state that stays the same object while it has not changed */
export function useRoomState<T>(select: (state: RoomState) => T): T {
  const store = useRoom()
  return useSyncExternalStore(store.subscribe, () => select(store.state))
}

export function useConversation(key: ConversationKey): Conversation {
  return useRoomState((state) => state.conversations.get(key) ?? EMPTY_CONVERSATION)
}

const NOBODY = plainLabel('')

export function useLabel(id: PeerId): Label {
  return useRoomState((state) => state.labels.get(id) ?? NOBODY)
}

/** Messages that nobody has looked at, in all conversations. */
export function useUnreadTotal(): number {
  return useRoomState((state) => {
    let total = 0
    for (const conversation of state.conversations.values()) total += conversation.unread
    return total
  })
}

/** @param query a media query, such as `(max-width: 760px)` */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches)
}

function subscribeToVisibility(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed)
  return () => document.removeEventListener('visibilitychange', changed)
}

/** What is shown in a hidden tab is not read. */
export function usePageVisible(): boolean {
  return useSyncExternalStore(subscribeToVisibility, () => document.visibilityState === 'visible')
}

/** On every page, so that a folder dropped by mistake does not end what somebody is doing. */
export function useNoFileDrops(): void {
  useEffect(() => {
    addEventListener('dragover', refuseFiles)
    addEventListener('drop', refuseFiles)
    return () => {
      removeEventListener('dragover', refuseFiles)
      removeEventListener('drop', refuseFiles)
    }
  }, [])
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
}
