/**
 * A story that a seed tells: people who ask one another and say things to all while links drop, hosts sleep, the server
 * restarts, and others come, leave and crash. At its end everything heals, and `faults` says what was promised and not
 * kept. The rules it holds rooms to are those of sessions and of dealing with one peer: SE1-SE7, RP1-RP4, DI1, DI6. What
 * is promised of logs, sagas tell.
 */

import type { EntryId } from '../mesh/log/entry'
import type { Data } from '../mesh/protocol/data'
import { RoomError } from '../mesh/protocol/errors'
import type { PeerId } from '../mesh/protocol/ids'
import { type Millis, seconds } from '../mesh/runtime/clock'
import type { Random } from '../mesh/runtime/random'
import { seededRandom } from './seeded-random'
import { Sim, type SimPeer } from './sim'

const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi']

/** Below the 30 s after which whoever waits is told that it was in vain. */
const LONGEST_SLEEP: Millis = seconds(25)

/** Both could be in a pause of 30 s between attempts, and the first attempt after it may fail. */
const HEALING: Millis = seconds(90)

interface Person {
  readonly name: string
  readonly peer: SimPeer
  /** what it was asked, in order */
  readonly heard: Data[]
  state: 'here' | 'asleep' | 'away'
  /** was asleep, or cut off from somebody, or went: what is promised to others may not hold for this one */
  troubled: boolean
}

interface Asked {
  readonly from: Person
  readonly to: Person
  readonly words: string
  readonly at: Millis
  outcome:
    | { readonly kind: 'waiting' }
    | { readonly kind: 'answered' }
    | { readonly kind: 'refused'; readonly at: Millis; readonly reason: string }
}

interface Broadcast {
  readonly from: Person
  readonly id: EntryId
}

export class Story {
  readonly sim: Sim
  readonly #random: Random
  readonly #people: Person[] = []
  readonly #asked: Asked[] = []
  readonly #broadcasts: Broadcast[] = []
  #said = 0

  constructor(readonly seed: number) {
    this.#random = seededRandom(seed ^ 0x5eed)
    const line = { latency: this.#below(40), jitter: this.#below(80) }
    // Every third story has lines on which a long message takes a second or two.
    this.sim = new Sim({ seed, ...line, ...(seed % 3 === 0 && { rate: 50_000 }) })
    const count = 3 + this.#below(6)
    for (let number = 0; number < count; number++) this.#join()
  }

  /** Tells `steps` steps, about half a second each, lets everything heal, and waits for everyone to be linked. */
  async tell(steps = 60): Promise<void> {
    await this.sim.run(this.#below(3000))
    for (let step = 0; step < steps; step++) {
      this.#step()
      await this.sim.run(this.#below(1000))
    }
    await this.#heal()
  }

  /** What was promised and not kept. */
  faults(): readonly string[] {
    return [
      ...this.#askedFaults(),
      ...this.#broadcastFaults(),
      ...this.#people.flatMap((person) => [...this.#entryFaults(person)]),
    ]
  }

  #step(): void {
    const choice = this.#random.fraction()
    if (choice < 0.35) this.#ask()
    else if (choice < 0.65) this.#broadcast()
    else if (choice < 0.78) this.#drop()
    else if (choice < 0.83) this.#sleep()
    else if (choice < 0.87) this.#cut()
    else if (choice < 0.91) this.#restartServer()
    else if (choice < 0.96) this.#join()
    else if (choice < 0.985) this.#leave()
    else this.#crash()
  }

  #ask(): void {
    const [from, to] = this.#pair()
    if (!from || !to) return
    const { sim } = this
    const words = this.#words()
    const asked: Asked = { from, to, words, at: sim.clock.now(), outcome: { kind: 'waiting' } }
    this.#asked.push(asked)
    from.peer.room.request(to.peer.id, 'listen', words, { timeout: Number.POSITIVE_INFINITY }).then(
      () => {
        asked.outcome = { kind: 'answered' }
      },
      (error: unknown) => {
        if (!(error instanceof RoomError)) throw error
        asked.outcome = { kind: 'refused', at: sim.clock.now(), reason: error.reason }
      },
    )
  }

  #broadcast(): void {
    const [from] = this.#pair()
    if (!from) return
    // What the author of a room does with an error that cannot be here is to fail.
    void from.peer.room.broadcast(this.#words()).then((id) => this.#broadcasts.push({ from, id }))
  }

  #drop(): void {
    const [a, b] = this.#pair()
    if (a && b) this.sim.network.dropLinks(a.name, b.name)
  }

