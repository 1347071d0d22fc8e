/**
 * Makes the plan of a saga from a seed: minutes in which people talk while everything breaks, and between them hours in
 * which most of them are away. What a saga costs is its links' signs of life, so that crowds meet for a short time and
 * nights pass with two people, one or none.
 */
import { type Millis, seconds } from '../../mesh/runtime/clock'
import type { Random } from '../../mesh/runtime/random'
import { seededRandom } from '../seeded-random'
import type { Action, Line, Pair, Plan, Role, Step } from './plan'

const NAMES =
  'alice bob carol dave erin frank grace heidi ivan judy kim leo mia noah olga pete quinn rosa sam tess uma victor wendy xena yuri zoe amir bea chen dora'.split(
    ' ',
  )

const minutes = (count: number): Millis => seconds(60 * count)
const hours = (count: number): Millis => minutes(60 * count)
const DAY = hours(24)

/** How often each thing happens while people talk, of the sum of all. */
const WEIGHTS: readonly (readonly [Action['kind'], number])[] = [
  ['say', 400],
  ['tell', 200],
  ['drop', 80],
  ['come', 90],
  ['freeze', 50],
  ['crash', 45],
  ['cut', 35],
  ['close', 30],
  ['leave', 25],
  ['split', 15],
  ['restart', 15],
  ['turn', 10],
  ['look', 10],
  ['evict', 10],
  ['fill', 8],
  ['pour', 8],
  ['lose', 7],
  ['rename', 5],
]
const ALL_WEIGHTS = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0)

export const planOf = (seed: number): Plan => new Planner(seed).plan()

class Planner {
  readonly #random: Random
  readonly #people: Role[] = []
  readonly #severed: Pair[] = []
  readonly #steps: Step[] = []
  readonly #here = new Set<string>()
  readonly #lost = new Set<string>()
  #said = 0

  constructor(private readonly seed: number) {
    this.#random = seededRandom(seed ^ 0x5a6a)
  }

