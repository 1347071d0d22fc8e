import { hkdfSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { deriveNamedRoomKeys, deriveRoomKeys, namedRoomId } from './room-keys'

const SECRET = Uint8Array.from({ length: 16 }, (_, index) => index)
const HASH = Uint8Array.from({ length: 32 }, (_, index) => 255 - index)

/** The rule, with another implementation of HKDF. */
function hkdf(secret: Uint8Array, label: string, length = 16): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `starling/1 ${label}`, length))
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the room id', () => {
  it('[RL5] comes from the secret by HKDF-SHA-256 without salt', () => {
    expect(deriveRoomKeys(SECRET).id).toBe(base64url(hkdf(SECRET, 'room id')))
  })

  it('[RL5] of a named room comes from a secret that comes from the UTF-8 of its name', () => {
    const secret = hkdf(new TextEncoder().encode('grüner garten'), 'room name')
    expect(namedRoomId('grüner garten')).toBe(base64url(hkdf(secret, 'room id')))
  })

  it('[RL5] stays the same from release to release, or nobody would meet', () => {
    expect(deriveRoomKeys(SECRET).id).toBe('gU_N1t9CIIW4pran81tVBQ')
    expect(namedRoomId('garden')).toBe('PM06TN9BwgoR-S6E9y_w-w')
  })

  it('[RL5] tells nothing of the secret, and differs from room to room', () => {
    const ids = [SECRET, SECRET.with(15, 0)].map((secret) => deriveRoomKeys(secret).id)
    expect(new Set([...ids, base64url(SECRET)]).size).toBe(3)
  })
})

describe('the sealing key', () => {
  it('[RL5] comes from the secret by HKDF-SHA-256 with a label of its own', () => {
    expect(deriveRoomKeys(SECRET).sealing).toEqual(hkdf(SECRET, 'sealing', 32))
  })

  it('[RL5] stays the same from release to release, or nobody would understand anybody', () => {
    expect(hex(deriveRoomKeys(SECRET).sealing)).toBe('b34cc68989a0a4ffae47a74e5a651f9bfc7089b3855fb65bce60af36c54c4326')
    const named = hex(deriveNamedRoomKeys('garden', HASH).sealing)
    expect(named).toBe('c21a47b1366d0ecb4f5d9b3cf51d2bc8391d1127b7e39bd849c7f760e1fef1cd')
  })

  it('[RL6] of a named room comes from the password alone, and its id from the name alone', () => {
    const keys = deriveNamedRoomKeys('garden', HASH)
    const other = deriveNamedRoomKeys('garden', HASH.with(31, 99))
    expect(keys.sealing).toEqual(hkdf(HASH, 'sealing', 32))
    expect(other.id).toBe(keys.id)
    expect(keys.id).toBe(namedRoomId('garden'))
    expect(other.sealing).not.toEqual(keys.sealing)
  })

  it('[RL5] cannot be told from the id: its first bytes are others', () => {
    const { id, sealing } = deriveRoomKeys(SECRET)
    expect(base64url(sealing.subarray(0, 16))).not.toBe(id)
  })
})
