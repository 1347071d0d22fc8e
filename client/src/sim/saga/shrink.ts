/**
 * Finds the least of a saga that still breaks the same promise: leaves out steps, in ever smaller lots (delta debugging;
 * Zeller and Hildebrandt 2002), and people, and then shortens what lasts.
 */
import type { Rule } from './ledger'
import { type Plan, peopleIn, type Step } from './plan'
import type { Outcome } from './telling'

type Tell = (plan: Plan) => Promise<Outcome>

export class Shrinker {
  #tellings = 0
  readonly #deadline: number

  /**
   * @param rule that was broken
   * @param patience milliseconds of real time
   */
  constructor(
    private readonly tell: Tell,
    private readonly rule: Rule,
    patience: number,
  ) {
    this.#deadline = performance.now() + patience
  }

  get tellings(): number {
    return this.#tellings
  }

  async shrink(plan: Plan): Promise<Plan> {
    let least = plan
    for (let before = Infinity; least.steps.length < before && this.#hasTime; ) {
      before = least.steps.length
      least = await this.#withFewerPeople(least)
      least = await this.#withFewerSteps(least)
    }
    least = await this.#with(least, { ...least, severed: [] })
    least = await this.#with(least, { ...least, stretched: [] })
    return this.#withLessTime(least)
  }

  async #withFewerPeople(plan: Plan): Promise<Plan> {
    let least = plan
    for (const { name } of [...plan.people].reverse()) least = await this.#with(least, without(least, name))
    return least
  }

  async #withFewerSteps(plan: Plan): Promise<Plan> {
    let least = plan
    for (let lot = Math.ceil(plan.steps.length / 2); lot >= 1; lot = lot === 1 ? 0 : Math.ceil(lot / 2)) {
      for (let start = 0; start < least.steps.length; ) {
        const steps = [...least.steps.slice(0, start), ...least.steps.slice(start + lot)]
        const fewer = await this.#with(least, { ...least, steps })
        if (fewer === least) start += lot
        least = fewer
      }
    }
    return least
  }

  async #withLessTime(plan: Plan): Promise<Plan> {
    let least = plan
    for (let index = 0; index < least.steps.length; index++) {
      for (const after of [0, 1000]) {
        if ((least.steps[index]?.after ?? 0) <= after) continue
        const steps = least.steps.map((step, at): Step => (at === index ? { ...step, after } : step))
        least = await this.#with(least, { ...least, steps })
      }
    }
    return least
  }

  /** @returns `less` when it fails like the one it is made from, else that */
  async #with(plan: Plan, less: Plan): Promise<Plan> {
    if (!this.#hasTime) return plan
    this.#tellings += 1
    const { faults } = await this.tell(less)
    return faults.some(({ rule }) => rule === this.rule) ? less : plan
  }

  get #hasTime(): boolean {
    return performance.now() < this.#deadline
  }
}

const without = (plan: Plan, name: string): Plan => ({
  ...plan,
  people: plan.people.filter((role) => role.name !== name),
  severed: plan.severed.filter((pair) => !pair.includes(name)),
  stretched: plan.stretched.filter(({ pair }) => !pair.includes(name)),
  steps: plan.steps.filter((step) => !peopleIn(step).includes(name)),
})