  plan(): Plan {
    const { seed } = this
    const crowd = seed % 50 === 0 ? 30 : seed % 10 === 0 ? this.#from(10, 17) : this.#from(5, 10)
    for (let number = 0; number < crowd; number++) this.#cast()
    const line = this.#line()
    const pairs = pairsOf(this.#people.map(({ name }) => name))
    this.#sever(pairs)
    const stretched = pairs
      .filter(() => this.#chance(0.1))
      .map((pair) => ({ pair, factor: this.#from(2, 600 / (line.latency + line.jitter + 1)) }))
    const rounds = crowd > 16 ? 1 : crowd > 8 ? 2 : this.#from(2, 4)
    for (let round = 0; round < rounds; round++) {
      this.#gather()
      this.#talk(crowd > 16 ? 100 : crowd > 8 ? 120 : this.#from(30, 130))
      if (round < rounds - 1) this.#rest()
    }
    return { seed, line, people: this.#people, severed: this.#severed, stretched, steps: this.#steps }
  }

  #cast(): Role {
    const count = this.#people.length
    const name = NAMES[count] ?? `somebody ${count}`
    const isWrong = this.#chance(0.5)
    // Quartz is good to some seconds a day; some clocks are set wrong by days.
    const role = {
      name,
      skew: isWrong ? Math.round((this.#random.fraction() - 0.5) * 6 * DAY) : 0,
      drift: isWrong ? (this.#random.fraction() - 0.5) / 1000 : 0,
    }
    this.#people.push(role)
    return role
  }

  #line(): Line {
    const isFar = this.#chance(0.25)
    return {
      latency: this.#from(0, isFar ? 250 : 40),
      jitter: this.#from(0, isFar ? 400 : 80),
      rate: this.#chance(0.2) ? 50_000 : undefined,
      diskLatency: this.#chance(0.2) ? this.#from(100, 800) : this.#from(1, 30),
    }
  }

  /** Some pairs cannot link, and in some sagas only neighbours in a chain can. */
  #sever(pairs: readonly Pair[]): void {
    if (this.#people.length > 8) return
    if (this.#chance(0.1)) {
      const names = this.#people.map(({ name }) => name)
      this.#severed.push(...pairs.filter(([a, b]) => Math.abs(names.indexOf(a) - names.indexOf(b)) > 1))
    } else if (this.#chance(0.3)) this.#severed.push(...pairs.filter(() => this.#chance(0.12)))
  }

  /** Those who are away come, more or less at once; some come later. */
  #gather(): void {
    for (const { name } of this.#people) {
      if (this.#here.has(name) || this.#lost.has(name) || this.#chance(0.15)) continue
      this.#step(this.#chance(0.7) ? this.#from(0, 200) : this.#from(0, seconds(4)), { kind: 'come', who: name })
    }
  }

  #talk(count: number): void {
    for (let step = 0; step < count; step++) {
      const pause = this.#chance(0.3) ? 0 : this.#chance(0.9) ? this.#from(0, 1500) : this.#from(0, seconds(15))
      const action = this.#action()
      if (action) this.#step(pause, action)
    }
  }

  /** Everybody but a few goes, for hours. */
  #rest(): void {
    const stay = this.#from(0, 3)
    for (const who of [...this.#here].slice(stay)) {
      const how = this.#random.fraction()
      if (how < 0.4) this.#step(this.#from(0, seconds(3)), { kind: 'close', who })
      else if (how < 0.7) this.#step(this.#from(0, seconds(3)), { kind: 'leave', who })
      else if (how < 0.9) this.#step(this.#from(0, 500), { kind: 'crash', who, written: this.#random.fraction() })
      else this.#step(0, { kind: 'freeze', who, lasting: minutes(this.#from(5, 60)) })
    }
    const lasting = stay > 1 ? minutes(this.#from(5, 20)) : hours(this.#from(1, 10))
    const words = stay === 0 ? 0 : this.#from(1, 6)
    for (let word = 0; word < words; word++) {
      const action = this.#chance(0.6) ? this.#make('say') : this.#make('tell')
      if (action) this.#step(lasting / (words + 1), action)
    }
    const [first] = this.#people
    if (first) this.#step(lasting / (words + 1), { kind: 'come', who: first.name })
  }

  #step(after: Millis, action: Action): void {
    this.#steps.push({ after: Math.round(after), ...action })
    switch (action.kind) {
      case 'come':
        this.#here.add(action.who)
        break
      case 'lose':
        this.#lost.add(action.who)
        this.#here.delete(action.who)
        break
      case 'crash':
      case 'close':
      case 'leave':
        this.#here.delete(action.who)
        break
      default:
    }
  }

  #action(): Action | undefined {
    let left = this.#random.fraction() * ALL_WEIGHTS
    for (const [kind, weight] of WEIGHTS) {
      left -= weight
      if (left < 0) return this.#make(kind)
    }
    return undefined
  }

  #make(kind: Action['kind']): Action | undefined {
    const who = this.#anyone([...this.#here])
    const [a, b] = this.#two([...this.#here])
    switch (kind) {
      case 'come': {
        const away = this.#people.filter(({ name }) => !this.#here.has(name) && !this.#lost.has(name))
        const name = this.#anyone(away)?.name
        return name === undefined ? undefined : { kind, who: name }
      }
      case 'evict': {
        // In some sagas only: what somebody says twice is not kept, and much else is not promised then.
        const away = this.#people.filter(({ name }) => !this.#here.has(name) && !this.#lost.has(name))
        const name = this.seed % 7 === 3 ? this.#anyone(away)?.name : undefined
        return name === undefined ? undefined : { kind, who: name }
      }
      case 'restart':
        return { kind, lasting: this.#from(0, seconds(15)) }
      case 'split': {
        const names = this.#people.map(({ name }) => name).filter(() => this.#chance(0.5))
        return { kind, half: names, lasting: this.#from(0, this.#chance(0.3) ? minutes(4) : seconds(30)) }
      }
      case 'drop':
        return a && b ? { kind, pair: [a, b] } : undefined
      case 'cut':
        return a && b ? { kind, pair: [a, b], lasting: this.#lasting() } : undefined
      case 'tell': {
        // Often to somebody who is away.
        const to = this.#chance(0.3) ? this.#anyone(this.#people)?.name : b
        return a && to && a !== to ? { kind, who: a, to, words: this.#words() } : undefined
      }
      default:
        return who === undefined ? undefined : this.#of(kind, who)
    }
  }

  #of(kind: Action['kind'], who: string): Action | undefined {
    switch (kind) {
      case 'say':
        return { kind, who, words: this.#words() }
      case 'pour':
        return { kind, who, words: `word ${++this.#said}`, count: this.#from(10, this.#chance(0.2) ? 700 : 60) }
      case 'look':
        return { kind, who }
      case 'rename':
        return { kind, who, name: `${who} the ${this.#from(2, 9)}th` }
      case 'freeze':
        return { kind, who, lasting: this.#lasting() }
      case 'crash':
        return { kind, who, written: this.#random.fraction() }
      case 'close':
      case 'leave':
        return { kind, who }
      case 'lose':
        // Somebody else takes the place.
        this.#cast()
        return { kind, who }
      case 'fill':
        return { kind, who, lasting: this.#from(seconds(1), seconds(60)) }
      case 'turn':
        return { kind, who, by: Math.round((this.#random.fraction() - 0.5) * 4 * DAY) }
      default:
        return undefined
    }
  }

  /** Mostly below the 17 s after which links fail, and sometimes far beyond. */
  #lasting(): Millis {
    return this.#chance(0.75) ? this.#from(0, seconds(12)) : this.#from(seconds(10), minutes(3))
  }

  #words(): string {
    const words = `word ${++this.#said}`
    const length = this.#chance(0.03) ? this.#from(1000, 150_000) : 0
    return words.padEnd(length, '.')
  }

  #two(names: readonly string[]): readonly (string | undefined)[] {
    const one = this.#anyone(names)
    return [one, this.#anyone(names.filter((name) => name !== one))]
  }

  #anyone<T>(those: readonly T[]): T | undefined {
    return those[this.#below(those.length)]
  }

  #chance(of: number): boolean {
    return this.#random.fraction() < of
  }

  /** @returns a whole number from `low` on, below `high` when that is greater */
  #from(low: number, high: number): number {
    return low + this.#below(Math.max(1, high - low))
  }

  #below(limit: number): number {
    return Math.floor(this.#random.fraction() * limit)
  }
}

const pairsOf = (names: readonly string[]): readonly Pair[] =>
  names.flatMap((a, index) => names.slice(index + 1).map((b) => [a, b] as const))
