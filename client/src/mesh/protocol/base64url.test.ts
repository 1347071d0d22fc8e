import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { fromBase64Url, toBase64Url } from './base64url'

describe('base64url', () => {
  it('[RL1] writes what RFC 4648 says, without padding', () => {
    const vectors = { '': '', f: 'Zg', fo: 'Zm8', foo: 'Zm9v', foob: 'Zm9vYg', fooba: 'Zm9vYmE', foobar: 'Zm9vYmFy' }
    for (const [text, encoded] of Object.entries(vectors)) {
      expect(toBase64Url(new TextEncoder().encode(text))).toBe(encoded)
      expect(fromBase64Url(encoded)).toEqual(new TextEncoder().encode(text))
    }
    expect(toBase64Url(Uint8Array.of(0xfb, 0xff, 0xfe))).toBe('-__-')
  })

  it('[RL1] agrees with another implementation on any bytes, there and back', () => {
    const random = seededRandom(1)
    for (let length = 0; length < 200; length++) {
      const bytes = random.bytes(length)
      const encoded = toBase64Url(bytes)
      expect(encoded).toBe(Buffer.from(bytes).toString('base64url'))
      expect(fromBase64Url(encoded)).toEqual(bytes)
    }
  })

  it('[RL4] answers nothing for text that is no base64url', () => {
    for (const text of ['+', 'Zg==', 'Zm/v', 'Zm9 v', 'Zm9vé', 'Zm9v\n', 'A', 'AAAAA', '%41A']) {
      expect(fromBase64Url(text)).toBeUndefined()
    }
  })
})
