/** How much of a log is held: what is oldest in the order goes first, so that all who hold the same let the same go. Rule LG12. */

import type { PeerId } from '../protocol/ids'
import { TRIMMED_AT_ONCE } from '../protocol/limits'
import type { Feeds } from './feeds'
import type { LogName, LogStore, Range, StoredFeed } from './log-store'

export interface LogLimits {
  readonly entries: number
  readonly bytes: number
  /** in a log of two: what its writer has said and the other does not have is held in any case */
  readonly pinned?: PeerId
}

/** Whether more is held than is to be, as when nothing of it may be let go. */
export const isFull = ({ count, bytes }: Feeds, limits: LogLimits): boolean =>
  count > limits.entries || bytes > limits.bytes

/** So much less than the limits is held after letting go, so that it does not happen with each entry that comes. */
const SLACK = 0.02

/** Lets go of the oldest entries when there are more than the limits allow. */
export async function trim(feeds: Feeds, limits: LogLimits, store: LogStore, log: LogName): Promise<void> {
  if (!isFull(feeds, limits)) return
  const kept = { entries: limits.entries * (1 - SLACK), bytes: limits.bytes * (1 - SLACK) }
  while (feeds.count > kept.entries || feeds.bytes > kept.bytes) {
    // Few where there are few: they may be large.
    const piece = Math.min(TRIMMED_AT_ONCE, Math.ceil(feeds.count * SLACK))
    const oldest = await store.readAfter(log, undefined, piece)
    if (oldest.length === 0) return
    const changed = new Map<PeerId, StoredFeed>()
    const ranges = new Map<PeerId, Range>()
    let { count, bytes: size } = feeds
    for (const { author, seq, bytes } of oldest) {
      // The newest may be the only ones, and large.
      if (count <= kept.entries && size <= kept.bytes) break
      count -= 1
      size -= bytes.length
      const feed = changed.get(author) ?? feeds.get(author)
      if (!feed || (author === limits.pinned && seq > feed.acknowledged)) break
      changed.set(author, { ...feed, floor: seq + 1, bytes: feed.bytes - bytes.length })
      ranges.set(author, { author, from: ranges.get(author)?.from ?? seq, to: seq })
    }
    if (changed.size === 0) return
    await store.remove(log, [...ranges.values()], [...changed.values()])
    for (const feed of changed.values()) feeds.set(feed)
  }
}
