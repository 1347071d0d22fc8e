/**
 * What stays of a conversation that is full: whoever said most loses first, their oldest first, so that a flood of one
 * pushes out nobody else. Pure functions; when to cut is the log's.
 */
import { type Entry, isMessage, weighEntry } from './conversation'
import { KEPT_SHARE, MAX_ENTRIES, MAX_HELD } from './limits'

/** Oneself counts as one person. So do all notes together: a crowd that comes and goes crowds out no talk. */
type Owner = string

/** @returns the entries that stay, in their order; the newest always does: it is what somebody is waiting for */
export function retain(entries: readonly Entry[]): readonly Entry[] {
  const few = cut(entries, () => 1, MAX_ENTRIES)
  return cut(few, weighEntry, MAX_HELD)
}

function cut(entries: readonly Entry[], measure: (entry: Entry) => number, limit: number): readonly Entry[] {
  const sizes = new Map<Owner, number>()
  let total = 0
  for (const entry of entries) {
    const size = measure(entry)
    sizes.set(ownerOf(entry), (sizes.get(ownerOf(entry)) ?? 0) + size)
    total += size
  }
  if (total <= limit) return entries

  const allowance = fairAllowance([...sizes.values()], limit * KEPT_SHARE)
  const newest = entries.at(-1)
  return entries.filter((entry) => {
    const owner = ownerOf(entry)
    const left = sizes.get(owner) ?? 0
    if (left <= allowance || entry === newest) return true
    sizes.set(owner, left - measure(entry))
    return false
  })
}

/** @returns how much each may have at most, so that all together have no more than `limit` */
export function fairAllowance(sizes: readonly number[], limit: number): number {
  let left = limit
  const ascending = [...sizes].sort((a, b) => a - b)
  for (const [index, size] of ascending.entries()) {
    const share = left / (ascending.length - index)
    if (size > share) return share
    left -= size
  }
  return Number.POSITIVE_INFINITY
}

function ownerOf(entry: Entry): Owner {
  if (!isMessage(entry)) return 'notes'
  return entry.kind === 'said' ? 'oneself' : `by ${entry.from}`
}
