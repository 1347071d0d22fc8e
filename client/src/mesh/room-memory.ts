/**
 * What this browser keeps of a room: the key that it speaks with and the logs that were written with it, which belong
 * together; and how all of it is forgotten. Rules ID4, ST7, ST8.
 */
import { claimOwnKey, forgetOwnKeys, type OwnKey, type OwnKeyDeps } from './identity/own-key'
import type { PeerKey } from './identity/peer-key'
import { emptyFeed } from './log/feeds'
import { forgetLogs, openIndexedDbLogStore } from './log/indexed-db-log-store'
import { type LogStore, LogStoreError } from './log/log-store'
import { memoryLogStore } from './log/memory-log-store'
import { verifiedKeyOf } from './membership/verified-peers'
import type { RoomId } from './protocol/ids'
import { forgetPassword } from './room-access'
import type { Clock } from './runtime/clock'
import type { Store } from './runtime/store'

interface RoomMemoryDeps extends OwnKeyDeps {
  readonly clock: Clock
}

export interface RoomMemory {
  readonly key: PeerKey
  readonly logs: LogStore
  /** why nothing of the log outlives this page; undefined when it does */
  readonly fault: string | undefined
  /** The key is never used again: what it writes from now on is not kept. */
  readonly burn: () => Promise<void>
  /** Lets another tab have the key. */
  readonly release: () => void
}

/** Never fails: what the browser does not keep is kept in memory, with a key that is used this once. */
export async function openRoomMemory(deps: RoomMemoryDeps): Promise<RoomMemory> {
  const own = await claimOwnKey(deps)
  const { burn, release } = own
  try {
    const { key, logs } = await openLogs(own, deps)
    return { key, logs, fault: undefined, burn, release }
  } catch (error) {
    release()
    if (!(error instanceof LogStoreError)) throw error
    // Nobody knows any more what was written with the other.
    const once = await claimOwnKey({ ...deps, claims: { claim: async () => undefined } })
    return { key: once.key, logs: memoryLogStore(), fault: error.message, burn: once.burn, release: once.release }
  }
}

/** @throws LogStoreError */
async function openLogs(own: OwnKey, deps: RoomMemoryDeps): Promise<{ key: PeerKey; logs: LogStore }> {
  const { room, clock, store } = deps
  const { key, isKept } = own
  if (!isKept) throw new LogStoreError('unavailable', 'it keeps no key to go on with')
  const mark = markOf(key)
  const logs = await openIndexedDbLogStore({ room, self: key.id, clock })
  const isThere = (await logs.feeds('room')).some(({ author }) => author === key.id)
  const isMarked = await remembered(store.get(mark)).catch((error: unknown) => {
    logs.close()
    throw error
  })
  if (!isThere && isMarked !== undefined) {
    // The log is lost and the key is not: going on with it would contradict what others have of it.
    logs.close()
    // The mark goes last: with it the key is not used, whatever fails.
    const key = await remembered(own.renew())
    await remembered(store.delete(mark))
    return openLogs({ ...own, key }, deps)
  }
  if (!isThere) await logs.put('room', [], [emptyFeed(key.id, key.publicKey)])
  await remembered(store.set(mark, 'begun')).catch((error: unknown) => {
    logs.close()
    throw error
  })
  return { key, logs }
}

/** @throws LogStoreError when the browser's small store fails, as where it is blocked meanwhile */
const remembered = <T>(outcome: Promise<T>): Promise<T> =>
  outcome.catch(() => {
    throw new LogStoreError('unavailable', 'it does not remember that there is a log')
  })

const markOf = (key: PeerKey): string => `log:${key.id}`

/** Removes all that this browser keeps of a room, whoever it was there. @throws LogStoreError 'blocked' */
export async function forgetRoom(deps: {
  readonly room: RoomId
  readonly store: Store
  readonly tab: Store
  readonly signatures: OwnKeyDeps['signatures']
}): Promise<void> {
  const { room, store, tab } = deps
  const selves = await forgetOwnKeys(deps)
  for (const key of [verifiedKeyOf(room), ...selves.flatMap((self) => [`log:${self}`, `revision:${self}`])])
    await store.delete(key)
  await forgetPassword(room, tab)
  await forgetLogs(room, { selves })
}