  #sleep(): void {
    const [person] = this.#pair()
    if (!person) return
    person.state = 'asleep'
    person.troubled = true
    this.sim.network.silence(person.name)
    this.sim.clock.after(this.#random.fraction() * LONGEST_SLEEP, () => this.#wake(person))
  }

  #wake(person: Person): void {
    if (person.state !== 'asleep') return
    person.state = 'here'
    this.sim.network.wake(person.name)
  }

  #cut(): void {
    const [a, b] = this.#pair()
    if (!a || !b) return
    for (const person of [a, b]) person.troubled = true
    this.sim.network.cut(a.name, b.name)
    this.sim.clock.after(this.#random.fraction() * LONGEST_SLEEP, () => this.sim.network.mend(a.name, b.name))
  }

  #restartServer(): void {
    if (!this.sim.server.up) return
    this.sim.server.stop()
    this.sim.clock.after(this.#random.fraction() * seconds(10), () => this.sim.server.start())
  }

  #join(): void {
    if (this.#people.filter(({ state }) => state !== 'away').length >= PEOPLE.length) return
    const name = `${PEOPLE[this.#people.length % PEOPLE.length]} ${this.#people.length}`
    const person: Person = { name, peer: this.sim.join(name), heard: [], state: 'here', troubled: false }
    person.peer.room.handle('listen', (words) => person.heard.push(words))
    this.#people.push(person)
  }

  #leave(): void {
    const person = this.#goer()
    if (person) void person.peer.room.leave().then(() => this.sim.crash(person.name))
  }

  #crash(): void {
    const person = this.#goer()
    if (person) this.sim.crash(person.name)
  }

  /** Somebody who goes, unless too few would be left to talk. */
  #goer(): Person | undefined {
    const [person] = this.#pair()
    if (!person || this.#people.filter(({ state }) => state === 'here').length <= 3) return undefined
    person.state = 'away'
    person.troubled = true
    return person
  }

  async #heal(): Promise<void> {
    for (const person of this.#people) this.#wake(person)
    // The longest cut and the longest stop of the server end by themselves.
    await this.sim.run(LONGEST_SLEEP)
    await this.sim.meshed(HEALING)
    await this.sim.run(seconds(2))
  }

  *#askedFaults(): Generator<string> {
    for (const { from, to, words, at, outcome } of this.#asked) {
      const times = to.heard.filter((heard) => heard === words).length
      const what = `'${words}' of ${from.name} to ${to.name}`
      if (times > 1) yield `${what} arrived ${times} times`
      if (outcome.kind === 'answered' && times === 0) yield `${what} was answered and never arrived`
      if (from.troubled || to.troubled) continue
      if (outcome.kind === 'waiting') yield `${what} is still waited for`
      if (outcome.kind === 'refused' && outcome.at > at)
        yield `${what} was taken and then given up as ${outcome.reason}`
    }
  }

  *#broadcastFaults(): Generator<string> {
    const has = (person: Person, id: EntryId) => person.peer.entries.some((entry) => entry.id === id)
    for (const { from, id } of this.#broadcasts) {
      if (from.state === 'away') continue
      for (const person of this.#people)
        if (person.state === 'here' && !has(person, id)) yield `${id} of ${from.name} never reached ${person.name}`
    }
  }

  *#entryFaults({ name, peer }: Person): Generator<string> {
    const last = new Map<PeerId, number>()
    for (const { id, author, seq } of peer.entries) {
      const before = last.get(author) ?? 0
      if (seq !== before + 1) yield `${name} was shown ${id} after number ${before}`
      last.set(author, seq)
    }
    // Whoever calls somebody asleep may be told so.
    const errors = peer.errors.filter(({ reason }) => reason !== 'unreachable')
    if (errors.length > 0) yield `${name} was told of errors: ${errors.join()}`
  }

  /** Two different people who are here; fewer when there are not as many. */
  #pair(): readonly (Person | undefined)[] {
    const here = this.#people.filter(({ state }) => state === 'here')
    const [first] = here.splice(this.#below(here.length), 1)
    return [first, here[this.#below(here.length)]]
  }

  #words(): string {
    const words = `saying ${++this.#said}`
    return this.#random.fraction() < 0.05 ? words.padEnd(100_000, '.') : words
  }

  #below(limit: number): number {
    return Math.floor(this.#random.fraction() * limit)
  }
}
