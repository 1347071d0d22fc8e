/**
 * Tells a saga: carries its steps out on a simulated network, each with what is possible when its time comes, lets
 * everything heal, and has the outcome judged.
 */

import { type Millis, seconds } from '../../mesh/runtime/clock'
import { assertNever } from '../../mesh/runtime/invariant'
import { Sim } from '../sim'
import { Aftermath } from './aftermath'
import { Page, Person } from './cast'
import { brief, type Fault, Ledger } from './ledger'
import { Narration, span } from './narration'
import { Obstacles } from './obstacles'
import type { Action, Plan } from './plan'

export interface Outcome {
  readonly faults: readonly Fault[]
  readonly trace: readonly string[]
  readonly figures: Figures
}

export interface Figures {
  readonly people: number
  readonly entries: number
  readonly deliveries: number
  readonly receipts: number
  readonly virtualHours: number
  /** how often each kind of step was carried out */
  readonly steps: ReadonlyMap<Action['kind'], number>
}

/** Several entries that come one by one take a disk like that for as long as anybody waits for an answer. */
const SLOW_DISK: Millis = 100

/** The good-bye has arrived by then, or never will. */
const LAST_WORDS: Millis = seconds(2)

export class Telling {
  readonly #sim: Sim
  readonly #people = new Map<string, Person>()
  readonly #narration: Narration
  readonly #ledger: Ledger
  readonly #steps = new Map<Action['kind'], number>()
  readonly #obstacles: Obstacles

  constructor(private readonly plan: Plan) {
    const { seed, line, people } = plan
    const { rate, ...times } = line
    this.#sim = new Sim({ seed, ...times, ...(rate !== undefined && { rate }) })
    this.#narration = new Narration(this.#sim.clock)
    this.#ledger = new Ledger(({ rule, words }) => this.#narration.tell(`!! ${rule}: ${words}`))
    for (const role of people) {
      const profile = this.#sim.newProfile()
      Object.assign(profile.wall, { skew: role.skew, drift: role.drift })
      this.#people.set(role.name, new Person(role, profile))
    }
    this.#obstacles = new Obstacles(this.#sim, plan, this.#narration.tell)
  }

  async tell(): Promise<Outcome> {
    try {
      for (const step of this.plan.steps) {
        await this.#sim.run(step.after)
        if (this.#carryOut(step)) this.#steps.set(step.kind, (this.#steps.get(step.kind) ?? 0) + 1)
        // A broken promise is enough; what follows from it would only blur the picture.
        if (this.#ledger.faults.length > 0) return this.#outcome()
      }
      await this.#heal()
    } catch (error) {
      this.#ledger.fault('thrown', error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    return this.#outcome()
  }

  /** What was thrown where nobody could catch it. */
  blame(error: unknown): void {
    this.#ledger.fault('thrown', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }

  #outcome(): Outcome {
    const { deliveries, receipts, faults, sayings } = this.#ledger
    const entries = [...sayings].filter(({ entry }) => entry).length
    const virtualHours = this.#sim.clock.now() / seconds(3600)
    const figures = { people: this.#people.size, entries, deliveries, receipts, virtualHours, steps: this.#steps }
    return { faults, trace: this.#narration.lines, figures }
  }

  /** @returns whether it was possible */
  #carryOut(action: Action): boolean {
    switch (action.kind) {
      case 'come':
        return this.#come(this.#people.get(action.who))
      case 'say':
        return this.#say(this.#awake(action.who), action.words, undefined)
      case 'pour':
        return this.#pour(this.#awake(action.who), action.words, action.count)
      case 'look':
        return this.#look(this.#awake(action.who))
      case 'evict':
        return this.#evict(this.#people.get(action.who))
      case 'tell':
        return this.#say(this.#awake(action.who), action.words, this.#people.get(action.to))
      case 'rename':
        return this.#rename(this.#awake(action.who), action.name)
      case 'freeze':
        return this.#freeze(this.#awake(action.who), action.lasting)
      case 'crash':
      case 'close':
      case 'leave':
      case 'lose':
        return this.#go(this.#present(action.who), action)
      case 'drop':
        return this.#obstacles.drop(action.pair)
      case 'cut':
        return this.#obstacles.cut(action.pair, action.lasting)
      case 'split':
        return this.#obstacles.split(action.half, action.lasting)
      case 'restart':
        return this.#obstacles.restart(action.lasting)
      case 'fill':
        return this.#fill(this.#people.get(action.who), action.lasting)
      case 'turn':
        return this.#turn(this.#people.get(action.who), action.by)
      default:
        return assertNever(action)
    }
  }

  #come(person: Person | undefined): boolean {
    if (!person || person.page || person.isLost) return false
    if (person.profile.isSpent) return this.#comeAnew(person)
    const { name, profile } = person
    person.pages += 1
    // What the disk holds, it holds before the page begins to read.
    const peer = this.#sim.join(name, profile)
    person.page = new Page(person, peer)
    this.#ledger.open(person.page)
    this.#tell(`${name} ${person.pages === 1 ? 'comes' : 'comes back'}`)
    return true
  }

  /** Whose disk was full comes back as somebody new. */
  #comeAnew(person: Person): boolean {
    const { role, profile } = person
    person.isLost = true
    const next = this.#sim.newProfile()
    Object.assign(next.wall, profile.wall)
    const anew = new Person(role, next)
    this.#people.set(role.name, anew)
    return this.#come(anew)
  }

  #say(person: Person | undefined, words: string, to: Person | undefined): boolean {
    if (!person?.page) return false
    this.#tell(`${person.name} says ${brief(words)} to ${to ? to.name : 'everyone'}`)
    this.#ledger.say(person.page, words, to)
    return true
  }

  #pour(person: Person | undefined, words: string, count: number): boolean {
    if (!person?.page) return false
    this.#tell(`${person.name} says ${brief(words)} to everyone, ${count} times over`)
    for (let number = 1; number <= count; number++) this.#ledger.say(person.page, `${words} #${number}`, undefined)
    return true
  }

