/** Values that whoever carries data has to carry unchanged: chosen ones at every edge, and random ones. Rule DT1. */
import type { Random } from '../runtime/random'
import type { Data } from './data'

const aroundPowerOfTwo = (exponent: number): readonly number[] =>
  [-1, 0, 1].flatMap((step) => [2 ** exponent + step, -(2 ** exponent) + step])

/** Where MessagePack goes from one width to the next, on both sides of each step. */
export const EDGE_NUMBERS: readonly number[] = [
  0,
  ...[5, 7, 8, 15, 16, 31, 32].flatMap(aroundPowerOfTwo),
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 53,
  2 ** 64,
  -(2 ** 63),
  0.1,
  -1.5,
  Math.PI,
  Number.EPSILON,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]

const EDGE_LENGTHS = [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536]

const TEXTS = [
  'Grüße',
  '日本語',
  '👩‍👩‍👧 family',
  '\u0000',
  '\u{10ffff}',
  '\uffff',
  // A byte order mark begins many a text file; decoders like to swallow it.
  '\ufeffshort',
  `\ufeff${'long '.repeat(100)}`,
]

export const EDGE_DATA: readonly Data[] = [
  null,
  true,
  false,
  ...EDGE_NUMBERS,
  ...TEXTS,
  ...TEXTS.map((text) => ({ [text]: text })),
  ...EDGE_LENGTHS.map((length) => 'a'.repeat(length)),
  ...EDGE_LENGTHS.map((length) => '🐦'.repeat(length)),
  ...EDGE_LENGTHS.map((length) => new Uint8Array(length).fill(length)),
  ...EDGE_LENGTHS.map((length) => Array.from({ length }, (_, index) => index)),
  ...EDGE_LENGTHS.map((length) => Object.fromEntries(Array.from({ length }, (_, index) => [`key ${index}`, index]))),
  { constructor: 'plain', toString: null, '': [[], {}, ''] },
]

/** Any data, nested at most `depth` levels. */
export function randomData(random: Random, depth: number): Data {
  const kinds = depth > 0 ? 7 : 5
  switch (below(random, kinds)) {
    case 0:
      return [null, true, false][below(random, 3)] ?? null
    case 1:
      return EDGE_NUMBERS[below(random, EDGE_NUMBERS.length)] ?? 0
    case 2:
      // Adding 0 turns -0 into 0, as the wire does.
      return Math.trunc((random.fraction() - 0.5) * 2 ** below(random, 54)) + 0
    case 3:
      return randomText(random)
    case 4:
      return random.bytes(below(random, 300))
    case 5:
      return Array.from({ length: below(random, 20) }, () => randomData(random, depth - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: below(random, 20) }, () => [randomText(random), randomData(random, depth - 1)]),
      )
  }
}

function randomText(random: Random): string {
  const highest = [0x7f, 0x7ff, 0xffff, 0x10ffff][below(random, 4)] ?? 0x7f
  const points = Array.from({ length: below(random, 100) }, () => below(random, highest + 1))
  return points.map((point) => (point >= 0xd800 && point < 0xe000 ? '?' : String.fromCodePoint(point))).join('')
}

const below = (random: Random, limit: number): number => Math.floor(random.fraction() * limit)
