import { describe, expect, it } from 'vitest'
import { isWelcome, OWN_ORIGIN, parseOrigins } from './origins'

describe('parseOrigins', () => {
  it('[SG10] names none unless told', () => {
    for (const text of [undefined, '', ' , ']) expect(parseOrigins(text)).toEqual(OWN_ORIGIN)
  })

  it('[SG10] takes a list, however people write it, and those of apps', () => {
    const text = ' https://Example.org/, http://localhost:5173,https://example.org:443 , capacitor://localhost'
    expect(parseOrigins(text)).toEqual({
      kind: 'named',
      named: new Set(['https://example.org', 'http://localhost:5173', 'capacitor://localhost']),
    })
  })

  it('[SG10] takes * for all', () => {
    expect(parseOrigins(' * ')).toEqual({ kind: 'any' })
  })

  it.each([
    ['example.org', "'example.org' is no origin"],
    ['https://example.org/rooms', 'is no origin'],
    ['https://*.example.org:x', 'is no origin'],
    ['null', 'is no origin'],
    ['*, https://example.org', '* means every origin, and stands alone'],
  ])('[SG10] refuses ORIGINS=%s in words', (text, words) => {
    expect(() => parseOrigins(text)).toThrow(words)
  })
})

describe('isWelcome', () => {
  const from = (origin: string | undefined, host: string, ...forwarded: string[]) =>
    isWelcome(OWN_ORIGIN, origin, [host, ...forwarded])

  it('[SG10] the pages that the server sends are, by whatever name it was reached', () => {
    expect(from('http://localhost:3000', 'localhost:3000')).toBe(true)
    expect(from('https://talk.example.org', 'talk.example.org')).toBe(true)
    expect(from('https://talk.example.org', 'Talk.Example.org:443')).toBe(true)
    expect(from('http://[2001:db8::1]:3000', '[2001:DB8:0::1]:3000')).toBe(true)
    expect(from('https://talk.example.org', '10.0.0.7:3000', 'talk.example.org')).toBe(true)
  })

  it('[SG10] programs are, which name no origin', () => {
    expect(from(undefined, 'localhost:3000')).toBe(true)
  })

  it.each([
    ['http://localhost:3001', 'localhost:3000'],
    ['https://example.org', 'talk.example.org'],
    ['https://talk.example.org.evil.example', 'talk.example.org'],
    ['null', 'null'],
    ['file://', 'file:'],
    ['chrome-extension://abc', 'abc'],
    ['', ''],
    ['http://', ''],
    ['http://a b', 'a b'],
    ['https://talk.example.org', ''],
  ])('[SG10] %s is not, at the host %s', (origin, host) => {
    expect(from(origin, host)).toBe(false)
  })

  it('[SG10] those that the operator named are', () => {
    const origins = parseOrigins('https://example.org')
    expect(isWelcome(origins, 'https://example.org', ['talk.example.org'])).toBe(true)
    expect(isWelcome(origins, 'https://talk.example.org', ['talk.example.org'])).toBe(true)
    expect(isWelcome(origins, 'https://evil.example', ['talk.example.org'])).toBe(false)
    expect(isWelcome(parseOrigins('*'), 'null', [])).toBe(true)
  })

  it('[SG10] takes no letters of a header for others, however often it is asked', () => {
    // As Node hands on the bytes of a header.
    const origin = Buffer.from('https://1\xdf .', 'latin1').toString('latin1')
    for (let time = 0; time < 50_000; time++) expect(isWelcome(OWN_ORIGIN, origin, ['example.org'])).toBe(false)
  })
})
