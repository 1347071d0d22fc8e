/** Whole sagas: whatever happens in them, what logs promise holds. `npm run sim` tells hundreds. */
import { describe, expect, it } from 'vitest'
import type { Plan, Step } from './plan'
import { planOf } from './planner'
import { Shrinker } from './shrink'
import { Telling } from './telling'

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)

/** Sagas that once broke a promise. */
const BROKE: readonly (readonly [what: string, seed: number])[] = [
  ['hours alone with what waits for a cause, then somebody who has it', 77],
  ['what one of two halves was told right before all who had its causes went', 210],
  ['what waits for a cause, and the first who links has neither', 249],
  ['a chain of neighbours, of whom one seems to have more than there is', 57],
]

/** A bound for what hangs; alone on a machine a saga takes a second. */
const PATIENCE_MS = 60_000

/** What is left of sagas that once failed. */
const FOUND: readonly (readonly [what: string, people: readonly string[], steps: readonly Step[]])[] = [
  [
    'what is said to somebody who said nothing, right when the link is gone',
    ['bob', 'erin'],
    [
      { after: 0, kind: 'come', who: 'bob' },
      { after: 0, kind: 'come', who: 'erin' },
      { after: 1000, kind: 'freeze', who: 'erin', lasting: 5800 },
      { after: 0, kind: 'drop', pair: ['bob', 'erin'] },
      { after: 0, kind: 'tell', who: 'bob', to: 'erin', words: 'are you there?' },
    ],
  ],
  [
    'leaving while something for this one alone is on its way',
    ['alice', 'bob'],
    [
      { after: 0, kind: 'come', who: 'alice' },
      { after: 0, kind: 'come', who: 'bob' },
      { after: 1000, kind: 'tell', who: 'alice', to: 'bob', words: 'stay' },
      { after: 5, kind: 'leave', who: 'bob' },
      { after: 5, kind: 'tell', who: 'alice', to: 'bob', words: 'please' },
    ],
  ],
  [
    'a browser that keeps the key and not the log, and somebody who goes on talking with it',
    ['bob', 'dave'],
    [
      { after: 0, kind: 'come', who: 'bob' },
      { after: 0, kind: 'come', who: 'dave' },
      { after: 0, kind: 'say', who: 'bob', words: 'word 2' },
      { after: 428, kind: 'crash', who: 'bob', written: 1 },
      { after: 0, kind: 'evict', who: 'bob' },
      { after: 0, kind: 'come', who: 'bob' },
      { after: 0, kind: 'say', who: 'bob', words: 'word 21' },
      { after: 911, kind: 'say', who: 'bob', words: 'word 22' },
    ],
  ],
  [
    'a key that is of no use any more once the disk was full, and what others were told of it before',
    ['bob', 'grace'],
    [
      { after: 0, kind: 'come', who: 'grace' },
      { after: 464, kind: 'fill', who: 'grace', lasting: 34_000 },
      { after: 754, kind: 'pour', who: 'grace', words: 'word 38', count: 24 },
      { after: 270, kind: 'come', who: 'bob' },
      { after: 1000, kind: 'tell', who: 'bob', to: 'grace', words: 'word 63' },
      { after: 20, kind: 'close', who: 'grace' },
    ],
  ],
]

const shortPlan = (names: readonly string[], steps: readonly Step[]): Plan => ({
  seed: 1,
  line: { latency: 20, jitter: 10, rate: undefined, diskLatency: 5 },
  people: names.map((name) => ({ name, skew: 0, drift: 0 })),
  severed: [],
  stretched: [],
  steps,
})

async function tell(plan: Plan): Promise<void> {
  const { faults, trace } = await new Telling(plan).tell()
  expect(faults, trace.join('\n')).toEqual([])
}

describe('in a saga', () => {
  it.each(SEEDS)(
    '[LG3] [LM2] [DM1] nothing is lost, comes twice or before its causes, and all have the same log in the end: %i',
    (seed) => tell(planOf(seed)),
    PATIENCE_MS,
  )

  it.each(BROKE)('[LG6] %s breaks nothing: %i', (_, seed) => tell(planOf(seed)), PATIENCE_MS)

  it.each(FOUND)('[LG3] [DM2] %s breaks nothing', (_, names, steps) => tell(shortPlan(names, steps)), PATIENCE_MS)

  it('what breaks a promise is made as short as it can be', async () => {
    const plan = planOf(1)
    // A stand-in for a promise that is broken: that nobody speaks where somebody crashes.
    const tell = async (told: Plan) => {
      const broken = told.steps.some(({ kind }) => kind === 'say') && told.steps.some(({ kind }) => kind === 'crash')
      const { figures } = await new Telling({ ...told, steps: [] }).tell()
      return { faults: broken ? [{ rule: 'lost' as const, words: 'it' }] : [], trace: [], figures }
    }
    const least = await new Shrinker(tell, 'lost', PATIENCE_MS / 2).shrink(plan)
    expect(least.steps.map(({ kind }) => kind).sort()).toEqual(['crash', 'say'])
    expect(least.people.length).toBeLessThanOrEqual(2)
  })
})
