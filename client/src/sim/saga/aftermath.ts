/**
 * What has to be so once everything has healed: everybody who can be reached is linked, all have the same log in the same
 * order with all that was promised in it, nothing waits any more, and what is kept and said in quiet times is little.
 */
import { comparePositions, type Entry } from '../../mesh/log/entry'
import type { LogName } from '../../mesh/log/log-store'
import { type Millis, seconds } from '../../mesh/runtime/clock'
import type { Sim } from '../sim'
import type { Page, Person } from './cast'
import { brief, type Ledger, textOf } from './ledger'

/** Both could be in a pause of 30 s between attempts, and the attempt after it may fail. */
const LINKING: Millis = seconds(120)
/** From the last link on. */
const CATCHING_UP: Millis = seconds(60)
/** What is said when nothing stands in the way, however many hand it on. */
const SPREADING: Millis = seconds(15)
/** The same where an entry takes seconds, and whoever waits for one asks somebody else. */
const SPREADING_SLOWLY: Millis = seconds(60)
const QUIET: Millis = seconds(30)
/** Signs of life of both sides, their frames, and what each says now and then of what it has. */
const QUIET_BYTES_A_SECOND = 200
/** of a page, and for each person that it knows */
const TIMERS = 40
const TIMERS_EACH = 15
const PAGE = 64

interface AftermathDeps {
  readonly sim: Sim
  /** those whose machines are left, each with a page open */
  readonly people: readonly Person[]
  readonly links: (one: Person, other: Person) => boolean
  readonly isSlow: boolean
  readonly ledger: Ledger
}

export class Aftermath {
  readonly #pages: readonly Page[]

  constructor(private readonly deps: AftermathDeps) {
    this.#pages = deps.people.flatMap(({ page }) => (page ? [page] : []))
  }

