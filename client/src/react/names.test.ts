import { describe, expect, it } from 'vitest'
import { AVATAR_HUES, avatarHue, forgottenLabel, initials, isBlank, labelPeople, labelText, plainName } from './names'
import { peerId } from './room-double'

const named = (start: string, name: string, verified = false) => ({ id: peerId(start), name, verified })
const bo = named('bo1x', 'Bo')
const secondBo = named('bo2y', 'Bo')
const cy = named('cy', 'Cy')
const labelsOf = (...args: Parameters<typeof labelPeople>) => [...labelPeople(...args).values()].map(labelText)

describe('names', () => {
  it('lose what would reorder or hide the text around them', () => {
    expect(plainName('\u202eeve\u202c \u2067x\u2069\u0000 \n y')).toBe('eve x y')
    expect(plainName(' \u200b ')).toBe('Somebody')
  })

  it.each(['\u3164', '\u115f\u1160', '\u2800 \u2800', '\u034f', '\u200d\ufe0f', '\u{e0041}', ''])(
    'that show nothing are nobody in particular: %j',
    (name) => {
      expect(plainName(name)).toBe('Somebody')
    },
  )

  it('are told apart from the own one', () => {
    expect(labelsOf([bo, cy], [], 'B\u200do')).toEqual(['Bo · bo1x', 'Cy'])
  })

  it('keep the joiners that emoji and scripts need', () => {
    expect(plainName('👩‍💻')).toBe('👩‍💻')
  })

  it('are told apart by the start of the id where two are the same', () => {
    expect(labelsOf([bo, secondBo, cy], [], 'Ada')).toEqual(['Bo · bo1x', 'Bo · bo2y', 'Cy'])
  })

  it('count as the same when only letter case, width or invisible characters differ', () => {
    const labels = labelPeople([bo, { ...secondBo, name: 'b\u200bO' }], [], 'Ada')
    expect(labels.get(bo.id)?.mark).toBe('bo1x')
  })

  it('carry no mark when the other one of that name has left, who then does', () => {
    expect(labelsOf([bo], [secondBo], 'Ada')).toEqual(['Bo · bo2y', 'Bo'])
  })

  it('are told apart by more of the id where it begins alike', () => {
    expect(labelsOf([bo, named('BO1xq', 'bo')], [], 'Ada')).toEqual(['Bo · bo1x0', 'bo · BO1xq'])
  })

  it('lose what would pass for the mark of somebody verified', () => {
    expect(plainName('Bo ✓ ✔️ ☑ ✅ 🛡️')).toBe('Bo')
    expect(plainName('√ Bo 🟢🔵 🆗 ㊣ ⛉⛊')).toBe('Bo')
    expect(plainName('✅')).toBe('Somebody')
    expect(labelsOf([named('bo', 'Bo (vеrified)')], [], 'Ada')).toEqual(['Bo (vеrified) · bo00'])
  })
})

it.each(['Everyone', 'EVERУONE', 'you', 'Bo (you)', 'Bo ［yоu］', 'Bo · x3Wh', 'Bo•x3Wh'])(
  '%s carries a mark, because this page says such things itself',
  (name) => {
    expect(labelPeople([named('fake', name)], [], 'Ada').get(peerId('fake'))?.mark).toBe('fake')
  },
)

it.each(['Bo (Peep)', "O'Hara", 'Mr. Everyman', 'Young'])('%s carries none', (name) => {
  expect(labelsOf([named('fake', name)], [], 'Ada')).toEqual([name])
})

it('a text is blank when nothing of it can be seen', () => {
  expect(['', ' \n', '\u200b', '\u3164\u2800 \u200d'].every(isBlank)).toBe(true)
  expect(['.', '\u200bx', '👩‍💻', '\ue000'].some(isBlank)).toBe(false)
})

describe('a look-alike of somebody verified', () => {
  const standings = (...args: Parameters<typeof labelPeople>) =>
    new Map(
      [...labelPeople(...args)].map(([id, { standing, mark }]) => [id, { standing, hasMark: mark !== undefined }]),
    )
  const real = named('real', 'Mallory', true)
  const fake = named('fake', 'Маllоrу')

  it('never looks verified, and is called what it is', () => {
    const labels = standings([real, fake, cy], [], 'Ada')
    expect(labels.get(real.id)).toEqual({ standing: 'verified', hasMark: true })
    expect(labels.get(fake.id)).toEqual({ standing: 'look-alike', hasMark: true })
    expect(labels.get(cy.id)).toEqual({ standing: undefined, hasMark: false })
  })

  it.each(['Mallory · real', 'Mallory 🐦', 'mallory (it is me)', 'Маllоrу: from the office'])('is %s', (name) => {
    const labels = standings([real, named('fake', name)], [], 'Ada')
    expect(labels.get(fake.id)).toEqual({ standing: 'look-alike', hasMark: true })
    expect(labels.get(real.id)?.standing).toBe('verified')
  })

  it('is nobody who has that name for a first one', () => {
    const labels = standings([real, named('fake', 'Mallory Blake')], [], 'Ada')
    expect(labels.get(fake.id)).toEqual({ standing: undefined, hasMark: false })
  })

  it('is one also when the other has left', () => {
    expect(standings([fake], [real], 'Ada').get(fake.id)).toEqual({ standing: 'look-alike', hasMark: true })
    expect(standings([real], [fake], 'Ada').get(fake.id)).toEqual({ standing: 'look-alike', hasMark: true })
  })

  it('is none when both were verified', () => {
    const both = standings([real, { ...fake, verified: true }], [], 'Ada')
    expect([...both.values()].map(({ standing }) => standing)).toEqual(['verified', 'verified'])
  })
})

it('somebody of whom nothing but the name is known carries the start of the id', () => {
  expect(labelText(forgottenLabel(bo))).toBe('Bo · bo1x')
})

describe('an avatar', () => {
  it.each([
    ['Bo', 'B'],
    ['amber wren', 'AW'],
    ['Ada King von Lovelace', 'AL'],
    ['👩‍💻 Zoë', '👩‍💻Z'],
    ['אורלי', 'א'],
  ])('of %s shows %s', (name, letters) => {
    expect(initials(name)).toBe(letters)
  })

  it('has one of the colours, always the same for an id', () => {
    const ids = Array.from({ length: 200 }, (_, index) => `peer ${index}`)
    const hues = ids.map(avatarHue)
    expect(hues).toEqual(ids.map(avatarHue))
    expect(new Set(hues).size).toBe(AVATAR_HUES)
    expect(Math.min(...hues)).toBe(0)
    expect(Math.max(...hues)).toBe(AVATAR_HUES - 1)
  })
})
