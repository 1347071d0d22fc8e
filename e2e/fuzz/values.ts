/** Values of every kind that JavaScript has: data as people send it, things that are none, and altered data. */
import type { Data } from '../../client/src/mesh/protocol/data'
import { EDGE_NUMBERS } from '../../client/src/mesh/protocol/data-contract'
import type { Dice } from './dice'
import { mutateText, text } from './texts'

/** Well-formed data, as an application may send it. */
export function data(dice: Dice, depth = 3): Data {
  switch (dice.below(depth > 0 ? 8 : 5)) {
    case 0:
      return dice.pick([null, true, false])
    case 1:
      return number(dice)
    case 2:
    case 3:
      return text(dice).toWellFormed()
    case 4:
      return dice.bytes(dice.count())
    case 5:
      return dice.list(dice.count(40), () => data(dice, depth - 1))
    case 6:
      return record(dice.list(dice.count(20), () => [key(dice), data(dice, depth - 1)]))
    default:
      return dice.chance(1 / 20) ? nest(dice, dice.below(58), data(dice, 0)) : data(dice, depth - 1)
  }
}

/** A number that the wire carries unchanged. */
export function number(dice: Dice): number {
  if (dice.chance(1 / 3)) return dice.pick(EDGE_NUMBERS)
  const magnitude = 2 ** dice.below(dice.chance(1 / 8) ? 1000 : 54)
  // Adding 0 turns -0 into 0, as the wire does.
  return (dice.chance(1 / 8) ? 1 / magnitude : Math.trunc((dice.below(2 ** 30) / 2 ** 29 - 1) * magnitude)) + 0
}

/** Anything at all. */
export function anything(dice: Dice): unknown {
  return dice.chance(1 / 2) ? odd(dice) : mutateValue(dice, data(dice))
}

/** Alters one to three places of a value, however deep they lie; the value itself stays as it is. */
export function mutateValue(dice: Dice, value: unknown): unknown {
  let mutated = value
  for (let left = 1 + dice.below(3); left > 0; left--) mutated = alter(dice, mutated)
  return mutated
}

function alter(dice: Dice, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || dice.chance(1 / 8)) return replace(dice, value)
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return replace(dice, value)
  if (Array.isArray(value)) return alterList(dice, value)
  return alterRecord(dice, Object.entries(value))
}

function replace(dice: Dice, value: unknown): unknown {
  if (typeof value === 'string' && dice.chance(2 / 3)) return mutateText(dice, value)
  if (typeof value === 'number' && dice.chance(1 / 2)) return value + dice.pick([-1, 1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53])
  if (dice.chance(1 / 8)) return [value]
  return dice.chance(1 / 2) ? odd(dice) : data(dice, 1)
}

function alterList(dice: Dice, list: readonly unknown[]): unknown[] {
  const at = dice.below(list.length + 1)
  const before = list.slice(0, at)
  switch (dice.below(list.length > 0 ? 5 : 1)) {
    case 0:
      return [...before, odd(dice), ...list.slice(at)]
    case 1:
      return [...before, ...list.slice(at + 1)]
    case 2:
      return [...list, ...dice.list(dice.count(), () => dice.pick(list))]
    default:
      return [...before, alter(dice, list[at]), ...list.slice(at + 1)]
  }
}

function alterRecord(dice: Dice, entries: readonly [string, unknown][]): object {
  const at = dice.below(entries.length)
  const [name, value] = entries[at] ?? [key(dice), undefined]
  const others = entries.filter((_, index) => index !== at)
  switch (dice.below(entries.length > 0 ? 6 : 1)) {
    case 0:
      return record([...entries, [key(dice), dice.chance(1 / 2) ? odd(dice) : data(dice, 1)]])
    case 1:
      return record(others)
    case 2:
      return record([...others, [mutateText(dice, name), value]])
    default:
      return record(entries.map(([other, part], index) => [other, index === at ? alter(dice, part) : part]))
  }
}

class Bird {
  readonly name = 'Wren'
}

class Flock extends Array<number> {}

/** What is no data, or barely is. */
function odd(dice: Dice): unknown {
  switch (dice.below(12)) {
    case 0:
      return dice.pick([undefined, null, Number.NaN, -0, Infinity, -Infinity, 2 ** 53, -1, 0.5, 1n, true])
    case 1:
      return dice.pick([Symbol('wren'), Symbol.iterator, () => 'wren', Bird, Number.isNaN])
    case 2:
      return dice.pick([new Date(0), new Map([[1, 2]]), new Set([1]), /wren/, new Error('wren'), Promise.resolve()])
    case 3:
      return dice.pick([new ArrayBuffer(4), new Uint16Array(2), new DataView(new ArrayBuffer(1)), Buffer.from('wren')])
    case 4:
      return dice.pick([new Bird(), new Flock(2), Object('wren'), Object(1), Object.create({ inherited: true })])
    case 5:
      return JSON.parse(dice.pick(POLLUTING))
    case 6:
      return dice.pick([new Array(3), 'wren'.match(/r/), Object.assign([1], { more: 2 }), { [Symbol('wren')]: 1 }])
    case 7:
      return nest(dice, dice.chance(1 / 8) ? dice.below(1500) : dice.below(70), 'core')
    case 8:
      return text(dice)
    case 9:
      return dice.bytes(dice.count())
    case 10:
      return number(dice)
    default:
      return { _placeholder: true, num: number(dice) }
  }
}

const POLLUTING = [
  '{ "__proto__": { "polluted": true } }',
  '{ "__proto__": null }',
  '{ "constructor": { "prototype": { "polluted": true } } }',
  '{ "toString": 1, "valueOf": 2, "hasOwnProperty": 3, "then": 4 }',
  '{ "length": 4294967295 }',
  '[{ "__proto__": [] }]',
]

function key(dice: Dice): string {
  const name = dice.chance(1 / 4) ? dice.pick(['constructor', 'toString', 'length', '0', '1', '']) : text(dice, 40)
  return name === '__proto__' ? 'proto' : name.toWellFormed()
}

/** Every key becomes the record's own, `__proto__` too. */
function record<Value>(entries: readonly (readonly [string, Value])[]): { [key: string]: Value } {
  return Object.fromEntries(entries)
}

/** `core` inside so many lists and records. */
function nest(dice: Dice, levels: number, core: Data): Data {
  const shape = dice.below(3)
  let nested = core
  for (let level = 0; level < levels; level++)
    nested = shape === 0 || (shape === 1 && level % 2) ? [nested] : { nested }
  return nested
}
