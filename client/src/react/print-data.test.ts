import { describe, expect, it } from 'vitest'
import type { Data } from '../mesh'
import { printData } from './print-data'

describe('a value in print', () => {
  it('looks as JSON does', () => {
    const data = { a: [1, 'two', null, true, { b: [] }], c: {}, 'd "e"': -1.5 }
    expect(printData(data, 4_000)).toEqual({ text: JSON.stringify(data, undefined, 2), isWhole: true })
  })

  it('keeps the numbers that JSON has no word for', () => {
    expect(printData([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0], 4_000).text).toBe(
      '[\n  NaN,\n  Infinity,\n  -Infinity,\n  -0\n]',
    )
  })

  it('tells the size of bytes, of whatever class they are', () => {
    class Picture extends Uint8Array {
      toJSON() {
        return 'anything'
      }
    }
    expect(printData({ a: new Uint8Array(1), b: Picture.from({ length: 2_000 }) }, 4_000).text).toBe(
      '{\n  "a": (1 byte of binary data),\n  "b": (2,000 bytes of binary data)\n}',
    )
  })

  it.each<[string, Data]>([
    ['many items', Array.from({ length: 900_000 }, () => null)],
    ['a long text', 'x'.repeat(900_000)],
    ['a long key', { ['k'.repeat(900_000)]: 1 }],
    ['deep nesting', Array.from({ length: 900_000 }).reduce<Data>((inner) => [inner], null)],
  ])('stops at the limit: %s', (_what, data) => {
    const printed = printData(data, 4_000)
    expect(printed.isWhole).toBe(false)
    expect(printed.text).toHaveLength(4_000)
  })

  it('walks no further than it prints', () => {
    let walked = 0
    const items = new Proxy(
      Array.from({ length: 1_000 }, () => 0),
      {
        get(target, key) {
          walked += 1
          return Reflect.get(target, key)
        },
      },
    )
    printData(items, 20)
    expect(walked).toBeLessThan(30)
  })
})
