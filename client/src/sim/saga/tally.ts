/** Adds up what sagas held. */
import type { Answer } from './worker'

const whole = (count: number): string => Math.round(count).toLocaleString('en')

export class Tally {
  sagas = 0
  #entries = 0
  #deliveries = 0
  #receipts = 0
  #people = 0
  #hours = 0
  readonly #steps = new Map<string, number>()
  readonly #start = performance.now()

  add({ figures }: Answer): void {
    this.sagas += 1
    if (!figures) return
    this.#entries += figures.entries
    this.#deliveries += figures.deliveries
    this.#receipts += figures.receipts
    this.#people += figures.people
    this.#hours += figures.virtualHours
    for (const [kind, count] of figures.steps) this.#steps.set(kind, (this.#steps.get(kind) ?? 0) + count)
  }

  /** How far it has come. */
  line(of: number): string {
    return `${this.sagas} of ${of} sagas: ${this.#held()}; ${this.#seconds()} s`
  }

  summary(from: number): string {
    const steps = [...this.#steps].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${whole(count)} ${kind}`)
    const sagas = `${this.sagas} sagas from seed ${from} on in ${this.#seconds()} s: ${whole(this.#people)} people`
    return `${sagas}, ${this.#held()}, ${whole(this.#receipts)} receipts.\nSteps: ${steps.join(', ')}.`
  }

  #held(): string {
    const deliveries = `${whole(this.#entries)} entries, shown ${whole(this.#deliveries)} times`
    return `${deliveries}, ${this.#hours.toFixed(0)} virtual hours`
  }

  #seconds(): string {
    return ((performance.now() - this.#start) / 1000).toFixed(0)
  }
}
