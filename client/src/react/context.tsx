/** Hands the session, and the room inside it, down to the components. */
import { createContext, type ReactNode, useContext } from 'react'
import type { RoomStore } from './room-store'
import type { Session } from './session'

const SessionContext = createContext<Session | undefined>(undefined)
const RoomContext = createContext<RoomStore | undefined>(undefined)

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>
}

export function RoomProvider({ store, children }: { readonly store: RoomStore; readonly children: ReactNode }) {
  return <RoomContext value={store}>{children}</RoomContext>
}

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession needs a SessionProvider above it')
  return session
}

export function useRoom(): RoomStore {
  const store = useContext(RoomContext)
  if (!store) throw new Error('useRoom needs a RoomProvider above it')
  return store
}
