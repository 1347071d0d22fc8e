import { deepStrictEqual } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { EDGE_DATA } from './data-contract'
import { MAX_RECORD_BYTES, MAX_TOPIC_LENGTH } from './limits'
import { encodeMsgpack } from './msgpack'
import {
  decodePayload,
  decodeSignal,
  encodePayload,
  encodeSignal,
  type Payload,
  REFUSAL_REASONS,
  type Signal,
} from './payloads'

const REQUEST: Payload = { kind: 'request', number: 1, topic: 'time', body: 'now' }

const PAYLOADS: readonly Payload[] = [
  ...EDGE_DATA.map((body): Payload => ({ ...REQUEST, body })),
  { ...REQUEST, number: Number.MAX_SAFE_INTEGER },
  { kind: 'request', number: 1, topic: 't'.repeat(128), body: { a: [1] } },
  { kind: 'request', number: 0, topic: '🐦', body: null },
  { kind: 'answer', number: 1, body: null },
  ...REFUSAL_REASONS.map((reason): Payload => ({ kind: 'refusal', number: 1, reason, message: '' })),
  { kind: 'refusal', number: 1, reason: 'too-large', message: 'm'.repeat(1024) },
  { kind: 'record', record: new Uint8Array(MAX_RECORD_BYTES).fill(1) },
]

describe('payloads', () => {
  it('[PL1] arrive as they were sent', () => {
    for (const payload of PAYLOADS) deepStrictEqual(decodePayload(encodePayload(payload)), { ok: true, value: payload })
  })

  it('[PL1] are on the wire what the protocol says', () => {
    const wire: [Payload, Parameters<typeof encodeMsgpack>[0]][] = [
      [{ kind: 'request', number: 4, topic: 'time', body: null }, [2, 4, 'time', null]],
      [{ kind: 'answer', number: 4, body: 'noon' }, [3, 4, 'noon']],
      [{ kind: 'refusal', number: 4, reason: 'no-handler', message: 'no' }, [4, 4, 'no-handler', 'no']],
      [{ kind: 'record', record: Uint8Array.of(7, 8) }, [5, Uint8Array.of(7, 8)]],
    ]
    for (const [payload, content] of wire) expect([...encodePayload(payload)]).toEqual([...encodeMsgpack(content)])
  })

  it('[PL4] with a type, length or part that is not allowed are refused', () => {
    const malformed = [
      null,
      1,
      'message',
      {},
      [],
      [0, 1],
      [6, 'Wren'],
      // What messages were before there were logs.
      [1, 1, false, 0, null],
      ['2', 1, 'time', null],
      [2, 1.5, 'time', null],
      [2, 2 ** 53, 'time', null],
      [2, '1', 'time', null],
      [2, 1, 'time', null, null],
      [2, 1, '', null],
      [2, 1, 't'.repeat(129), null],
      [2, 1, 7, null],
      [2, 1, 'time'],
      [2, -1, 'time', null],
      [3, 1],
      [3, '1', null],
      [3, 1, null, null],
      [4, 1, 'no-handler'],
      [4, 1, 'tired', 'words'],
      [4, 1, 'no-handler', 7],
      [4, 1, 'no-handler', 'm'.repeat(1025)],
      [4, 1, 'no-handler', 'words', null],
    ]
    for (const content of malformed) {
      const decoded = decodePayload(encodeMsgpack(content))
      expect(decoded).toEqual({ ok: false, reason: expect.stringContaining('malformed') })
    }
  })

  it('[PL4] that are no MessagePack, or more than one value, are refused', () => {
    expect(decodePayload(new Uint8Array())).toMatchObject({ ok: false })
    expect(decodePayload(Uint8Array.of(...encodePayload(REQUEST), 0xc0))).toMatchObject({ ok: false })
    expect(decodePayload(Uint8Array.of(0xd4, 1, 1))).toMatchObject({ ok: false })
  })

  it('[PL5] with a record that is empty, too long or not bytes are refused', () => {
    for (const record of [new Uint8Array(), new Uint8Array(MAX_RECORD_BYTES + 1), 'Wren', 7, null, [1]]) {
      expect(decodePayload(encodeMsgpack([5, record]))).toMatchObject({ ok: false })
    }
    expect(decodePayload(encodeMsgpack([5, new Uint8Array(MAX_RECORD_BYTES)]))).toMatchObject({ ok: true })
  })
})

describe('signals', () => {
  it('[PL1] arrive as they were sent', () => {
    const signals: readonly Signal[] = [
      ...EDGE_DATA.map((data): Signal => ({ topic: 'typing', data, direct: false })),
      { topic: 't'.repeat(MAX_TOPIC_LENGTH), data: null, direct: true },
    ]
    for (const signal of signals) deepStrictEqual(decodeSignal(encodeSignal(signal)), { ok: true, value: signal })
  })

  it('[PL1] are on the wire what the protocol says', () => {
    const signal: Signal = { topic: 'typing', data: ['yes'], direct: true }
    expect([...encodeSignal(signal)]).toEqual([...encodeMsgpack(['typing', true, ['yes']])])
  })

  it('[PL4] of another shape are refused', () => {
    const malformed = [null, 7, [], ['typing'], ['typing', true], ['', true, null], [7, true, null]]
    const more = [
      ['t'.repeat(MAX_TOPIC_LENGTH + 1), true, null],
      ['typing', 1, null],
      ['typing', true, null, null],
    ]
    for (const content of [...malformed, ...more]) {
      const decoded = decodeSignal(encodeMsgpack(content))
      expect(decoded).toEqual({ ok: false, reason: expect.stringContaining('malformed') })
    }
    expect(decodeSignal(Uint8Array.of(0xc1))).toMatchObject({ ok: false })
  })
})
