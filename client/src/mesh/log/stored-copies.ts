/**
 * Copies of what goes into a store and comes out of it: of each field that there is and no other, with bytes of their
 * own. A view into a larger buffer would keep, and put on the disk, all of that buffer. Rule ST2.
 */
import type { StoredEntry, StoredFeed } from './log-store'

// Not slice(), which shares the memory where it is a Buffer of Node.
const copyBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

export const copyEntry = (entry: StoredEntry): StoredEntry => ({
  author: entry.author,
  seq: entry.seq,
  lamport: entry.lamport,
  previous: copyBytes(entry.previous),
  bytes: copyBytes(entry.bytes),
  signature: entry.signature && copyBytes(entry.signature),
  late: entry.late,
})

export const copyFeed = (feed: StoredFeed): StoredFeed => ({
  author: feed.author,
  publicKey: copyBytes(feed.publicKey),
  floor: feed.floor,
  head: feed.head,
  lamport: feed.lamport,
  hash: copyBytes(feed.hash),
  bytes: feed.bytes,
  name: feed.name,
  acknowledged: feed.acknowledged,
  fork: feed.fork && { seq: feed.fork.seq, proof: copyBytes(feed.fork.proof) },
})
