/**
 * `npm run sim -- [--seeds N] [--from N] [--all] [--jobs N] | --seed N`: tells sagas in a few processes, and says what
 * they held. The first that breaks a promise is told again and again with less in it, and what is left of it is shown;
 * with `--all` the others are told to the end, and those that failed are listed. `--seed` shows one with all that happens.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Tally } from './tally'
import { Teller } from './teller'
import { type Answer, serve } from './worker'

const REPORT_EVERY = 25

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    all: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(Math.max(1, availableParallelism())) },
  },
})

if (process.send) await serve()
else process.exitCode = values.seed === undefined ? await tellMany() : await tellOne(whole('--seed', values.seed))

async function tellOne(seed: number): Promise<number> {
  const teller = new Teller()
  const { trace, faults, shrunk } = await teller.tell({ seed, shrink: true, trace: true })
  teller.end()
  for (const line of trace) console.log(line)
  if (faults.length === 0) return 0
  showShrunk(seed, faults, shrunk)
  return 1
}

async function tellMany(): Promise<number> {
  const count = whole('--seeds', values.seeds)
  const from = whole('--from', values.from)
  const tally = new Tally()
  const failed: Answer[] = []
  let next = from
  const isOver = () => next >= from + count || (failed.length > 0 && !values.all)
  const work = async () => {
    const teller = new Teller()
    while (!isOver()) {
      const seed = next++
      const answer = await teller.tell({ seed, shrink: !values.all, trace: false })
      tally.add(answer)
      if (answer.faults.length > 0) {
        failed.push(answer)
        if (values.all) console.log(`seed ${seed}: ${answer.faults[0]?.rule}: ${answer.faults[0]?.words.slice(0, 300)}`)
      }
      if (tally.sagas % REPORT_EVERY === 0) console.log(tally.line(count))
    }
    teller.end()
  }
  await Promise.all(Array.from({ length: whole('--jobs', values.jobs) }, work))
  console.log(tally.summary(from))
  const [first] = failed
  if (!first) return 0
  if (values.all) console.error(`${failed.length} of ${tally.sagas} sagas broke a promise.`)
  else showShrunk(first.seed, first.faults, first.shrunk)
  return 1
}

function showShrunk(seed: number, faults: Answer['faults'], shrunk: Answer['shrunk']): void {
  console.error(`\nThe saga of seed ${seed} broke a promise:`)
  for (const { rule, words } of faults.slice(0, 5)) console.error(`  ${rule}: ${words}`)
  if (shrunk) {
    console.error(`\nThis much of it is enough (found in ${shrunk.tellings} tellings):\n`)
    for (const line of shrunk.trace) console.error(`  ${line}`)
  }
  console.error(`\nAll of it:\n  npm run sim -- --seed ${seed}`)
}

function whole(option: string, value: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number >= 0) return number
  console.error(`${option} takes a whole number from 0 on, not '${value}'.`)
  process.exit(2)
}