  async judge(): Promise<void> {
    const { ledger } = this.deps
    if (!(await this.#until(() => this.#unlinked().length === 0, LINKING)))
      return ledger.fault('apart', `${this.#unlinked().slice(0, 3).join(', ')} have no link after ${LINKING} ms`)
    if (!(await this.#until(() => this.#behind() === undefined, CATCHING_UP)))
      return ledger.fault('unequal', `${this.#behind()} after ${CATCHING_UP} ms`)
    for (const page of this.#pages) ledger.say(page, `last words of ${page.person.name}`, undefined)
    // Once they are there; a disk may take its time.
    await this.deps.sim.run(seconds(1))
    const spreading = this.deps.isSlow ? SPREADING_SLOWLY : SPREADING
    if (!(await this.#until(() => this.#behind() === undefined, spreading)))
      return ledger.fault('unequal', `${this.#behind()} after ${spreading} ms of quiet`)
    await this.#checkQuiet()
    for (const flock of this.#flocks()) await this.#checkRoom(flock)
    for (const page of this.#pages) for (const other of this.#pages) await this.#checkDirect(page, other)
    this.#checkSayings()
  }

  #unlinked(): readonly string[] {
    return this.#pages.flatMap(({ person, peer }) => {
      const direct = new Set(peer.room.members().flatMap(({ id, reach }) => (reach === 'direct' ? [id] : [])))
      const missing = this.deps.people.filter((other) => other !== person && this.deps.links(person, other))
      return missing.filter(({ id }) => !direct.has(id)).map(({ name }) => `${person.name} and ${name}`)
    })
  }

  /** @returns who lacks what, or undefined when nobody lacks anything */
  #behind(): string | undefined {
    for (const flock of this.#flocks()) {
      const heads = new Map(flock.flatMap(({ page }) => [...(page?.heads('room') ?? [])].map(([id]) => [id, 0])))
      // Of two feeds under one key much is taken out again: the logs themselves tell whether all agree.
      for (const id of this.deps.ledger.forgetful) heads.delete(id)
      for (const id of heads.keys()) heads.set(id, Math.max(...flock.map((person) => person.has('room', id))))
      for (const person of flock)
        for (const [id, head] of heads)
          if (person.has('room', id) < head)
            return `${person.name} has ${person.has('room', id)} entries of ${this.#nameOf(id)}, not ${head},`
    }
    for (const one of this.deps.people)
      for (const other of this.deps.people) {
        if (one === other || !this.deps.links(one, other) || this.deps.ledger.forgetful.has(one.id)) continue
        const [said, heard] = [one.has(other.id, one.id), other.has(one.id, one.id)]
        if (heard < said) return `${other.name} has ${heard} entries that ${one.name} said to it alone, not ${said},`
      }
    return undefined
  }

  #nameOf(id: string): string {
    return this.deps.people.find((person) => person.id === id)?.name ?? id
  }

  /** Groups of people that are linked, if by way of others. */
  #flocks(): readonly (readonly Person[])[] {
    const left = new Set(this.deps.people)
    const flocks: Person[][] = []
    for (const first of left) {
      const flock = [first]
      left.delete(first)
      for (const one of flock)
        for (const other of left) {
          if (!this.deps.links(one, other)) continue
          left.delete(other)
          flock.push(other)
        }
      flocks.push(flock)
    }
    return flocks
  }

  async #checkQuiet(): Promise<void> {
    const { sim, ledger } = this.deps
    const { network } = sim
    const before = network.carried
    await sim.run(QUIET)
    const rate = (network.carried - before) / (QUIET / 1000) / Math.max(1, network.linkEnds)
    if (rate > QUIET_BYTES_A_SECOND)
      ledger.fault('limits', `in quiet times each end of a link carries ${Math.round(rate)} bytes a second`)
    // A sign of life may be on its way on a slow line.
    if (network.queued > 100 * network.linkEnds) ledger.fault('limits', `${network.queued} bytes still wait in links`)
    for (const { person, peer } of this.#pages) {
      const bound = TIMERS + TIMERS_EACH * peer.room.members().length
      if (peer.tab.timers > bound) ledger.fault('limits', `${person.name}'s page has ${peer.tab.timers} timers set`)
    }
  }

  async #checkRoom(flock: readonly Person[]): Promise<void> {
    const { ledger } = this.deps
    const histories = new Map<Person, readonly Entry[]>()
    // What somebody who wrote two feeds holds of them is nobody's business.
    const honest = flock.filter(({ id }) => !ledger.forgetful.has(id))
    for (const person of honest) if (person.page) histories.set(person, await this.#read(person.page, undefined))
    const [first] = honest
    const reference = (first && histories.get(first)) ?? []
    for (const [person, entries] of histories) {
      const difference = differenceOf(entries, reference)
      if (difference) ledger.fault('unequal', `${person.name} and ${first?.name} have different logs: ${difference}`)
      this.#checkOwed(person, 'room', entries)
      this.#checkScreen(person, entries)
    }
    const words = new Set(reference.flatMap(textOf))
    for (const saying of ledger.sayings) {
      const { page, to, entry } = saying
      if (to || !entry || page.isForgetful || ledger.forgetful.has(page.person.id) || !flock.includes(page.person))
        continue
      if (!words.has(saying.words)) ledger.fault('lost', `${brief(saying.words)} of ${page.person.name} is in no log`)
    }
  }

  /** What was there when the page was opened, and what it was told since, is all there is, and has the right names. */
  #checkScreen({ name, page }: Person, entries: readonly Entry[]): void {
    const { people, links, ledger } = this.deps
    const authors = new Map(people.map((person) => [person.id, person]))
    for (const entry of entries) {
      const author = authors.get(entry.author)
      const [words] = textOf(entry)
      if (!page || words === undefined) continue
      if (!page.shown.has(entry.id) && !page.before?.has(words))
        ledger.fault('lost', `${brief(words)} is in ${name}'s log and not on the screen`)
      const called = author?.page?.peer.room.self.name
      const isMet = author && (author === page.person || links(author, page.person))
      if (isMet && entry.name !== called)
        return ledger.fault('unequal', `${name} knows ${called ?? author.name} as ${entry.name}`)
    }
  }

  async #checkDirect(page: Page, other: Page): Promise<void> {
    const { ledger, links } = this.deps
    const { person } = page
    const { person: friend } = other
    if (person.id >= friend.id) return
    const [mine, theirs] = [await this.#read(page, friend), await this.#read(other, person)]
    const difference = links(person, friend) ? differenceOf(mine, theirs) : undefined
    if (difference)
      ledger.fault('unequal', `${person.name} and ${friend.name} have different logs of theirs: ${difference}`)
    this.#checkOwed(person, friend.id, mine)
    this.#checkOwed(friend, person.id, theirs)
    for (const [one, { id }, entries] of [[page, friend, mine] as const, [other, person, theirs] as const]) {
      if (entries.length > 0 && !one.peer.room.conversations().includes(id))
        ledger.fault('lost', `${one.person.name} is told of no conversation with ${this.#nameOf(id)}`)
    }
  }

  /** What somebody was shown, or had stored, is still there. */
  #checkOwed(person: Person, log: LogName, entries: readonly Entry[]): void {
    const words = new Set(entries.flatMap(textOf))
    for (const owed of person.owed.get(log) ?? []) {
      const author = this.deps.ledger.find(owed)?.page.person.id
      if (author && this.deps.ledger.forgetful.has(author)) continue
      if (!words.has(owed)) this.deps.ledger.fault('lost', `${person.name} had ${brief(owed)}, and has lost it`)
    }
  }

