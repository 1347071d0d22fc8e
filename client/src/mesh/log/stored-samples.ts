/** Entries and feeds for tests of stores: of the right shape and told apart, though nobody signed them. */
import { type PeerId, toPeerId } from '../protocol/ids'
import type { StoredEntry, StoredFeed } from './log-store'

const personOf = (sign: string): PeerId => toPeerId(sign.repeat(22))

// In the order of their ids, which is that of code units and of no language.
export const alice = personOf('-')
export const bob = personOf('Z')
export const carol = personOf('_')
export const dave = personOf('a')

export const bytesOf = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)

/** An entry with bytes that no other has. */
export const entryOf = (
  author: PeerId,
  seq: number,
  lamport: number,
  more: Partial<StoredEntry> = {},
): StoredEntry => ({
  author,
  seq,
  lamport,
  previous: bytesOf(32, seq),
  bytes: new TextEncoder().encode(`${author} said ${seq} at ${lamport}`),
  signature: seq % 2 === 0 ? bytesOf(64, seq) : undefined,
  late: seq % 3 === 0,
  ...more,
})

/** The Lamport time of each entry is its number. */
export const feedEntries = (author: PeerId, count: number): readonly StoredEntry[] =>
  Array.from({ length: count }, (_, index) => entryOf(author, index + 1, index + 1))

export const feedOf = (author: PeerId, head: number, more: Partial<StoredFeed> = {}): StoredFeed => ({
  author,
  publicKey: bytesOf(32, 7),
  floor: 1,
  head,
  lamport: head,
  hash: bytesOf(32, head),
  bytes: head * 40,
  name: 'Amber Wren',
  acknowledged: 0,
  fork: undefined,
  ...more,
})
