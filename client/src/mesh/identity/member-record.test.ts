import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { toRoomId } from '../protocol/ids'
import { MAX_NAME_LENGTH, MAX_RECORD_BYTES } from '../protocol/limits'
import { encodeMsgpack } from '../protocol/msgpack'
import { isRecordSigned, readRecord, signRecord } from './member-record'
import { newSecretKey, peerKeyOf } from './peer-key'
import { librarySignatures } from './signatures'
import { signContent } from './signed'

const random = seededRandom(1)
const ROOM = toRoomId(random.bytes(16))
const OTHER_ROOM = toRoomId(random.bytes(16))
const alice = await peerKeyOf(newSecretKey(random), librarySignatures)
const RECORD = await signRecord(ROOM, { name: 'alice', revision: 1 }, alice)

const isSigned = (record: Uint8Array, room = ROOM) => isRecordSigned(room, record, librarySignatures)

describe('a record', () => {
  it('[ID3] tells whose it is and what it says', async () => {
    const value = { peer: alice.id, publicKey: alice.publicKey, name: 'alice', revision: 1 }
    expect(readRecord(RECORD)).toEqual({ ok: true, value })
    expect(await isSigned(RECORD)).toBe(true)
  })

  it('[ID3] is on the wire a signed name and revision', async () => {
    const content = encodeMsgpack(['alice', 1])
    expect([...RECORD]).toEqual([...(await signContent(`member ${ROOM}`, content, alice))])
  })

  it('[ID3] holds in one room alone, and is no other kind of thing', async () => {
    expect(await isSigned(RECORD, OTHER_ROOM)).toBe(false)
    const content = encodeMsgpack(['alice', 1])
    expect(await isSigned(await signContent(`introduction ${ROOM} a b`, content, alice))).toBe(false)
  })

  it('[ID3] altered in one byte, or cut short, is none', async () => {
    for (let index = 0; index < RECORD.length; index++) {
      expect(await isSigned(RECORD.with(index, (RECORD[index] ?? 0) ^ 4)), `byte ${index}`).toBe(false)
      expect(readRecord(RECORD.subarray(0, index)).ok, `${index} bytes`).toBe(false)
      expect(await isSigned(RECORD.subarray(0, index))).toBe(false)
    }
  })

  it('[PL5] has a name of 1 to 64 characters that is not blank, and a whole revision', async () => {
    const longest = '🐦'.repeat(MAX_NAME_LENGTH / 2)
    for (const [name, revision] of [
      ['a', 0],
      [longest, Number.MAX_SAFE_INTEGER],
      ['語'.repeat(MAX_NAME_LENGTH), 1],
    ] as const) {
      const record = await signRecord(ROOM, { name, revision }, alice)
      expect(readRecord(record)).toMatchObject({ ok: true, value: { name, revision } })
      expect(record.length).toBeLessThanOrEqual(MAX_RECORD_BYTES / 2)
    }
    const malformed = [
      null,
      {},
      [],
      ['alice'],
      ['alice', 1, null],
      ['', 1],
      ['   \n ', 1],
      [`${longest}.`, 1],
      [7, 1],
      [null, 1],
      [Uint8Array.of(65), 1],
      ['alice', -1],
      ['alice', 1.5],
      ['alice', 2 ** 53],
      ['alice', Number.NaN],
      ['alice', '1'],
      ['alice', null],
    ]
    for (const content of malformed) {
      const record = await signContent(`member ${ROOM}`, encodeMsgpack(content), alice)
      expect(readRecord(record)).toEqual({ ok: false, reason: expect.stringContaining('the record is malformed') })
    }
    for (const content of [new Uint8Array(), Uint8Array.of(0xc1), Uint8Array.of(0x92, 0xa1, 0x61)]) {
      expect(readRecord(await signContent(`member ${ROOM}`, content, alice)).ok).toBe(false)
    }
  })
})
