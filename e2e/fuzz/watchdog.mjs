// @ts-check
/**
 * Watches from a thread of its own which input is under way: one that never ends could not be reported by the thread
 * that is busy with it. `state` holds the target's place in `names` and the input's number.
 */
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

/** Milliseconds for one input, drawing and retries included. */
const LIMIT = 20_000

/** @type {{ state: Int32Array, names: readonly string[], seed: number }} */
const { state, names, seed } = workerData
let last = ''
let since = performance.now()
setInterval(() => {
  const now = `${state[0]} ${state[1]}`
  if (now !== last) since = performance.now()
  last = now
  if (performance.now() - since < LIMIT) return
  const name = names[state[0] ?? 0]
  writeSync(2, `\nInput ${state[1]} of '${name}' under seed ${seed} never ends. Again, and just that one:\n`)
  writeSync(2, `  npm run fuzz -- --seed ${seed} --target ${name} --only ${state[1]}\n`)
  process.kill(process.pid, 'SIGKILL')
}, 1000)
