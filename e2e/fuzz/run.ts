/**
 * Runs targets: draws inputs, holds each to its target's promise, to its time and to an unharmed Object.prototype, and
 * what all of them leave in memory to a bound. What is hostile, and what is promised, belongs to the targets.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Dice } from './dice'
import { expectThat, type Target, type Trial } from './target'

/** Milliseconds for one input, the largest included: a page that stands still for longer is seen to. */
const MAX_INPUT_MS = 250

/** A busy machine stops any program now and then: an input counts as slow when it costs as much every time. */
const TRIES = 3

/** Bytes that all inputs of a target may leave behind: compiled code and caches, but nothing for each input. */
const MAX_GROWTH = 32 * 1024 * 1024

export interface Tally {
  inputs: number
  ms: number
  slowestMs: number
  /** bytes still held when the inputs were gone */
  growth: number
}

export interface Failure {
  readonly target: string
  readonly number: number
  readonly input: unknown
  readonly error: unknown
}

/** What ends a run of inputs of one target, whichever comes first. */
export interface Bounds {
  readonly inputs: number
  /** on the clock of performance.now(); one input is run in any case */
  readonly deadline: number
}

/** Tells somebody else what is under way, for when it never ends. */
export type Note = (target: string, number: number) => void

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What a listener threw, or a promise that nobody waits for, while an input was under way. */
const uncaught: unknown[] = []
let isUnderWay = false
process.on('uncaughtException', (error) => {
  uncaught.push(error)
  if (isUnderWay) return
  console.error(error)
  process.exit(2)
})

/** Runs inputs of `target` from number `first` on, and adds them to its tally. */
export async function runInputs(
  target: Target,
  seed: number,
  first: number,
  bounds: Bounds,
  tally: Tally,
  note: Note,
): Promise<Failure | undefined> {
  const before = await heldBytes()
  const started = performance.now()
  let now = started
  for (let number = first; number < first + bounds.inputs && (number === first || now < bounds.deadline); number++) {
    note(target.name, number)
    const trial = target.draw(new Dice(seed, target.name, number))
    const begun = performance.now()
    const error = await attempt(trial)
    now = performance.now()
    const ms = now - begun > MAX_INPUT_MS ? await leastTime(trial) : now - begun
    tally.inputs += 1
    tally.slowestMs = Math.max(tally.slowestMs, ms)
    const fault = error ?? (ms > MAX_INPUT_MS ? new Error(`it took ${Math.round(ms)} ms each time`) : undefined)
    if (fault !== undefined) return { target: target.name, number, input: trial.input, error: fault }
  }
  tally.ms += performance.now() - started
  tally.growth += (await heldBytes()) - before
  if (tally.growth <= MAX_GROWTH) return undefined
  const error = new Error(`${tally.inputs} inputs left ${tally.growth} bytes behind`)
  return { target: target.name, number: first, input: 'any of them', error }
}

/** @returns what went wrong, if anything */
async function attempt(trial: Trial): Promise<unknown> {
  isUnderWay = true
  try {
    const held = trial.hold()
    // Most are done by now, and a pause after each would take longer than they did.
    if (held instanceof Promise) await held
    expectThat(!('polluted' in {}), 'Object.prototype was polluted')
    if (uncaught.length === 0) return undefined
    throw uncaught.shift()
  } catch (error) {
    return error ?? new Error('it threw nothing that could be told')
  } finally {
    isUnderWay = false
  }
}

/** Milliseconds of processor time that the fastest of several tries took. */
async function leastTime(trial: Trial): Promise<number> {
  let least = Infinity
  for (let left = TRIES; left > 0; left--) {
    const begun = process.cpuUsage()
    await attempt(trial)
    const { user, system } = process.cpuUsage(begun)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

async function heldBytes(): Promise<number> {
  collectGarbage()
  // What the first one let go, buffers above all, is given back in the background and is gone by the second.
  await new Promise<void>((resume) => setImmediate(resume))
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
