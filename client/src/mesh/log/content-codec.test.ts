import { describe, expect, it, vi } from 'vitest'
import { peerId } from '../../sim/people'
import type { Data } from '../protocol/data'
import { idToBytes, toRoomId } from '../protocol/ids'
import { MAX_NAME_LENGTH } from '../protocol/limits'
import { decodeMsgpack, encodeMsgpack } from '../protocol/msgpack'
import type { Content } from './content'
import { decodeContent, encodeContent, isOneSign } from './content-codec'
import { entryId } from './entry-id'
import { scopeOfPair, scopeOfRoom } from './log-scope'

const [alice, bob, carol] = [peerId('alice'), peerId('bob'), peerId('carol')]
const ROOM = toRoomId(new Uint8Array(16))
const room = scopeOfRoom(ROOM)
const pair = scopeOfPair(ROOM, alice, bob)
const UNKNOWN: Content = { kind: 'unknown' }

/** What bob reads of what alice wrote. */
function travelled(content: Content, scope = room): Content {
  const { kind, body } = encodeContent(content)
  const decoded = decodeMsgpack(encodeMsgpack(body))
  if (!decoded.ok) throw new Error(decoded.reason)
  return decodeContent(kind, decoded.value, scope)
}

describe('what an entry says', () => {
  const to = entryId({ author: bob, seq: 7 })
  const contents: readonly Content[] = [
    { kind: 'text', text: 'hello\n🐦' },
    { kind: 'reply', to, text: 'so do I' },
    { kind: 'reaction', to, emoji: '👍🏽', present: true },
    { kind: 'reaction', to, emoji: '❤️', present: false },
    { kind: 'edit', to, text: 'hello!' },
    { kind: 'removal', to },
    { kind: 'name', name: 'Alice' },
    { kind: 'data', data: { board: [[1, null], new Uint8Array(3)] } },
    { kind: 'data', data: null },
  ]

  it('[LG10] arrives as it was written', () => {
    for (const content of contents) expect(travelled(content)).toEqual(content)
  })

  it('[LG10] has numbers and shapes that stay the same from release to release', () => {
    const target = [idToBytes(bob), 7]
    expect(contents.map(encodeContent)).toEqual([
      { kind: 1, body: 'hello\n🐦' },
      { kind: 2, body: [target, 'so do I'] },
      { kind: 3, body: [target, '👍🏽', true] },
      { kind: 3, body: [target, '❤️', false] },
      { kind: 4, body: [target, 'hello!'] },
      { kind: 5, body: target },
      { kind: 6, body: 'Alice' },
      { kind: 7, body: { board: [[1, null], new Uint8Array(3)] } },
      { kind: 7, body: null },
    ])
  })

  it('[LG10] between two refers to entries of those two, whichever of them wrote it', () => {
    for (const to of [entryId({ author: alice, seq: 1 }, bob), entryId({ author: bob, seq: 1 }, alice)]) {
      for (const content of [
        { kind: 'reply', to, text: 'yes' },
        { kind: 'edit', to, text: 'yes' },
        { kind: 'reaction', to, emoji: '👍', present: true },
        { kind: 'removal', to },
      ] as const) {
        expect(travelled(content, pair)).toEqual(content)
      }
    }
    const byCarol = { kind: 'removal', to: entryId({ author: carol, seq: 1 }) } as const
    expect(travelled(byCarol)).toEqual(byCarol)
    expect(travelled(byCarol, pair)).toEqual(UNKNOWN)
  })

  it('[LG10] of a kind that is not known, or of another shape, is unknown', () => {
    const target: Data = [idToBytes(bob), 7]
    const others: readonly Data[] = [
      ...[null, true, 0, 1.5, '', ' \n', [], {}, new Uint8Array(16), [[]], [null, null], [target], [target, target]],
      ...[
        [idToBytes(bob)],
        [idToBytes(bob), 0],
        [idToBytes(bob), -1],
        [idToBytes(bob), 1.5],
        [idToBytes(bob), 2 ** 53],
      ],
      ...[
        [new Uint8Array(15), 1],
        [new Uint8Array(17), 1],
        [bob, 1],
        [idToBytes(bob), '7'],
        [idToBytes(bob), 7, 7],
      ],
      ...[
        [target, ''],
        [target, ' '],
        [target, 1],
        [target, 'yes', 1],
        [target, 'yes', true, null],
        [target, '', true],
      ],
    ]
    for (const kind of [2, 3, 4, 5, 6]) {
      for (const body of others)
        expect(decodeContent(kind, body, room), `${kind} ${JSON.stringify(body)}`).toEqual(UNKNOWN)
    }
    for (const body of others.filter((body) => typeof body !== 'string' || body.trim() === '')) {
      expect(decodeContent(1, body, room)).toEqual(UNKNOWN)
    }
    for (const kind of [0, 8, 255, -1, Number.NaN]) expect(decodeContent(kind, 'hello', room)).toEqual(UNKNOWN)
    expect(() => encodeContent(UNKNOWN)).toThrow('broken')
  })

  it('[PL5] tells a name as everybody reads names', () => {
    expect(decodeContent(6, '  Al \n ice ', room)).toEqual({ kind: 'name', name: 'Al ice' })
    for (const name of ['', ' ', 'x'.repeat(MAX_NAME_LENGTH + 1), 7, null]) {
      expect(decodeContent(6, name, room)).toEqual(UNKNOWN)
    }
  })
})

describe('one sign', () => {
  it('[LG10] is whatever people see as one, up to 32 units', () => {
    for (const sign of ['👍', '👍🏽', '❤️', '🇩🇪', '1️⃣', '👩🏽‍❤️‍💋‍👨🏿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', 'é', `e${'\u0301'.repeat(31)}`]) {
      expect(isOneSign(sign), sign).toBe(true)
    }
    for (const text of ['', ' ', '\r\n', '👍👍', 'ok', '🇩🇪🇩🇪', `e${'\u0301'.repeat(32)}`, 7, null, undefined]) {
      expect(isOneSign(text), String(text)).toBe(false)
    }
  })

  it('[LG10] is any short text where the browser cannot tell', async () => {
    const { Segmenter } = Intl
    vi.resetModules()
    Object.assign(Intl, { Segmenter: undefined })
    try {
      const old = await import('./content-codec')
      expect(old.isOneSign('👍👍')).toBe(true)
      expect(old.isOneSign('👍'.repeat(17))).toBe(false)
    } finally {
      Object.assign(Intl, { Segmenter })
    }
  })
})
