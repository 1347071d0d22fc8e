import { deepStrictEqual } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { decodeFrame, encodeFrame, type Frame, PROTOCOL_VERSION } from './frames'
import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, MAX_RECORD_BYTES, MAX_SIGNAL_BYTES } from './limits'
import { encodeMsgpack } from './msgpack'

const RECORD = Uint8Array.of(7, 8, 9)
const HELLO: Frame = {
  kind: 'hello',
  version: PROTOCOL_VERSION,
  instance: 'run 1',
  record: RECORD,
  received: undefined,
}

const FRAMES: readonly Frame[] = [
  HELLO,
  { ...HELLO, received: { instance: 'run 7', seq: 0xffff_ffff } },
  { ...HELLO, record: new Uint8Array(MAX_RECORD_BYTES).fill(1) },
  { kind: 'ping', stamp: 123.456 },
  { kind: 'pong', stamp: -0.5 },
  { kind: 'data', seq: 1, payload: Uint8Array.of(0) },
  { kind: 'data', seq: 0xffff_ffff, payload: new Uint8Array(MAX_MESSAGE_BYTES).fill(7) },
  { kind: 'ack', seq: 0 },
  { kind: 'ack', seq: 0xffff_ffff },
  { kind: 'log', message: Uint8Array.of(0) },
  { kind: 'log', message: new Uint8Array(MAX_FRAME_BYTES - 1).fill(7) },
  { kind: 'signal', signal: Uint8Array.of(0) },
  { kind: 'signal', signal: new Uint8Array(MAX_SIGNAL_BYTES).fill(7) },
  { kind: 'bye' },
]

const helloOf = (content: Parameters<typeof encodeMsgpack>[0]) => Uint8Array.of(1, ...encodeMsgpack(content))

const expectRefused = (bytes: Uint8Array | number[], reason: string) =>
  expect(decodeFrame(Uint8Array.from(bytes))).toEqual({ ok: false, reason: expect.stringContaining(reason) })

