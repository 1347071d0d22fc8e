import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { formatRoomLink, newRoomAddress, parseRoomLink } from './room-link'

const PAGE = 'https://garden.example/app/?lang=de'
const SECRET = 'AAECAwQFBgcICQoLDA0ODw'
const BYTES = Uint8Array.from({ length: 16 }, (_, index) => index)

function found(text: string) {
  const parsed = parseRoomLink(text, PAGE)
  if (!parsed.ok) throw new Error(`'${text}' was refused: ${parsed.reason}`)
  return parsed.value
}

function nameOf(text: string): string {
  const { address } = found(text)
  if (address.kind !== 'named') throw new Error(`'${text}' is no named room`)
  return address.name
}

function refusal(text: string): string {
  const parsed = parseRoomLink(text, PAGE)
  if (parsed.ok) throw new Error(`'${text}' led to ${parsed.value.link}`)
  return parsed.reason
}

describe('a link to a room with a secret', () => {
  it('[RL1] is made of 128 random bits, which only its fragment carries', () => {
    const address = newRoomAddress(seededRandom(1))
    const link = new URL(formatRoomLink(address, PAGE))
    expect(link.hash).toMatch(/^#\/r\/[A-Za-z0-9_-]{22}$/)
    expect(link.href).toBe(`${PAGE}${link.hash}`)
    expect(found(link.href)).toEqual({ address, link: link.href })
    expect(formatRoomLink(newRoomAddress(seededRandom(2)), PAGE)).not.toBe(link.href)
  })

  it('[RL1] is read byte for byte', () => {
    expect(found(`${PAGE}#/r/${SECRET}`).address).toEqual({ kind: 'secret', secret: BYTES })
    expect(found(`#/r/__________________-_-A`).address).toMatchObject({ kind: 'secret' })
  })

  it('[RL2] may come whole, without its scheme, or as its fragment', () => {
    const links = {
      [`https://garden.example/app/?lang=de#/r/${SECRET}`]: `https://garden.example/app/?lang=de#/r/${SECRET}`,
      [`HTTPS://GARDEN.example/#/r/${SECRET}`]: `https://garden.example/#/r/${SECRET}`,
      [`http://192.168.1.7:3000/#/r/${SECRET}`]: `http://192.168.1.7:3000/#/r/${SECRET}`,
      [`http://[::1]:3000/#/r/${SECRET}`]: `http://[::1]:3000/#/r/${SECRET}`,
      [`meadow.example/#/r/${SECRET}`]: `https://meadow.example/#/r/${SECRET}`,
      [`localhost:3000/#/r/${SECRET}`]: `https://localhost:3000/#/r/${SECRET}`,
      [`//meadow.example/#/r/${SECRET}`]: `https://meadow.example/#/r/${SECRET}`,
      [`#/r/${SECRET}`]: `${PAGE}#/r/${SECRET}`,
      [`  \n#/r/${SECRET}\t`]: `${PAGE}#/r/${SECRET}`,
    }
    for (const [text, link] of Object.entries(links)) {
      expect(found(text)).toEqual({ address: { kind: 'secret', secret: BYTES }, link })
    }
  })

  it('[RL2] keeps its own place when another page reads it', () => {
    expect(found(`https://meadow.example/birds/#/r/${SECRET}`).link).toBe(`https://meadow.example/birds/#/r/${SECRET}`)
  })

  it('[RL4] is refused with a word about typing when a character is missing, added or wrong', () => {
    for (const secret of [
      SECRET.slice(1),
      `${SECRET}A`,
      SECRET.replace('C', '+'),
      `${SECRET}/`,
      `${SECRET}==`,
      'A'.repeat(21),
    ]) {
      expect(refusal(`#/r/${secret}`)).toBe('The room link is incomplete or has a typing error.')
    }
  })
})

describe('a room name', () => {
  it('[RL2] is whatever has neither scheme nor #', () => {
    for (const name of [
      'garden',
      'my garden',
      'garden.example',
      'garden/shed',
      'https',
      'www.garden.example/r/abc',
      '.',
      '..',
    ]) {
      expect(nameOf(name)).toBe(name)
    }
  })

  it('[RL1] is percent-encoded in its link, and the link leads back to it', () => {
    const names = [
      'garden',
      'grüner garten',
      '日本語',
      '50% & more?',
      'a/b/../c',
      '🐦',
      'javascript:alert(1)',
      'x'.repeat(64),
    ]
    for (const name of names) {
      const { address, link } = found(name)
      expect(link).toBe(`${PAGE}#/n/${encodeURIComponent(name)}`)
      expect(found(link)).toEqual({ address, link })
    }
  })

  it('[RL3] is the same for spellings that sound alike', () => {
    const alike = [
      ['garden', 'Garden', 'GARDEN', '  garden ', 'ｇａｒｄｅｎ'],
      ['my garden', 'My   Garden', 'my\tgarden', 'my\u00a0garden', 'my\u3000garden', 'my\n garden'],
      ['café', 'cafe\u0301', 'CAFÉ'],
      ['ﬁnch', 'finch'],
    ]
    for (const spellings of alike) {
      expect(new Set(spellings.map((spelling) => found(spelling).link)).size).toBe(1)
      for (const spelling of spellings) expect(nameOf(`#/n/${encodeURIComponent(spelling)}`)).toBe(nameOf(spelling))
    }
  })

  it('[RL3] leads where its own link leads, for every letter with every accent', () => {
    const accents = ['\u0301', '\u0308', '\u0342', '\u0345']
    for (let point = 0x20; point < 0x2000; point++) {
      for (const accent of accents) {
        const parsed = parseRoomLink(`x${String.fromCodePoint(point)}${accent}`, PAGE)
        if (!parsed.ok) continue
        const again = parseRoomLink(parsed.value.link, PAGE)
        if (!again.ok || again.value.link !== parsed.value.link) expect.fail(`U+${point.toString(16)} with '${accent}'`)
      }
    }
  })

  it('[RL3] has 1 to 64 UTF-16 code units once it is normalised', () => {
    expect(nameOf('x'.repeat(64))).toHaveLength(64)
    expect(refusal('x'.repeat(65))).toContain('at most 64')
    expect(nameOf(`x${' '.repeat(500)}y`)).toBe('x y')
    expect(nameOf('🐦'.repeat(32))).toHaveLength(64)
    expect(refusal('🐦'.repeat(33))).toContain('at most 64')
    // One character that stands for eighteen.
    expect(refusal('\ufdfa'.repeat(4))).toContain('at most 64')
    expect(refusal('#/n/%20%E3%80%80')).toContain('empty')
  })

  it('[RL3] has no invisible characters', () => {
    const invisible = {
      'zero-width space': '\u200b',
      'zero-width joiner': '\u200d',
      'right-to-left override': '\u202e',
      'soft hyphen': '\u00ad',
      'word joiner': '\u2060',
      'Hangul filler': '\u3164',
      'half-width Hangul filler': '\uffa0',
      'combining grapheme joiner': '\u034f',
      'blank Braille pattern': '\u2800',
      'tag letter': '\u{e0041}',
      nul: '\u0000',
      bell: '\u0007',
      escape: '\u001b',
      'private use': '\ue000',
      'half a surrogate pair': '\ud83d',
    }
    for (const [what, character] of Object.entries(invisible)) {
      expect(refusal(`gar${character}den`), what).toBe('The room name has invisible characters in it.')
    }
  })

  it('[RL3] does not depend on how an emoji is to be drawn', () => {
    expect(nameOf('❤\ufe0f garden')).toBe('❤ garden')
    expect(nameOf('❤\ufe0e garden')).toBe('❤ garden')
  })
})

describe('what leads to no room', () => {
  it('[RL4] is answered in words', () => {
    const refusals = {
      '': 'The link is empty.',
      ' \n\t ': 'The link is empty.',
      '#': 'This address has no room in it.',
      '#/': 'This address has no room in it.',
      '#/r/': 'This address has no room in it.',
      '#/n/': 'This address has no room in it.',
      '#/x/abc': 'This address has no room in it.',
      '#r/abc': 'This address has no room in it.',
      'https://garden.example': 'This address has no room in it.',
      'https://garden.example/r/abc': 'This address has no room in it.',
      'garden #1': 'This is not a web address.',
      'http://#/r/abc': 'This is not a web address.',
      'https://garden example/#/n/a': 'This is not a web address.',
      'https://garden.example:99999/#/n/a': 'This is not a web address.',
      '#/n/%': 'The room name in this link is garbled.',
      '#/n/%E9': 'The room name in this link is garbled.',
      '#/n/%zz': 'The room name in this link is garbled.',
      [`https://garden.example/#/n/${'x'.repeat(3000)}`]: 'This is too long for a room link.',
      ['x'.repeat(1_000_000)]: 'This is too long for a room link.',
    }
    for (const [text, words] of Object.entries(refusals)) expect(refusal(text)).toBe(words)
  })

  it('[RL1] is every address that is not http or https', () => {
    const schemes = ['javascript', 'data', 'file', 'ftp', 'blob', 'ws', 'vbscript', 'chrome', 'about', 'x-own+scheme.1']
    for (const scheme of schemes) {
      expect(refusal(`${scheme}://garden.example/#/r/${SECRET}`)).toBe('This is not a web address.')
    }
  })

  it('[RL1] never becomes a link that does anything but open a page', () => {
    const hostile = [
      'javascript:alert(1)',
      'JavaScript:alert(1)//#/n/a',
      'data:text/html,x',
      'javascript:alert(1)#/n/a',
    ]
    for (const text of hostile) {
      const parsed = parseRoomLink(text, PAGE)
      if (parsed.ok) expect(parsed.value.link).toMatch(/^https:\/\/garden\.example\/app\/\?lang=de#\/n\//)
    }
  })

  it('[RL2] is judged by its beginning: a :// further back makes no scheme', () => {
    expect(found('meadow.example/#/n/a://b')).toEqual({
      address: { kind: 'named', name: 'a://b' },
      link: 'https://meadow.example/#/n/a%3A%2F%2Fb',
    })
  })

  it('[RL4] never throws, whatever is pasted', () => {
    const random = seededRandom(3)
    const pieces = [
      '#',
      '/',
      'r',
      'n',
      ':',
      '//',
      '%',
      '%41',
      '%ff',
      '@',
      '?',
      '[',
      ']',
      ' ',
      'é',
      '\ud83d',
      '🐦',
      'http',
      SECRET,
      '\u0000',
    ]
    for (let round = 0; round < 20_000; round++) {
      const count = Math.floor(random.fraction() * 8)
      const text = Array.from({ length: count }, () => pieces[Math.floor(random.fraction() * pieces.length)]).join('')
      const parsed = parseRoomLink(text, PAGE)
      if (parsed.ok && parseRoomLink(parsed.value.link, PAGE).ok !== true) expect.fail(`'${text}' led to a bad link`)
    }
  })
})
