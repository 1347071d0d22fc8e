import { deepStrictEqual } from 'node:assert'
import { isDeepStrictEqual } from 'node:util'
import { decode, encode } from '@msgpack/msgpack'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import type { Data } from './data'
import { EDGE_DATA, randomData } from './data-contract'
import { MAX_DATA_DEPTH } from './limits'
import { decodeMsgpack, encodeMsgpack } from './msgpack'

const text = (content: string): number[] => [0xa0 + content.length, ...new TextEncoder().encode(content)]

const expectRefused = (bytes: Uint8Array | number[], reason: RegExp | string) => {
  const decoded = decodeMsgpack(Uint8Array.from(bytes))
  expect(decoded).toEqual({ ok: false, reason: expect.stringMatching(reason) })
}

const nestedArrays = (levels: number) => new Uint8Array(levels + 1).fill(0x91, 0, levels)

const nestedMaps = (levels: number) =>
  Uint8Array.from([...Array.from({ length: levels }, () => [0x81, ...text('k')]).flat(), 0xc0])

describe('data through the door', () => {
  it('[DT1] arrives as it was sent, at every width and length', () => {
    for (const data of EDGE_DATA) {
      // Vitest's own comparison takes seconds for the long ones.
      deepStrictEqual(decodeMsgpack(encodeMsgpack(data)), { ok: true, value: data })
    }
  })

  it('[DT1] arrives as it was sent, whatever it is', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const data = randomData(seededRandom(seed), 3)
      const decoded = decodeMsgpack(encodeMsgpack(data))
      if (!isDeepStrictEqual(decoded, { ok: true, value: data })) expect.fail(`seed ${seed}`)
    }
  })

  it('[FR3] is written byte for byte as by a library', () => {
    const random = Array.from({ length: 300 }, (_, index) => randomData(seededRandom(index), 3))
    for (const data of [...EDGE_DATA, ...random]) deepStrictEqual(encodeMsgpack(data), encode(data))
  })

  it('[DT1] gives bytes a memory of their own, so that nothing else shows behind them', () => {
    const frame = Uint8Array.of(...encodeMsgpack(Uint8Array.of(1, 2)))
    const decoded = decodeMsgpack(frame)
    if (!decoded.ok || !(decoded.value instanceof Uint8Array)) throw new Error('the bytes did not arrive')
    expect(decoded.value.buffer.byteLength).toBe(2)
    frame.fill(0)
    expect(decoded.value).toEqual(Uint8Array.of(1, 2))
  })

  it('[DT1] turns -0 into 0', () => {
    expect(decodeMsgpack(encodeMsgpack([-0]))).toStrictEqual({ ok: true, value: [0] })
  })

  it('[DT3] passes 64 levels inside a payload', () => {
    let data: Data = 'core'
    for (let level = 0; level < MAX_DATA_DEPTH; level++) data = level % 2 === 0 ? [data] : { data }
    expect(decodeMsgpack(encodeMsgpack([1, data]))).toStrictEqual({ ok: true, value: [1, data] })
  })

  it('[FR3] reads every form of a value, also those that our own encoder would not choose', () => {
    const forms: [number[], unknown][] = [
      [[0x00], 0],
      [[0x7f], 127],
      [[0xe0], -32],
      [[0xff], -1],
      [[0xcc, 5], 5],
      [[0xcd, 0, 5], 5],
      [[0xce, 0, 0, 0, 5], 5],
      [[0xcf, 0, 0, 0, 0, 0, 0, 0, 5], 5],
      [[0xd0, 0xfb], -5],
      [[0xd1, 0xff, 0xfb], -5],
      [[0xd2, 0xff, 0xff, 0xff, 0xfb], -5],
      [[0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfb], -5],
      [[0xca, 0x3f, 0xc0, 0, 0], 1.5],
      [[0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
      [[0xc0], null],
      [[0xc2], false],
      [[0xc3], true],
      [[0xa2, 0x68, 0x69], 'hi'],
      [[0xd9, 2, 0x68, 0x69], 'hi'],
      [[0xda, 0, 2, 0x68, 0x69], 'hi'],
      [[0xdb, 0, 0, 0, 2, 0x68, 0x69], 'hi'],
      [[0xc4, 2, 1, 2], Uint8Array.of(1, 2)],
      [[0xc5, 0, 2, 1, 2], Uint8Array.of(1, 2)],
      [[0xc6, 0, 0, 0, 2, 1, 2], Uint8Array.of(1, 2)],
      [
        [0x92, 1, 2],
        [1, 2],
      ],
      [
        [0xdc, 0, 2, 1, 2],
        [1, 2],
      ],
      [
        [0xdd, 0, 0, 0, 2, 1, 2],
        [1, 2],
      ],
      [[0x81, 0xa1, 0x6b, 1], { k: 1 }],
      [[0xde, 0, 1, 0xa1, 0x6b, 1], { k: 1 }],
      [[0xdf, 0, 0, 0, 1, 0xd9, 1, 0x6b, 1], { k: 1 }],
    ]
    for (const [bytes, value] of forms) {
      expect(decodeMsgpack(Uint8Array.from(bytes))).toStrictEqual({ ok: true, value })
      expectRefused(bytes.slice(0, -1), 'truncated')
      expectRefused([...bytes, 0xc0], 'bytes are left over')
    }
  })

  it('[FR3] reads bytes that lie in the middle of others', () => {
    const around = Uint8Array.of(0xc1, ...encodeMsgpack({ k: [1.5, 'hi'] }), 0xc1)
    expect(decodeMsgpack(around.subarray(1, -1))).toStrictEqual({ ok: true, value: { k: [1.5, 'hi'] } })
  })
})

