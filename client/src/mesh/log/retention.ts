/** How much of a log is held: what is oldest in the order goes first, so that all who hold the same let the same go. Rule LG12. */

import type { PeerId } from '../protocol/ids'
import { TRIMMED_AT_ONCE } from '../protocol/limits'
import type { Feeds } from './feeds'
import type { LogName, LogStore, Range, StoredFeed } from './log-store'

export interface LogLimits {
  readonly entries: number
  readonly bytes: number
}

/** Lets go of the oldest entries while there are more than the limits allow. */
export async function trim(feeds: Feeds, limits: LogLimits, store: LogStore, log: LogName): Promise<void> {
  while (feeds.count > limits.entries || feeds.bytes > limits.bytes) {
    const oldest = await store.readAfter(log, undefined, TRIMMED_AT_ONCE)
    if (oldest.length === 0) return
    const changed = new Map<PeerId, StoredFeed>()
    const ranges = new Map<PeerId, Range>()
    for (const { author, seq, bytes } of oldest) {
      const feed = changed.get(author) ?? feeds.get(author)
      if (!feed) continue
      changed.set(author, { ...feed, floor: seq + 1, bytes: feed.bytes - bytes.length })
      ranges.set(author, { author, from: ranges.get(author)?.from ?? seq, to: seq })
    }
    await store.remove(log, [...ranges.values()], [...changed.values()])
    for (const feed of changed.values()) feeds.set(feed)
  }
}
