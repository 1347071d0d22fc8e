/**
 * How much of a log is held: what is oldest in the order goes first, so that all who hold the same let the same go; and how
 * much may wait for the other in a log of two, which does not go. Rules LG12, DM3.
 */

import type { PeerId } from '../protocol/ids'
import { MAX_UNDELIVERED_ENTRIES, TRIMMED_AT_ONCE } from '../protocol/limits'
import type { Position } from './entry'
import type { Feeds } from './feeds'
import type { LogName, LogStore, Range, StoredFeed } from './log-store'

export interface LogLimits {
  readonly entries: number
  readonly bytes: number
  /** in a log of two: what its writer has said and the other does not have is held in any case */
  readonly pinned?: PeerId
}

/** So much less than the limits is held after letting go, so that it does not happen with each entry that comes. */
const SLACK = 0.02

/** So much of a log of two may wait for the other: there is always room for what the other says. */
const PINNED_SHARE = 0.5

/** Lets go of the oldest entries when there are more than the limits allow. */
export async function trim(feeds: Feeds, limits: LogLimits, store: LogStore, log: LogName): Promise<void> {
  if (feeds.count <= limits.entries && feeds.bytes <= limits.bytes) return
  const kept = { entries: limits.entries * (1 - SLACK), bytes: limits.bytes * (1 - SLACK) }
  let position: Position | undefined
  while (feeds.count > kept.entries || feeds.bytes > kept.bytes) {
    // Few where there are few: they may be large.
    const piece = Math.min(TRIMMED_AT_ONCE, Math.max(1, Math.ceil(feeds.count * SLACK)))
    const oldest = await store.readAfter(log, position, piece)
    position = oldest.at(-1)
    if (!position) return
    const changed = new Map<PeerId, StoredFeed>()
    const ranges = new Map<PeerId, Range>()
    let { count, bytes: size } = feeds
    for (const { author, seq, bytes } of oldest) {
      // The newest may be the only ones, and large.
      if (count <= kept.entries && size <= kept.bytes) break
      const feed = changed.get(author) ?? feeds.get(author)
      if (!feed || (author === limits.pinned && seq > feed.acknowledged)) continue
      ranges.set(author, { author, from: ranges.get(author)?.from ?? seq, to: seq })
      // What is left there below the floor was let go of before, and is not counted.
      if (seq < feed.floor) continue
      count -= 1
      size -= bytes.length
      changed.set(author, { ...feed, floor: seq + 1, bytes: feed.bytes - bytes.length })
    }
    if (ranges.size === 0) continue
    await store.remove(log, [...ranges.values()], [...changed.values()])
    for (const feed of changed.values()) feeds.set(feed)
  }
}

/** @returns how many entries its writer may add, in a log of two, before the other has more of those that wait */
export async function roomToWrite(
  feeds: Feeds,
  { pinned, bytes }: LogLimits,
  store: LogStore,
  log: LogName,
): Promise<number> {
  const feed = pinned && feeds.get(pinned)
  if (!feed) return pinned ? MAX_UNDELIVERED_ENTRIES : Number.POSITIVE_INFINITY
  const range = { author: feed.author, from: feed.acknowledged + 1, to: feed.head }
  const count = feed.head - feed.acknowledged
  const most = bytes * PINNED_SHARE
  // Mostly the other has nearly all of it, and what waits is read quickly.
  if (count > 0 && feed.bytes >= most && (await store.read(log, range, most)).length < count) return 0
  return Math.max(0, MAX_UNDELIVERED_ENTRIES - count)
}