describe('hostile bytes', () => {
  it('[FR3] refuses nothing at all', () => {
    expectRefused([], 'truncated')
  })

  it('[FR3] refuses a message that ends early, wherever it ends', () => {
    const whole = encodeMsgpack([
      1,
      { text: 'a'.repeat(300), bytes: new Uint8Array(300), numbers: [0.5, 2 ** 40, -300] },
    ])
    expect(decodeMsgpack(whole).ok).toBe(true)
    for (let end = 0; end < whole.length; end++) expectRefused(whole.subarray(0, end), 'truncated')
  })

  it('[FR3] refuses bytes after the end, even one', () => {
    expectRefused([...encodeMsgpack({ a: 1 }), 0xc0], 'bytes are left over')
    expectRefused([0x90, 0x90], 'bytes are left over')
  })

  it('[FR3] refuses extensions, timestamps and the byte that was never given a meaning', () => {
    const extensions = [
      [0xc1],
      [0xc7, 1, 5, 0],
      [0xc8, 0, 1, 5, 0],
      [0xc9, 0, 0, 0, 1, 5, 0],
      [0xd4, 5, 0],
      [0xd5, 5, 0, 0],
      [0xd6, 0xff, 0, 0, 0, 0],
      [0xd7, 0xff, ...new Array<number>(8).fill(0)],
      [0xc7, 12, 0xff, ...new Array<number>(12).fill(0)],
      [0xd8, 5, ...new Array<number>(16).fill(0)],
    ]
    for (const extension of extensions) {
      expectRefused(extension, /^type 0x\w\w is not allowed$/)
      expectRefused([0x91, ...extension], /^type 0x\w\w is not allowed$/)
      expectRefused([0x81, ...text('k'), ...extension], /^type 0x\w\w is not allowed$/)
    }
  })

  it('[FR3] refuses keys that are not text, at any depth', () => {
    const keys = [[5], [0xc0], [0xc3], [0xc4, 1, 65], [0x90], [0x80], [0xca, 0, 0, 0, 0]]
    for (const key of keys) {
      expectRefused([0x81, ...key, 0xc0], 'a key is not text')
      expectRefused([0x82, ...text('a'), 0xc0, ...key, 0xc0], 'a key is not text')
      expectRefused([0x92, 0xc0, 0x81, ...text('a'), 0x81, ...key, 0xc0], 'a key is not text')
    }
  })

  it('[FR3] refuses the key __proto__, however it is written, and changes no prototype', () => {
    const name = [...new TextEncoder().encode('__proto__')]
    const polluted = [0x81, ...text('polluted'), 0xc3]
    for (const head of [[0xa9], [0xd9, 9], [0xda, 0, 9], [0xdb, 0, 0, 0, 9]]) {
      expectRefused([0x81, ...head, ...name, ...polluted], '__proto__')
      expectRefused([0x91, 0x82, ...text('a'), 0xc0, ...head, ...name, ...polluted], '__proto__')
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect({}).not.toHaveProperty('polluted')
  })

  it('[FR3] refuses text that is not UTF-8', () => {
    const garbled = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xc0, 0x80], [0xf7, 0xbf, 0xbf, 0xbf], [0x80]]
    for (const bytes of garbled) {
      expectRefused([0xa0 + bytes.length, ...bytes], 'text is not UTF-8')
      expectRefused([0x81, 0xa0 + bytes.length, ...bytes, 0xc0], 'text is not UTF-8')
      const long = [...new Array<number>(300).fill(65), ...bytes]
      expectRefused([0xda, long.length >> 8, long.length & 0xff, ...long], 'text is not UTF-8')
    }
  })

  it('[FR4] refuses claims of four billion elements or bytes, also many of them inside one another', () => {
    for (const type of [0xc6, 0xdb, 0xdd, 0xdf]) {
      const claim = [type, 0xff, 0xff, 0xff, 0xff]
      expectRefused(claim, 'truncated')
      expectRefused([...claim, ...text('some'), ...text('more')], 'truncated')
      expectRefused([0x91, ...claim], 'truncated')
      expectRefused(
        Array.from({ length: 60 }, () => [0xdd, 0xff, 0xff, 0xff, 0xff])
          .flat()
          .concat(claim),
        'truncated',
      )
    }
  })

  it('[FR4] refuses an array that claims one element more than there are bytes for', () => {
    expect(decodeMsgpack(Uint8Array.of(0xdc, 0, 3, 1, 2, 3))).toEqual({ ok: true, value: [1, 2, 3] })
    expectRefused([0xdc, 0, 4, 1, 2, 3], 'truncated')
    expectRefused([0xde, 0, 2, ...text('a'), 1, ...text('b')], 'truncated')
  })

  it('[FR4] refuses more than 66 levels, of arrays and of maps', () => {
    for (const nested of [nestedArrays, nestedMaps]) {
      expect(decodeMsgpack(nested(66)).ok).toBe(true)
      expectRefused(nested(67), 'nested deeper than 66 levels')
    }
  })

  it('[FR4] refuses 100,000 levels without a stack overflow', () => {
    expectRefused(nestedArrays(100_000), 'nested deeper than 66 levels')
    expectRefused(nestedMaps(100_000), 'nested deeper than 66 levels')
    expectRefused(new Uint8Array(100_000).fill(0x91), 'nested deeper than 66 levels')
  })

  it('[FR4] takes many siblings for what they are: not deep', () => {
    const siblings = Array.from({ length: 1000 }, () => [[], {}])
    expect(decodeMsgpack(encodeMsgpack(siblings))).toEqual({ ok: true, value: siblings })
  })

  it('[FR4] refuses a million values that are empty, of any kind, before they are made', () => {
    const count = 1_000_000
    for (const part of [[0x00], [0x90], [0x80], [0xa0], [0xc4, 0]]) {
      const body = new Uint8Array(5 + count * part.length).fill(part[0] ?? 0)
      if (part.length > 1) for (let index = 6; index < body.length; index += 2) body[index] = 0
      body[0] = 0xdd
      new DataView(body.buffer).setUint32(1, count)
      expectRefused(body, 'more than 100064 values')
    }
  })
})

