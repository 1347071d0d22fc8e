/** What the generators draw from: one seeded source, asked in the words of this folder. */
import { seededRandom } from '../../client/src/sim/seeded-random'

export class Dice {
  readonly #random

  /** Names one input of a run for good: its seed, its target and its number give the same draws on every machine. */
  constructor(seed: number, target: string, number: number) {
    let hash = seed | 0
    for (const character of `${target} ${number}`) hash = stir(hash ^ (character.codePointAt(0) ?? 0))
    this.#random = seededRandom(hash)
  }

  /** @returns a whole number from 0 to `count` - 1 */
  below(count: number): number {
    return Math.floor(this.#random.fraction() * count)
  }

  chance(share: number): boolean {
    return this.#random.fraction() < share
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('there is nothing to pick from')
    // The list may hold undefined, so that no check could tell a hole from an item.
    return items[this.below(items.length)] as Item
  }

  /** Mostly a few, now and then many: what breaks at all breaks with little, and little is fast. */
  count(most = 200): number {
    const shape = this.below(16)
    if (shape < 10) return this.below(Math.min(6, most + 1))
    return this.below(1 + (shape < 15 ? Math.min(24, most) : most))
  }

  list<Item>(count: number, draw: () => Item): Item[] {
    const items: Item[] = []
    for (let index = 0; index < count; index++) items.push(draw())
    return items
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count)
    for (let index = 0; index < count; index++) bytes[index] = this.below(256)
    return bytes
  }
}

/** MurmurHash3's finaliser: neighbouring numbers must not give neighbouring inputs. */
function stir(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
