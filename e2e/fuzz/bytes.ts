/** Bytes that a hostile peer may send: valid ones altered, and MessagePack that lies about what follows. */
import type { Dice } from './dice'

/** The first byte of every kind of MessagePack value, and the values around each step. */
const HEADERS = [
  ...[0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xbf],
  ...Array.from({ length: 64 }, (_, index) => 0xc0 + index),
]

/** Lengths of four bytes: none, one, those around the sizes that code tends to check, and those that no memory has. */
const LENGTHS = [0, 1, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]

/** Text that is no UTF-8: a lone continuation, an overlong slash, half a surrogate pair, a point beyond the last. */
const BROKEN_TEXT = [[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0xbd], [0xf4, 0x90, 0x80, 0x80], [0xff], [0xef, 0xbb, 0xbf]]

const PROTO = Array.from(Buffer.from('\xa9__proto__\x81\xa8polluted\xc3', 'latin1'))
const CONSTRUCTOR = Array.from(Buffer.from('\xabconstructor\x81\xa9prototype\x81\xa8polluted\xc3', 'latin1'))

type Mutation = (bytes: Uint8Array, dice: Dice) => Uint8Array

const MUTATIONS: readonly Mutation[] = [
  // one bit
  (bytes, dice) => put(bytes, dice.below(bytes.length), (byte) => byte ^ (1 << dice.below(8))),
  // one byte: any, a neighbour, a header
  (bytes, dice) => put(bytes, dice.below(bytes.length), () => dice.below(256)),
  (bytes, dice) => put(bytes, dice.below(bytes.length), (byte) => byte + dice.pick([-1, 1])),
  (bytes, dice) => put(bytes, dice.below(bytes.length), () => dice.pick(HEADERS)),
  // cut off
  (bytes, dice) => bytes.subarray(0, dice.below(bytes.length)),
  (bytes, dice) => bytes.subarray(dice.below(bytes.length)),
  // a part is taken out, repeated, or put elsewhere
  (bytes, dice) => {
    const [start, end] = range(bytes, dice)
    return splice(bytes, start, end, new Uint8Array())
  },
  (bytes, dice) => {
    const [start, end] = range(bytes, dice)
    const part = bytes.subarray(start, end)
    return splice(bytes, end, end, Buffer.concat(Array.from({ length: 1 + dice.count(40) }, () => part)))
  },
  (bytes, dice) => {
    const [start, end] = range(bytes, dice)
    const at = dice.below(bytes.length)
    return splice(bytes, at, at, bytes.slice(start, end))
  },
  // something foreign is put in
  (bytes, dice) => insert(bytes, dice, Array.from(dice.bytes(1 + dice.count(40)))),
  (bytes, dice) => insert(bytes, dice, dice.pick([PROTO, CONSTRUCTOR, ...BROKEN_TEXT])),
  (bytes, dice) => insert(bytes, dice, [dice.pick([0xc6, 0xdb, 0xdd, 0xdf, 0xce, 0xc9]), ...lengthBytes(dice)]),
  (bytes, dice) => insert(bytes, dice, new Array<number>(dice.count(300)).fill(dice.pick([0x91, 0x81, 0x90, 0x80]))),
]

/** Alters bytes in one to four ways; one time in eight it leaves them as they are. */
export function mutateBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  let mutated = bytes
  if (dice.chance(1 / 8)) return mutated
  for (let left = 1 + dice.below(4); left > 0; left--) {
    mutated = mutated.length === 0 ? dice.bytes(dice.count()) : dice.pick(MUTATIONS)(mutated, dice)
  }
  return mutated
}

/** MessagePack from its grammar, with lengths that need not be true. */
export function wildMsgpack(dice: Dice): Uint8Array {
  const bytes: number[] = []
  const opening = dice.pick([0x91, 0x81, 0x92, 0xdd, 0xdf])
  if (dice.chance(1 / 64)) bytes.push(...new Array<number>(dice.below(5000)).fill(opening))
  for (let left = dice.count(); left >= 0; left--) {
    bytes.push(dice.pick(HEADERS))
    if (dice.chance(1 / 2)) bytes.push(...(dice.chance(1 / 2) ? lengthBytes(dice) : dice.bytes(dice.below(9))))
  }
  return Uint8Array.from(bytes)
}

/** The same bytes in the middle of others, as a frame's content lies in a frame. */
export function embed(dice: Dice, bytes: Uint8Array): Uint8Array {
  const before = dice.below(4)
  const whole = new Uint8Array(before + bytes.length + dice.below(9)).fill(0x91)
  whole.set(bytes, before)
  return whole.subarray(before, before + bytes.length)
}

function lengthBytes(dice: Dice): number[] {
  const length = dice.pick(LENGTHS)
  return [length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff]
}

function put(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = change(changed[at] ?? 0)
  return changed
}

function range(bytes: Uint8Array, dice: Dice): readonly [start: number, end: number] {
  const start = dice.below(bytes.length)
  return [start, Math.min(bytes.length, start + 1 + dice.count(bytes.length))]
}

function insert(bytes: Uint8Array, dice: Dice, part: readonly number[]): Uint8Array {
  const at = dice.below(bytes.length + 1)
  // Over what is there, or between it: a length that no longer fits is found either way.
  return splice(bytes, at, dice.chance(1 / 2) ? at : at + part.length, Uint8Array.from(part))
}

function splice(bytes: Uint8Array, start: number, end: number, part: Uint8Array): Uint8Array {
  const rest = bytes.subarray(end)
  const spliced = new Uint8Array(start + part.length + rest.length)
  spliced.set(bytes.subarray(0, start))
  spliced.set(part, start)
  spliced.set(rest, start + part.length)
  return spliced
}
