import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { RoomError } from '../protocol/errors'
import { toRoomId } from '../protocol/ids'
import { MAX_DATA_DEPTH, MAX_DATA_VALUES, MAX_MESSAGE_BYTES } from '../protocol/limits'
import { entryId } from './entry-id'
import { scopeOfPair, scopeOfRoom } from './log-scope'
import { readWritable } from './writable'

const [alice, bob] = [peerId('alice'), peerId('bob')]
const ROOM = toRoomId(new Uint8Array(16))
const to = entryId({ author: bob, seq: 7 })

function refusalOf(value: unknown, scope = scopeOfRoom(ROOM)): RoomError {
  try {
    readWritable(value, scope)
  } catch (error) {
    if (error instanceof RoomError) return error
    throw error
  }
  throw new Error(`it was not refused: ${JSON.stringify(value)?.slice(0, 80)}`)
}

describe('what applications may write', () => {
  it('[LG11] is content of a known kind, or a string, which is a text', () => {
    expect(readWritable('hello')).toEqual({ kind: 'text', text: 'hello' })
    for (const content of [
      { kind: 'text', text: ' hello ' },
      { kind: 'reply', to, text: 'yes' },
      { kind: 'reaction', to, emoji: '👍', present: false },
      { kind: 'edit', to, text: 'yes' },
      { kind: 'removal', to },
      { kind: 'data', data: [1, { a: null }] },
    ]) {
      expect(readWritable(content)).toEqual(content)
      expect(readWritable(Object.assign(Object.create(null), content), scopeOfRoom(ROOM))).toEqual(content)
    }
  })

  it('[LG11] is nothing else, and the words say why', () => {
    for (const [value, words] of [
      [undefined, 'a text, or content'],
      [7, 'a text, or content'],
      [null, 'a text, or content'],
      [() => 'hello', 'a text, or content'],
      [{}, 'text, reply, reaction, edit, removal, data'],
      [[], 'text, reply, reaction, edit, removal, data'],
      [{ kind: 'name', name: 'Bob' }, 'one of these kinds'],
      [{ kind: 'unknown' }, 'one of these kinds'],
      [{ kind: 'constructor' }, 'one of these kinds'],
      [{ kind: 'x'.repeat(10_000) }, 'one of these kinds'],
      ['', 'text is empty'],
      [' \n\u3000', 'text is empty'],
      ['half \ud83d', 'text is text with half a surrogate pair'],
      [{ kind: 'text' }, 'text is no text'],
      [{ kind: 'text', text: 7 }, 'text is no text'],
      [{ kind: 'text', text: 'a', to }, 'has these fields alone: text'],
      [{ kind: 'reply', to, text: '' }, 'text is empty'],
      [{ kind: 'edit', to, text: ' ' }, 'text is empty'],
      [{ kind: 'reply', text: 'yes' }, 'to is not the id of an entry'],
      [{ kind: 'removal', to: 'yesterday' }, 'to is not the id of an entry'],
      [{ kind: 'removal', to, present: true }, 'has these fields alone: to'],
      [{ kind: 'reaction', to, emoji: 'ok', present: true }, 'one sign'],
      [{ kind: 'reaction', to, emoji: '\ud83d', present: true }, 'one sign'],
      [{ kind: 'reaction', to, emoji: '👍' }, 'neither true nor false'],
      [{ kind: 'data' }, 'data is of type undefined'],
      [{ kind: 'data', data: { when: new Date(0) } }, 'data.when is a Date'],
    ] as const) {
      const refusal = refusalOf(value)
      expect(refusal.reason).toBe('bad-data')
      expect(refusal.message).toContain(words)
      expect(refusal.message.length).toBeLessThan(200)
    }
  })

  it('[LG11] refers to entries of the log that it is for', () => {
    const pair = scopeOfPair(ROOM, alice, bob)
    const toAlice = entryId({ author: bob, seq: 7 }, alice)
    expect(readWritable({ kind: 'removal', to: toAlice }, pair)).toEqual({ kind: 'removal', to: toAlice })
    expect(refusalOf({ kind: 'removal', to }, pair).message).toContain('said to somebody else')
    expect(refusalOf({ kind: 'removal', to: toAlice }).message).toContain('said to somebody else')
  })

  it('[DT4] is at most a mebibyte large, and whoever hands in more learns how much it is', () => {
    const [largest, larger] = ['x'.repeat(MAX_MESSAGE_BYTES - 5), 'ü'.repeat(MAX_MESSAGE_BYTES / 2)]
    expect(readWritable(largest)).toEqual({ kind: 'text', text: largest })
    for (const value of [larger, { kind: 'data', data: larger }, { kind: 'reply', to, text: largest }]) {
      const { reason, details } = refusalOf(value)
      expect(reason).toBe('too-large')
      expect(details.limit).toBe(MAX_MESSAGE_BYTES)
      expect(details.size).toBeGreaterThan(MAX_MESSAGE_BYTES)
    }
    expect(refusalOf({ kind: 'data', data: new Array(MAX_DATA_VALUES).fill(0) }).message).toContain('values')
  })

  it('[DT3] takes data of every depth that may be sent', () => {
    let data: unknown = 'core'
    for (let level = 0; level < MAX_DATA_DEPTH; level++) data = [data]
    expect(readWritable({ kind: 'data', data })).toEqual({ kind: 'data', data })
    expect(refusalOf({ kind: 'data', data: [data] }).message).toContain('deeper')
  })

  it('[LG11] no longer changes when the application changes what it handed in', () => {
    const data = { list: [1], bytes: Uint8Array.of(1) }
    const content = { kind: 'data', data }
    const written = readWritable(content)
    data.list.push(2)
    data.bytes[0] = 9
    content.kind = 'text'
    expect(written).toEqual({ kind: 'data', data: { list: [1], bytes: Uint8Array.of(1) } })
  })
})
