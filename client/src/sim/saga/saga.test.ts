/** Whole sagas: whatever happens in them, what LG and LM promise holds. `npm run sim` tells hundreds. */
import { describe, expect, it } from 'vitest'
import { planOf } from './planner'
import { Telling } from './telling'

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)

/** Those that once failed, with what they found. */
const FOUND: readonly (readonly [number, string])[] = []

async function tell(seed: number): Promise<void> {
  const { faults, trace } = await new Telling(planOf(seed)).tell()
  expect(faults, trace.join('\n')).toEqual([])
}

describe('in a saga', () => {
  it.each(SEEDS)('nothing is lost, comes twice or before its causes, and all logs are the same in the end: %i', tell)

  if (FOUND.length > 0) it.each(FOUND)('%i: %s', tell)
})
