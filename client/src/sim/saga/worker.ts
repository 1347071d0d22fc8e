/** One of the processes that tell sagas: takes a seed, tells its saga, and shrinks it when it breaks a promise. */
import type { Fault } from './ledger'
import type { Plan } from './plan'
import { planOf } from './planner'
import { Shrinker } from './shrink'
import { type Figures, type Outcome, Telling } from './telling'

const SHRINK_MS = 60_000

export interface Order {
  readonly seed: number
  readonly shrink: boolean
  readonly trace: boolean
}

export interface Answer {
  readonly seed: number
  readonly faults: readonly Fault[]
  readonly trace: readonly string[]
  readonly shrunk: { readonly trace: readonly string[]; readonly tellings: number } | undefined
  /** `steps` as entries: a map does not travel; undefined when it came to no end */
  readonly figures: (Omit<Figures, 'steps'> & { readonly steps: readonly (readonly [string, number])[] }) | undefined
}

let telling: Telling | undefined

async function tell(plan: Plan): Promise<Outcome> {
  telling = new Telling(plan)
  return telling.tell()
}

/** Answers orders until the process ends. */
export async function serve(): Promise<void> {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => telling?.blame(error))
  process.on('message', (order) => void answer(order as Order).then((answered) => process.send?.(answered)))
  // Ends with its parent.
  await new Promise<void>((done) => process.once('disconnect', done))
  process.exit()
}

async function answer({ seed, shrink, trace }: Order): Promise<Answer> {
  const plan = planOf(seed)
  const outcome = await tell(plan)
  const [fault] = outcome.faults
  const { steps, ...figures } = outcome.figures
  let shrunk: Answer['shrunk']
  if (fault && shrink) {
    const shrinker = new Shrinker(tell, fault.rule, SHRINK_MS)
    const least = await shrinker.shrink(plan)
    shrunk = { trace: (await tell(least)).trace, tellings: shrinker.tellings }
  }
  return {
    seed,
    faults: outcome.faults,
    trace: trace ? outcome.trace : [],
    shrunk,
    figures: { ...figures, steps: [...steps] },
  }
}
