import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { idToBytes } from './ids'
import { MAX_FEEDS, MAX_SEGMENT_ENTRIES, MAX_SEGMENTS } from './limits'
import { decodeLogMessage, encodeLogMessage, type LogMessage, type Segment } from './log-messages'
import { encodeMsgpack } from './msgpack'

const alice = peerId('alice')
const bytes = (length: number, value = 1) => new Uint8Array(length).fill(value)
const id = idToBytes(alice)

const OWN: Segment = { publicKey: undefined, previous: undefined, entries: [bytes(3)], signature: bytes(64) }
const OTHER: Segment = {
  publicKey: bytes(32),
  previous: bytes(32, 2),
  entries: [bytes(1), bytes(0)],
  signature: bytes(64),
}

const MESSAGES: readonly LogMessage[] = [
  { kind: 'have', direct: false, full: true, feeds: [] },
  {
    kind: 'have',
    direct: true,
    full: false,
    feeds: [{ author: alice, floor: 0, head: Number.MAX_SAFE_INTEGER, hash: bytes(8) }],
  },
  { kind: 'want', direct: false, feeds: [{ author: alice, from: 7 }] },
  { kind: 'entries', direct: false, answer: false, segments: [OWN] },
  { kind: 'entries', direct: true, answer: true, segments: [OTHER, OWN] },
  { kind: 'entries', direct: false, answer: true, segments: [] },
  { kind: 'forks', direct: false, proofs: [bytes(3), bytes(0)] },
]

describe('log messages', () => {
  it('[LM1] arrive as they were sent', () => {
    for (const message of MESSAGES)
      expect(decodeLogMessage(encodeLogMessage(message))).toEqual({ ok: true, value: message })
  })

  it('[LM1] are on the wire what the protocol says', () => {
    const wire: [LogMessage, Parameters<typeof encodeMsgpack>[0]][] = [
      [
        { kind: 'have', direct: false, full: true, feeds: [{ author: alice, floor: 2, head: 9, hash: bytes(8) }] },
        [1, false, true, [[id, 2, 9, bytes(8)]]],
      ],
      [{ kind: 'want', direct: true, feeds: [{ author: alice, from: 3 }] }, [2, true, [[id, 3]]]],
      [
        { kind: 'entries', direct: false, answer: true, segments: [OWN, OTHER] },
        [
          3,
          false,
          true,
          [
            [null, null, [bytes(3)], bytes(64)],
            [bytes(32), bytes(32, 2), [bytes(1), bytes(0)], bytes(64)],
          ],
        ],
      ],
      [{ kind: 'forks', direct: false, proofs: [bytes(5)] }, [4, false, [bytes(5)]]],
    ]
    for (const [message, content] of wire) expect([...encodeLogMessage(message)]).toEqual([...encodeMsgpack(content)])
  })

  it('[LM1] of another shape are refused, and never with an exception', () => {
    const segment = [null, null, [bytes(3)], bytes(64)]
    const held = [id, 1, 1, bytes(8)]
    const malformed = [
      [1, false, true],
      [1, 0, true, []],
      [1, false, true, [], 1],
      [1, false, true, [[id, -1, 1, bytes(8)]]],
      [1, false, true, [[id, 1, 1.5, bytes(8)]]],
      [1, false, true, [[id, 1, 2 ** 53, bytes(8)]]],
      [1, false, true, [[bytes(15), 1, 1, bytes(8)]]],
      [1, false, true, [[id, 1, 1, bytes(7)]]],
      [1, false, true, [[alice, 1, 1, bytes(8)]]],
      [1, false, true, Array.from({ length: MAX_FEEDS + 1 }, () => held)],
      [2, false, [[id]]],
      [2, false, [[id, '1']]],
      [2, false, Array.from({ length: MAX_FEEDS + 1 }, () => [id, 1])],
      [3, false, true, [[null, null, [], bytes(64)]]],
      [3, false, true, [[null, null, ['text'], bytes(64)]]],
      [3, false, true, [[null, null, [bytes(1)], bytes(63)]]],
      [3, false, true, [[bytes(31), null, [bytes(1)], bytes(64)]]],
      [3, false, true, [[null, bytes(33), [bytes(1)], bytes(64)]]],
      [3, false, true, [[null, null, Array.from({ length: MAX_SEGMENT_ENTRIES + 1 }, () => bytes(1)), bytes(64)]]],
      [3, false, true, Array.from({ length: MAX_SEGMENTS + 1 }, () => segment)],
      [5, false],
      [5, false, -1],
      [5, false, 1, 1],
      [4, false, ['proof']],
      [4, false],
    ]
    for (const content of malformed) {
      const decoded = decodeLogMessage(encodeMsgpack(content))
      expect(decoded, JSON.stringify(content).slice(0, 80)).toMatchObject({ ok: false })
    }
    for (const content of [null, 7, 'have', {}, [], [0], [6, false], ['1']])
      expect(decodeLogMessage(encodeMsgpack(content))).toEqual({ ok: false, reason: expect.stringContaining('kind') })
    expect(decodeLogMessage(Uint8Array.of(0xc1))).toMatchObject({ ok: false })
    expect(decodeLogMessage(new Uint8Array())).toMatchObject({ ok: false })
  })
})
