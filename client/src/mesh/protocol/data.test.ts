import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { countValues, type Data, findDataFault, leastSize } from './data'
import { EDGE_DATA, randomData } from './data-contract'
import { MAX_DATA_DEPTH, MAX_DATA_VALUES, VALUES_OF_BYTES } from './limits'
import { encodeMsgpack } from './msgpack'
import { assertData } from './outgoing'
import { decodePayload, encodePayload } from './payloads'

function nested(levels: number): Data {
  let data: Data = 'core'
  for (let level = 0; level < levels; level++) data = level % 2 === 0 ? [data] : { key: data }
  return data
}

class Bird {
  readonly name = 'Wren'
}

class Flock extends Array<string> {}

describe('data', () => {
  it('[DT1] passes when it is JSON-like values and bytes, in any mixture', () => {
    for (const data of EDGE_DATA) expect(findDataFault(data)).toBeUndefined()
    expect(findDataFault({ list: [1, { bytes: new Uint8Array(3) }, null], text: '👩‍👩‍👧' })).toBeUndefined()
    expect(findDataFault(Object.assign(Object.create(null), { plain: true }))).toBeUndefined()
  })

  it('[DT2] is refused when it would not arrive as it was sent, with the place and in words', () => {
    const faults: [unknown, string][] = [
      [undefined, 'data is of type undefined'],
      [{ when: { done: undefined } }, 'data.when.done is of type undefined'],
      [[1, [2, () => 3]], 'data[1][1] is of type function'],
      [10n, 'data is of type bigint'],
      [Symbol('wren'), 'data is of type symbol'],
      [{ at: new Date(0) }, 'data.at is a Date, not a plain object'],
      [[new Map()], 'data[0] is a Map, not a plain object'],
      [new Set(), 'data is a Set, not a plain object'],
      [new Bird(), 'data is a Bird, not a plain object'],
      [/wren/, 'data is a RegExp, not a plain object'],
      [new Error('wren'), 'data is a Error, not a plain object'],
      [new ArrayBuffer(1), 'data is a ArrayBuffer, not a plain object'],
      [new Uint16Array(1), 'data is a Uint16Array, not a plain object'],
      [new DataView(new ArrayBuffer(1)), 'data is a DataView, not a plain object'],
      [Promise.resolve(), 'data is a Promise, not a plain object'],
      [Object.create({ inherited: true }), 'data is a Object, not a plain object'],
      [new (class {})(), 'data is a class instance, not a plain object'],
      [{ name: 'half \ud83d' }, 'data.name is text with half a surrogate pair'],
      [{ 'half \udc26': 1 }, 'data has a key with half a surrogate pair'],
      [[JSON.parse('{ "__proto__": 1 }')], 'data[0] has a key named __proto__'],
      [new Array(2), 'data[0] is of type undefined'],
      [new Flock(), 'data is not a plain array'],
      [[[Object.assign(['wren'], { at: 3 })]], 'data[0][0] is a list that has fields, too'],
      ['wren'.match('r'), 'data is a list that has fields, too'],
      [{ list: Object.assign([1], { [Symbol('wren')]: 2 }) }, 'data.list has a key that is a symbol'],
      [{ [Symbol('wren')]: 1 }, 'data has a key that is a symbol'],
    ]
    for (const [value, words] of faults) {
      const fault = findDataFault(value)
      expect(`${fault?.path} ${fault?.problem}`).toBe(words)
    }
  })

  it('[DT2] is called by the name that the caller gave it', () => {
    expect(findDataFault({ a: [undefined] }, 'answer')).toEqual({
      path: 'answer.a[0]',
      problem: 'is of type undefined',
    })
  })

  it('[DT3] is nested at most 64 levels deep', () => {
    expect(findDataFault(nested(MAX_DATA_DEPTH))).toBeUndefined()
    expect(findDataFault(nested(MAX_DATA_DEPTH + 1))?.problem).toBe('is nested deeper than 64 levels')
    expect(findDataFault(nested(100_000))?.problem).toBe('is nested deeper than 64 levels')
  })

  it('[DT3] is refused when it contains itself', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(findDataFault(circle)?.problem).toBe('is nested deeper than 64 levels')
  })

  it('[DT5] has at most 100,000 values, itself among them', () => {
    const most = new Array<number>(MAX_DATA_VALUES - 1).fill(0)
    expect(() => assertData(most, 'data')).not.toThrow()
    expect(() => assertData([...most, 0], 'data')).toThrow('data has more than 100000 values in it')
    expect(countValues({ a: [1, 'two'], b: new Uint8Array(9) }, 100)).toBe(4 + VALUES_OF_BYTES)
    const decoded = decodePayload(encodePayload({ kind: 'answer', number: 1, body: most }))
    expect(decoded.ok).toBe(true)
  })
})

describe('the least size of data', () => {
  it('[DT4] is never more than what it takes on the wire, and not much less for what is large', () => {
    const random = seededRandom(1)
    for (const data of [...EDGE_DATA, ...Array.from({ length: 200 }, () => randomData(random, 3))]) {
      expect(leastSize(data, Infinity)).toBeLessThanOrEqual(encodeMsgpack(data).length)
    }
    const large: Data[] = ['a'.repeat(100_000), new Uint8Array(100_000), new Array<number>(100_000).fill(1)]
    for (const data of [...large, large, { large }]) {
      expect(leastSize(data, Infinity)).toBeGreaterThan(encodeMsgpack(data).length * 0.9)
    }
  })

  it('[DT4] is counted no further than it matters', () => {
    let read = 0
    const film = Array.from({ length: 1000 }, () => ({
      get frame() {
        read += 1
        return new Uint8Array(1000)
      },
    }))
    expect(leastSize(film, 10_000)).toBeGreaterThan(10_000)
    expect(read).toBeLessThan(20)
  })
})
