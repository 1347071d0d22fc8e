/** What cases of the contract of log stores look at, in words that say what is wrong: they run in pages as well as in Node. */
import { comparePositions, type Position } from './entry'
import type { LogName, LogStore, StoredEntry, StoredFeed } from './log-store'
import { alice, bob, carol, dave } from './stored-samples'

/** By every way of reading, these entries of one log and these feeds are there, and no others. */
export async function expectHeld(
  store: LogStore,
  log: LogName,
  entries: readonly StoredEntry[],
  feeds: readonly StoredFeed[],
): Promise<void> {
  const sorted = [...entries].sort(comparePositions)
  expectSame(await store.readAfter(log, undefined, 1_000_000), sorted)
  expectSame(await store.readBefore(log, undefined, 1_000_000), sorted)
  for (const author of [alice, bob, carol, dave]) {
    const own = entries.filter((entry) => entry.author === author).sort((a, b) => a.seq - b.seq)
    expectSame(await store.read(log, { author, from: 0, to: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER), own)
  }
  const byAuthor = (a: StoredFeed, b: StoredFeed) => (a.author < b.author ? -1 : 1)
  expectSame([...(await store.feeds(log))].sort(byAuthor), [...feeds].sort(byAuthor))
}

export function expectPositions(actual: readonly Position[], expected: readonly Position[]): void {
  const place = ({ lamport, author, seq }: Position) => ({ lamport, author, seq })
  expectSame(actual.map(place), expected.map(place))
}

export function expectSame(actual: unknown, expected: unknown): void {
  const [is, ought] = [print(actual), print(expected)]
  if (is !== ought) throw new Error(`it gave ${is.slice(0, 2000)} instead of ${ought.slice(0, 2000)}`)
}

/** Fields in the order of their names; bytes, and what is undefined, are told from all else. */
function print(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part === undefined) return { is: 'undefined' }
    if (part instanceof Uint8Array) return { bytes: part.join() }
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
