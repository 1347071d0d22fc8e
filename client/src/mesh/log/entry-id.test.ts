import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { entryId, isEntryId, parseEntryId } from './entry-id'

const [alice, bob] = [peerId('alice'), peerId('bob')]

describe('the id of an entry', () => {
  it('[LG2] names its author, its number, and the one person it is for', () => {
    expect(entryId({ author: alice, seq: 7 })).toBe('alice----------------A.7')
    expect(entryId({ author: alice, seq: 7 }, bob)).toBe('alice----------------A:bob------------------A.7')
  })

  it('[LG2] is read back as it was made', () => {
    for (const seq of [1, 9, 10, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      for (const to of [undefined, bob]) {
        const id = entryId({ author: alice, seq }, to)
        expect(isEntryId(id)).toBe(true)
        expect(parseEntryId(id)).toEqual({ author: alice, to, seq })
      }
    }
  })

  it('[LG2] has one spelling: no sign, no zero in front, no fraction, no number that is not exact', () => {
    const numbers = [
      '',
      '0',
      '01',
      '-1',
      '+1',
      '1.0',
      '1e3',
      '0x1',
      ' 1',
      '1 ',
      '1\n',
      '٣',
      `${2 ** 53}`,
      '1'.repeat(400),
    ]
    for (const number of numbers) expect(parseEntryId(`${alice}.${number}`), number).toBeUndefined()
    // The last character of 22 tells two bits; with the others set it would spell the same 16 bytes.
    expect(parseEntryId(`${'a'.repeat(21)}Q.1`)).toBeDefined()
    expect(parseEntryId(`${'a'.repeat(21)}R.1`)).toBeUndefined()
  })

  it('[LG2] is nothing else', () => {
    const others = [
      '',
      '.',
      alice,
      `${alice}.`,
      '.1',
      `${alice}:.1`,
      `:${bob}.1`,
      `${alice}:${alice}.1`,
      `${alice}:${bob}:${bob}.1`,
      `${alice}.1.1`,
      `${alice.slice(1)}.1`,
      `a${alice}.1`,
      ` ${alice}.1`,
      `${'é'.repeat(21)}A.1`,
      `${alice} ${bob}.1`,
    ]
    for (const text of others) expect(isEntryId(text), text).toBe(false)
  })
})