describe('frames', () => {
  it('[FR1] arrive as they were sent', () => {
    for (const frame of FRAMES) deepStrictEqual(decodeFrame(encodeFrame(frame)), { ok: true, value: frame })
  })

  it('[FR1] are on the wire what the protocol says, byte for byte', () => {
    const wire: [Frame, number[]][] = [
      [HELLO, [1, 0x94, 2, 0xa5, 0x72, 0x75, 0x6e, 0x20, 0x31, 0xc4, 3, 7, 8, 9, 0xc0]],
      [{ kind: 'ping', stamp: 1.5 }, [2, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]],
      [{ kind: 'pong', stamp: 1.5 }, [3, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]],
      [{ kind: 'data', seq: 0x01020304, payload: Uint8Array.of(9, 8) }, [4, 1, 2, 3, 4, 9, 8]],
      [{ kind: 'ack', seq: 0x01020304 }, [5, 1, 2, 3, 4]],
      [{ kind: 'bye' }, [6]],
      [{ kind: 'log', message: Uint8Array.of(9, 8) }, [7, 9, 8]],
      [{ kind: 'signal', signal: Uint8Array.of(9, 8) }, [8, 9, 8]],
    ]
    for (const [frame, bytes] of wire) {
      expect([...encodeFrame(frame)]).toEqual(bytes)
      expect(decodeFrame(Uint8Array.from(bytes))).toEqual({ ok: true, value: frame })
    }
    const greeted: Frame = { ...HELLO, received: { instance: 'r', seq: 300 } }
    expect([...encodeFrame(greeted)].slice(-6)).toEqual([0x92, 0xa1, 0x72, 0xcd, 1, 44])
  })

  it('[FR1] are read from the middle of other bytes too', () => {
    for (const frame of FRAMES) {
      const bytes = encodeFrame(frame)
      const around = new Uint8Array(bytes.length + 10).fill(0xc1)
      around.set(bytes, 3)
      deepStrictEqual(decodeFrame(around.subarray(3, 3 + bytes.length)), { ok: true, value: frame })
    }
  })

  it('[FR2] of another type are bad, as is an empty one', () => {
    expectRefused([], 'empty')
    for (const type of [0, 9, 10, 127, 128, 255]) expectRefused([type, 0, 0, 0, 0], 'unknown')
  })

  it('[FR2] of another length are bad', () => {
    for (const length of [0, 1, 7, 9, 100]) {
      expectRefused([2, ...new Uint8Array(length)], 'a ping is 9 bytes')
      expectRefused([3, ...new Uint8Array(length)], 'a pong is 9 bytes')
    }
    for (const length of [0, 3, 5, 8]) expectRefused([5, ...new Uint8Array(length)], 'an ack is 5 bytes')
    for (const length of [0, 3, 4]) expectRefused([4, ...new Uint8Array(length)], 'a number and a payload')
    expectRefused([6, 0], 'a bye is 1 byte')
    expectRefused([7], 'a log frame has a message')
    expectRefused([8, ...new Uint8Array(MAX_SIGNAL_BYTES + 1)], 'a signal is larger')
  })

  it('[FR2] beyond the limit are bad', () => {
    const largest = new Uint8Array(MAX_FRAME_BYTES)
    largest[0] = 4
    expect(decodeFrame(largest).ok).toBe(true)
    const larger = new Uint8Array(MAX_FRAME_BYTES + 1)
    larger[0] = 4
    expectRefused(larger, 'larger than')
  })

  it('[FR2] with a hello of another shape are bad', () => {
    expect(decodeFrame(helloOf([PROTOCOL_VERSION, 'run', RECORD, ['run', 0]])).ok).toBe(true)
    const malformed = [
      null,
      'hello',
      {},
      [],
      [PROTOCOL_VERSION, 'run', RECORD],
      [PROTOCOL_VERSION, 'run', RECORD, null, null],
      ['1', 'run', RECORD, null],
      [1.5, 'run', RECORD, null],
      [PROTOCOL_VERSION, '', RECORD, null],
      [PROTOCOL_VERSION, 'r'.repeat(33), RECORD, null],
      [PROTOCOL_VERSION, 7, RECORD, null],
      [PROTOCOL_VERSION, 'run', 'alice', null],
      [PROTOCOL_VERSION, 'run', new Uint8Array(), null],
      [PROTOCOL_VERSION, 'run', new Uint8Array(MAX_RECORD_BYTES + 1), null],
      [PROTOCOL_VERSION, 'run', RECORD, 7],
      [PROTOCOL_VERSION, 'run', RECORD, ['run']],
      [PROTOCOL_VERSION, 'run', RECORD, ['run', 1, 2]],
      [PROTOCOL_VERSION, 'run', RECORD, ['run', -1]],
      [PROTOCOL_VERSION, 'run', RECORD, ['run', 1.5]],
      [PROTOCOL_VERSION, 'run', RECORD, ['run', 2 ** 32]],
      [PROTOCOL_VERSION, 'run', RECORD, ['run', Number.NaN]],
      [PROTOCOL_VERSION, 'run', RECORD, ['', 1]],
    ]
    for (const content of malformed) expectRefused(helloOf(content), 'malformed')
  })

  it('[FR6] with a hello of another version tell that version, whatever else they say', () => {
    for (const version of [0, 1, 3, -1, 2 ** 40]) {
      for (const rest of [[], ['run', RECORD, null], [{ name: 'alice' }, 7]]) {
        expect(decodeFrame(helloOf([version, ...rest]))).toEqual({ ok: true, value: { kind: 'foreign', version } })
      }
    }
  })

  it('[FR3] with a hello that is no MessagePack, or more than one value, are bad', () => {
    expectRefused([1], 'truncated')
    expectRefused([1, 0x94, 2], 'truncated')
    expectRefused([...encodeFrame(HELLO), 0xc0], 'left over')
    expectRefused([1, 0xc1], 'not allowed')
    expectRefused([1, 0xdd, 0xff, 0xff, 0xff, 0xff], 'truncated')
  })

  it('[FR2] made of random bytes never throw', () => {
    const random = seededRandom(1)
    for (let round = 0; round < 5000; round++) {
      const bytes = random.bytes(Math.floor(random.fraction() * 20))
      if (bytes.length > 0) bytes[0] = Math.floor(random.fraction() * 10)
      decodeFrame(bytes)
    }
  })
})
