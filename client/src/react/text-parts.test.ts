import { describe, expect, it } from 'vitest'
import { cutText, isLong, splitLinks } from './text-parts'

const MANY = 50

const links = (text: string) =>
  splitLinks(text, MANY)
    .filter((part) => part.isLink)
    .map((part) => part.text)

describe('web addresses in a text', () => {
  it.each([
    ['see https://example.org/a?b=c#d for more', ['https://example.org/a?b=c#d']],
    ['(https://example.org/a).', ['https://example.org/a']],
    ['https://en.wikipedia.org/wiki/Foo_(bar)', ['https://en.wikipedia.org/wiki/Foo_(bar)']],
    [
      '(see https://a.example/Foo_(bar)), https://a.example/[x]{y}]}',
      ['https://a.example/Foo_(bar)', 'https://a.example/[x]{y}'],
    ],
    [`https://a.example/(${')'.repeat(100_000)}`, ['https://a.example/()']],
    ['HTTP://EXAMPLE.ORG and https://two.example!', ['HTTP://EXAMPLE.ORG', 'https://two.example']],
    ['javascript:alert(1) data:text/html,x mailto:a@b.example', []],
    ['https:// and http://.', []],
    ['https://example.org/\u202egpj.exe', ['https://example.org/']],
    [
      'https://example.org:443 http://example.org:80/a http://10.0.0.1:8080',
      ['https://example.org:443', 'http://example.org:80/a', 'http://10.0.0.1:8080'],
    ],
    ['https://google.com@evil.example/ http://a:b@c.example', []],
    ['https://gооgle.com https://google.com∕evil.example https://xn--ggle-55da.com', ['https://xn--ggle-55da.com']],
    ['https://ex%61mple.org https:///evil.example http://0x7f.1', []],
    ['https://example.org/straße', ['https://example.org/straße']],
  ])('%j has %j', (text, expected) => {
    expect(links(text)).toEqual(expected)
  })

  it.each(['', 'no link', 'https://a.example', ' https://a.example,\nhttps://b.example) x ', 'http://[bad'])(
    '%j stays what it is when its parts are put together',
    (text) => {
      expect(
        splitLinks(text, MANY)
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
    },
  )

  it('beyond the limit stay text', () => {
    const text = 'http://a '.repeat(3_640)
    const parts = splitLinks(text, 3)
    expect(parts).toHaveLength(6)
    expect(parts.at(-1)).toEqual({ text: text.slice('http://a '.length * 3 - 1), isLink: false })
  })
})

describe('long texts', () => {
  it('are cut without halving a character', () => {
    expect(cutText('abc', 5)).toBe('abc')
    expect(cutText('abcdef', 3)).toBe('abc')
    expect(cutText('ab🐦cd', 3)).toBe('ab')
    expect(cutText('ab🐦cd', 4)).toBe('ab🐦')
  })

  it('are long by characters or by lines', () => {
    expect(isLong('x'.repeat(10), 10, 3)).toBe(false)
    expect(isLong('x'.repeat(11), 10, 3)).toBe(true)
    expect(isLong('a\nb\nc', 10, 3)).toBe(false)
    expect(isLong('a\nb\nc\n', 10, 3)).toBe(true)
  })
})