  #look(person: Person | undefined): boolean {
    if (!person?.page) return false
    this.#tell(`${person.name} reads everything again`)
    this.#ledger.look(person.page)
    return true
  }

  #evict(person: Person | undefined): boolean {
    if (!person || person.page || person.isLost || person.pages === 0) return false
    this.#tell(`${person.name}'s browser forgets the log, and keeps the key`)
    person.profile = { ...this.#sim.newProfile(person.profile.key), wall: person.profile.wall }
    person.owed.clear()
    this.#ledger.forgetful.add(person.id)
    return true
  }

  #rename(person: Person | undefined, name: string): boolean {
    if (!person?.page) return false
    this.#tell(`${person.name} wants to be called ${name}`)
    void person.page.peer.room.rename(name)
    return true
  }

  #freeze(person: Person | undefined, lasting: Millis): boolean {
    const page = person?.page
    if (!person || !page) return false
    this.#tell(`${person.name} freezes for ${span(lasting)}`)
    this.#sim.freeze(person.name)
    this.#sim.clock.after(lasting, () => {
      if (person.page !== page || page.peer.tab.isRunning) return
      this.#tell(`${person.name} wakes`)
      this.#sim.thaw(person.name)
    })
    return true
  }

  #go(person: Person | undefined, action: Extract<Action, { kind: 'crash' | 'close' | 'leave' | 'lose' }>): boolean {
    const page = person?.page
    if (!person || !page) return false
    const { name } = person
    const sim = this.#sim
    switch (action.kind) {
      case 'leave': {
        if (!page.peer.tab.isRunning) return false
        this.#tell(`${name} leaves`)
        void page.peer.room.leave()
        sim.clock.after(LAST_WORDS, () => {
          if (person.page === page) this.#end(person, () => sim.crash(name))
        })
        return true
      }
      case 'close':
        this.#tell(`${name} closes the tab`)
        this.#end(person, () => sim.close(name))
        return true
      case 'crash':
        this.#tell(`${name}'s tab crashes`)
        this.#end(person, () => sim.crash(name, action.written))
        return true
      case 'lose':
        this.#tell(`${name}'s machine is lost, with all that is on it`)
        person.isLost = true
        this.#end(person, () => sim.crash(name, 0))
        return true
      default:
        return assertNever(action)
    }
  }

  #end(person: Person, how: () => void): void {
    how()
    person.lastPage = person.page
    person.page = undefined
  }

  #fill(person: Person | undefined, lasting: Millis): boolean {
    if (!person || person.profile.disk.isFull) return false
    this.#tell(`${person.name}'s disk is full for ${span(lasting)}`)
    const { disk } = person.profile
    disk.isFull = true
    if (person.page) person.page.isForgetful = true
    this.#sim.clock.after(lasting, () => {
      disk.isFull = false
    })
    return true
  }

  #turn(person: Person | undefined, by: Millis): boolean {
    if (!person) return false
    this.#tell(`${person.name}'s clock is set ${by < 0 ? 'back' : 'forward'} by ${span(Math.abs(by))}`)
    person.profile.wall.skew += by
    return true
  }

  /** All obstacles go, and everybody whose machine is left comes. */
  async #heal(): Promise<void> {
    const sim = this.#sim
    this.#tell('everything heals')
    // Whoever is saying good-bye has said it then.
    await sim.run(LAST_WORDS)
    for (const { name, page, profile } of this.#people.values()) {
      profile.disk.isFull = false
      if (page && !page.peer.tab.isRunning) sim.thaw(name)
    }
    this.#obstacles.clear()
    for (const person of this.#people.values()) this.#come(person)
    const people = [...this.#people.values()].filter((person) => person.page)
    const links = (one: Person, other: Person) => !this.#obstacles.isForEver(one.name, other.name)
    const { rate, diskLatency } = this.plan.line
    const isSlow = rate !== undefined || diskLatency > SLOW_DISK
    await new Aftermath({ sim, people, links, isSlow, ledger: this.#ledger }).judge()
  }

  /** @returns whoever is here and not frozen, nor on the way out */
  #awake(name: string): Person | undefined {
    const person = this.#people.get(name)
    const peer = person?.page?.peer
    return peer?.tab.isRunning && peer.room.status().state === 'open' ? person : undefined
  }

  #present(name: string): Person | undefined {
    const person = this.#people.get(name)
    return person?.page ? person : undefined
  }

  #tell(words: string): void {
    this.#narration.tell(words)
  }
}
