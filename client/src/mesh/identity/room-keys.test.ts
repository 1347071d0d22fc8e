import { hkdfSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { deriveRoomId } from './room-keys'

const SECRET = Uint8Array.from({ length: 16 }, (_, index) => index)

/** The rule, with another implementation of HKDF. */
function hkdf(secret: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `starling/1 ${label}`, 16))
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

describe('the room id', () => {
  it('[RL5] comes from the secret by HKDF-SHA-256 without salt', () => {
    expect(deriveRoomId({ kind: 'secret', secret: SECRET })).toBe(base64url(hkdf(SECRET, 'room id')))
  })

  it('[RL5] of a named room comes from a secret that comes from the UTF-8 of its name', () => {
    const secret = hkdf(new TextEncoder().encode('grüner garten'), 'room name')
    expect(deriveRoomId({ kind: 'named', name: 'grüner garten' })).toBe(base64url(hkdf(secret, 'room id')))
  })

  it('[RL5] stays the same from release to release, or nobody would meet', () => {
    expect(deriveRoomId({ kind: 'secret', secret: SECRET })).toBe('gU_N1t9CIIW4pran81tVBQ')
    expect(deriveRoomId({ kind: 'named', name: 'garden' })).toBe('PM06TN9BwgoR-S6E9y_w-w')
  })

  it('[RL5] tells nothing of the secret, and differs from room to room', () => {
    const ids = [SECRET, SECRET.with(15, 0)].map((secret) => deriveRoomId({ kind: 'secret', secret }))
    expect(new Set([...ids, base64url(SECRET)]).size).toBe(3)
  })
})
