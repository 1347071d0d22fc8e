import { scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../protocol/limits'
import { findPasswordFault, hashPassword, normalisePassword, PASSWORD_HASH_BYTES } from './password-hash'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** The rule, with another implementation of scrypt. */
const scrypt = (password: string, salt: string): string =>
  hex(scryptSync(password, salt, PASSWORD_HASH_BYTES, { N: 2 ** 16, r: 8, p: 2, maxmem: 2 ** 28 }))

describe('a password', () => {
  it('[RL6] has 8 to 256 characters', () => {
    for (const password of ['', '1234567', 'p'.repeat(MAX_PASSWORD_LENGTH + 1)]) {
      expect(findPasswordFault(password)).toBe('A room password has 8 to 256 characters.')
    }
    for (const password of ['p'.repeat(MIN_PASSWORD_LENGTH), 'p'.repeat(MAX_PASSWORD_LENGTH), '🐦🐦🐦🐦']) {
      expect(findPasswordFault(password)).toBeUndefined()
    }
  })

  it('[RL6] is what people see, however their keyboard composes it', () => {
    expect(normalisePassword('gru\u0308ner garten')).toBe('gr\u00fcner garten')
    expect(normalisePassword('\uff50\uff41\uff53\uff53')).toBe('pass')
    // Three ligatures are nine letters.
    expect(findPasswordFault('\ufb03\ufb03\ufb03')).toBeUndefined()
  })

  it('[RL6] counts with its case and the spaces in it, without those around it', () => {
    expect(normalisePassword(' Correct  horse\n')).toBe('Correct  horse')
  })
})

describe("a password's hash", () => {
  it('[RL6] is scrypt of it and of the room, and tells how far it is', () => {
    const shares: number[] = []
    const hash = hashPassword('garden', 'gru\u0308ner garten', (share) => shares.push(share))
    expect(hex(hash)).toBe(scrypt('gr\u00fcner garten', 'starling/1 password garden'))
    expect(shares.length).toBeGreaterThan(10)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true)
    expect(shares.at(-1)).toBe(1)
  })

  it('[RL6] stays the same from release to release, or nobody would meet', () => {
    const hash = hashPassword('garden', 'correct horse')
    expect(hex(hash)).toBe('13470783b564bd99033a7d64998342bd3ca8c019739ac5079c693e9d517ad320')
  })
})
