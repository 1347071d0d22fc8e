/**
 * `npm run fuzz -- [--seconds N | --inputs N] [--seed S] [--target NAME] [--only N]`: hands hostile input to every door
 * through which others reach in. The seed makes every input again: a failure names it, and how to run just that one.
 * `--inputs` is for each target (whole stories get a share of it); `--only` runs the one input of that number.
 */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { Dice } from './dice'
import { printInput } from './print'
import { type Failure, runInputs, type Tally } from './run'
import type { Target } from './target'
import { TARGETS } from './targets'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    inputs: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    target: { type: 'string' },
    only: { type: 'string' },
  },
})
const seconds = whole('--seconds', values.seconds)
const seed = whole('--seed', values.seed)
const inputs = values.inputs === undefined ? undefined : whole('--inputs', values.inputs)
const only = values.only === undefined ? undefined : whole('--only', values.only)
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target)
if (targets.length === 0) stop(`There is no target '${values.target}'; there are ${names(TARGETS).join(', ')}.`)
if (only !== undefined && targets.length > 1) stop('--only goes with --target: each target has inputs of its own.')

const state = new Int32Array(new SharedArrayBuffer(8))
const watchdog = new Worker(new URL('./watchdog.mjs', import.meta.url), {
  workerData: { state, names: names(targets), seed },
})
const note = (target: string, number: number) => {
  state[0] = targets.findIndex(({ name }) => name === target)
  state[1] = number
}
const tallies = new Map<Target, Tally>(targets.map((target) => [target, { inputs: 0, ms: 0, slowestMs: 0, growth: 0 }]))
const failure =
  only !== undefined ? await runOne(only) : inputs !== undefined ? await runCount(inputs) : await runTime()
await watchdog.terminate()
if (failure) {
  report(failure)
  process.exit(1)
}
summarize()

async function runOne(number: number): Promise<Failure | undefined> {
  for (const [target, tally] of tallies) {
    console.log(printInput(target.draw(new Dice(seed, target.name, number)).input))
    const failed = await runInputs(target, seed, number, { inputs: 1, deadline: Infinity }, tally, note)
    if (failed) return failed
  }
  return undefined
}

async function runCount(count: number): Promise<Failure | undefined> {
  for (const [target, tally] of tallies) {
    const bounds = { inputs: Math.ceil(count * target.share), deadline: Infinity }
    const failed = await runInputs(target, seed, 0, bounds, tally, note)
    if (failed) return failed
  }
  return undefined
}

/** Every target gets the same time, one after the other; clearing up after it is part of it. */
async function runTime(): Promise<Failure | undefined> {
  const turn = (seconds * 1000) / targets.length
  let deadline = performance.now()
  for (const [target, tally] of tallies) {
    deadline += turn
    const failed = await runInputs(target, seed, 0, { inputs: Infinity, deadline }, tally, note)
    if (failed) return failed
  }
  return undefined
}

function report({ target, number, input, error }: Failure): void {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(`\nInput ${number} of '${target}' under seed ${seed} broke the promise:\n${words}\n`)
  console.error(`The input: ${printInput(input)}\n`)
  console.error(`Again, and just that one:\n  npm run fuzz -- --seed ${seed} --target ${target} --only ${number}`)
}

function summarize(): void {
  let all = 0
  let ms = 0
  for (const [{ name }, tally] of tallies) {
    all += tally.inputs
    ms += tally.ms
    const rate = Math.round(tally.inputs / (tally.ms / 1000)).toLocaleString('en')
    const slowest = `slowest ${tally.slowestMs.toFixed(1)} ms`
    const grown = `${(tally.growth / 1024).toFixed(0)} KiB left`
    console.log(`${name.padEnd(18)} ${String(tally.inputs).padStart(8)} inputs, ${rate} a second, ${slowest}, ${grown}`)
  }
  const rate = Math.round(all / (ms / 1000)).toLocaleString('en')
  console.log(
    `${all.toLocaleString('en')} inputs of ${targets.length} targets, ${rate} a second; all held. Seed ${seed}.`,
  )
}

function names(of: readonly Target[]): readonly string[] {
  return of.map(({ name }) => name)
}

function whole(option: string, value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) stop(`${option} takes a whole number from 0 on, not '${value}'.`)
  return number
}

function stop(words: string): never {
  console.error(words)
  process.exit(2)
}