  async #read(page: Page, other: Person | undefined): Promise<readonly Entry[]> {
    const { sim, ledger } = this.deps
    const entries = await sim.history(page.peer, other?.page?.peer, PAGE)
    for (const [index, entry] of entries.entries()) {
      const next = entries[index + 1]
      if (next && comparePositions(entry, next) >= 0)
        ledger.fault('order', `what ${page.person.name} reads is out of order at ${entry.id}`)
    }
    return entries
  }

  #checkSayings(): void {
    const { ledger, links } = this.deps
    for (const { page, to, words, outcome, entry } of ledger.sayings) {
      const { person, peer } = page
      const isOpen = person.page === page && peer.room.status().state === 'open'
      if (ledger.forgetful.has(person.id) || (to && ledger.forgetful.has(to.id))) continue
      if (!isOpen || (to && (to.isLost || !to.page || !links(person, to)))) continue
      const what = `${brief(words)} of ${person.name}${to ? ` to ${to.name}` : ''}`
      if (outcome === 'waiting') ledger.fault('waiting', `${what} is still waited for`)
      if (!entry) continue
      const { delivered, of } = peer.room.delivery(entry.id)
      if (delivered > of || (delivered < of && this.#flocks().length === 1 && (to || this.#isMesh())))
        ledger.fault('delivery', `${what} is said to have reached ${delivered} of ${of}`)
    }
  }

  #isMesh(): boolean {
    const { people, links } = this.deps
    return people.every((one) => people.every((other) => one === other || links(one, other)))
  }

  async #until(condition: () => boolean, limit: Millis): Promise<boolean> {
    for (let left = limit; left > 0; left -= 500) {
      if (condition()) return true
      await this.deps.sim.run(500)
    }
    return condition()
  }
}

/** @returns in words where two logs differ, or undefined when they do not */
function differenceOf(one: readonly Entry[], other: readonly Entry[]): string | undefined {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]]
    const same =
      a && b && a.id === b.id && comparePositions(a, b) === 0 && JSON.stringify(a.content) === JSON.stringify(b.content)
    if (!same) return `number ${index} of ${one.length} and ${other.length} is ${placeOf(a)} and ${placeOf(b)}`
  }
  return undefined
}

const placeOf = (entry: Entry | undefined): string =>
  entry ? `${entry.id} at ${entry.lamport} (${entry.content.kind})` : 'missing'
