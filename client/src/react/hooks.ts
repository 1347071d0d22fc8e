/** Hooks that subscribe and select, and nothing else. */

import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { EntryId, PeerId } from '../mesh'
import { useRoom, useSession } from './context'
import {
  type Conversation,
  type ConversationKey,
  EMPTY_CONVERSATION,
  lastNameOf,
  type MessageItem,
} from './conversation'
import { refuseFiles } from './file-drops'
import { isPresent } from './members'
import { forgottenLabel, type Label, labelText } from './names'
import type { RoomState } from './room-store'
import type { SessionState } from './session'
import type { Delivery } from './words'

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

/** One message as it is now; undefined while it is not loaded. */
export function useMessage(key: ConversationKey, id: EntryId): MessageItem | undefined {
  const store = useRoom()
  return useRoomState(() => store.message(key, id))
}

/**
 * How far a message to everyone has come.
 * @param at when it was said, in milliseconds since 1970
 */
export function useDelivery(id: EntryId, at: number | undefined): Delivery {
  const store = useRoom()
  const delivered = useRoomState(() => store.delivery(id).delivered)
  const of = useRoomState(() => store.delivery(id).of)
  const hasMet = useRoomState((state) => state.members.length > 0)
  return { kind: 'everyone', delivered, of, hasMet, isNew: at !== undefined && at >= store.openedAt }
}

/** The same of a message to one person. */
export function useDirectDelivery(peer: PeerId, id: EntryId): Delivery {
  const store = useRoom()
  const isDelivered = useRoomState(() => store.delivery(id).delivered > 0)
  const isHere = useRoomState((state) => isPresent(state.members, peer))
  const label = useLabel(peer)
  return { kind: 'direct', isDelivered, awaited: isDelivered || isHere ? undefined : labelText(label) }
}

/** What those who type here are called, oneself left out. */
export function useTypists(key: ConversationKey): readonly PeerId[] {
  return useRoomState((state) => state.typing.get(key) ?? NOBODY_TYPES)
}

const NOBODY_TYPES: readonly PeerId[] = []

/** Of somebody in the room, or with whom something was said alone. */
export function useLabel(id: PeerId): Label {
  const known = useRoomState((state) => state.labels.get(id))
  const name = useRoomState((state) => (known ? '' : (lastNameOf(state.conversations, id) ?? '')))
  return useMemo(() => known ?? forgottenLabel({ id, name }), [known, id, name])
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