describe('random bytes', () => {
  /** Mostly the type bytes that lead somewhere, and small numbers that make plausible lengths. */
  function randomBytes(seed: number): Uint8Array {
    const random = seededRandom(seed)
    const byte = () => {
      const choice = random.fraction()
      if (choice < 0.4) return Math.floor(random.fraction() * 5)
      if (choice < 0.7) return 0x80 + Math.floor(random.fraction() * 0x60)
      return Math.floor(random.fraction() * 256)
    }
    return Uint8Array.from({ length: 1 + Math.floor(random.fraction() * 24) }, byte)
  }

  it('[FR3] never make the door throw, and what passes means the same to another decoder', () => {
    let passed = 0
    for (let seed = 1; seed <= 20_000; seed++) {
      const bytes = randomBytes(seed)
      const decoded = decodeMsgpack(bytes)
      if (!decoded.ok) continue
      passed += 1
      expect(isDeepStrictEqual(decoded.value, decode(bytes)), `seed ${seed}`).toBe(true)
    }
    expect(passed).toBeGreaterThan(500)
  })

  it('[FR3] neither do valid messages with one byte changed', () => {
    const whole = encodeMsgpack([1, { text: 'Grüße', bytes: new Uint8Array(40) }, [0.5, 2 ** 40, -300, null, true]])
    for (let offset = 0; offset < whole.length; offset++) {
      for (let value = 0; value < 256; value += 3) {
        const bytes = whole.with(offset, value)
        const decoded = decodeMsgpack(bytes)
        const agree = !decoded.ok || isDeepStrictEqual(decoded.value, decode(bytes))
        if (!agree) expect.fail(`byte ${offset} changed to ${value}`)
      }
    }
  })
})
