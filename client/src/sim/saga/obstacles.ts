/** What stands between the people of a saga: links that drop, pairs and halves that cannot reach each other, a server that is down. */
import type { Millis } from '../../mesh/runtime/clock'
import type { Sim } from '../sim'
import { list, span } from './narration'
import type { Pair, Plan } from './plan'

export class Obstacles {
  /** How many of them lie between each pair. */
  readonly #cuts = new Map<string, number>()

  constructor(
    private readonly sim: Sim,
    private readonly plan: Plan,
    private readonly tell: (words: string) => void,
  ) {
    const { network } = sim
    for (const [a, b] of plan.severed) network.cut(a, b)
    for (const { pair, factor } of plan.stretched) network.stretch(...pair, factor)
  }

  drop(pair: Pair): boolean {
    this.tell(`the links between ${list(pair)} drop`)
    this.sim.network.dropLinks(...pair)
    return true
  }

  cut(pair: Pair, lasting: Millis): boolean {
    this.tell(`${list(pair)} cannot reach each other for ${span(lasting)}`)
    this.#part(pair, lasting)
    return true
  }

  split(half: readonly string[], lasting: Millis): boolean {
    const names = this.plan.people.map(({ name }) => name)
    const some = names.filter((name) => half.includes(name))
    const others = names.filter((name) => !half.includes(name))
    if (some.length === 0 || others.length === 0) return false
    this.tell(`${list(some)} and ${list(others)} are cut off from one another for ${span(lasting)}`)
    for (const one of some) for (const other of others) this.#part([one, other], lasting)
    return true
  }

  restart(lasting: Millis): boolean {
    const { server, clock } = this.sim
    if (!server.up) return false
    this.tell(`the server is down for ${span(lasting)}`)
    server.stop()
    clock.after(lasting, () => server.start())
    return true
  }

  /** All of them go that ever will. */
  clear(): void {
    this.sim.server.start()
    this.#cuts.clear()
    const names = this.plan.people.map(({ name }) => name)
    for (const one of names)
      for (const other of names) if (!this.isForEver(one, other)) this.sim.network.mend(one, other)
  }

  isForEver(one: string, other: string): boolean {
    return this.plan.severed.some((pair) => one !== other && pair.includes(one) && pair.includes(other))
  }

  #part(pair: Pair, lasting: Millis): void {
    const { network, clock } = this.sim
    const key = [...pair].sort().join()
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + 1)
    network.cut(...pair)
    clock.after(lasting, () => {
      const left = (this.#cuts.get(key) ?? 1) - 1
      this.#cuts.set(key, left)
      if (left === 0 && !this.isForEver(...pair)) network.mend(...pair)
    })
  }
}
