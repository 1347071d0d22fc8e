import { describe, expect, it } from 'vitest'
import { AVATAR_HUES, avatarHue, initials, isBlank, labelPeople, labelText, plainName } from './names'
import { peerId } from './room-double'

const bo = { id: peerId('bo1x'), name: 'Bo' }
const secondBo = { id: peerId('bo2y'), name: 'Bo' }
const cy = { id: peerId('cy'), name: 'Cy' }

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
    const labels = labelPeople([bo, cy], [], 'B\u200do')
    expect([...labels.values()].map(labelText)).toEqual(['Bo · bo1x', 'Cy'])
  })

  it('keep the joiners that emoji and scripts need', () => {
    expect(plainName('👩‍💻')).toBe('👩‍💻')
  })

  it('are told apart by the start of the id where two are the same', () => {
    const labels = labelPeople([bo, secondBo, cy], [], 'Ada')
    expect([...labels.values()].map(labelText)).toEqual(['Bo · bo1x', 'Bo · bo2y', 'Cy'])
  })

  it('count as the same when only letter case, width or invisible characters differ', () => {
    const labels = labelPeople([bo, { ...secondBo, name: 'b\u200bO' }], [], 'Ada')
    expect(labels.get(bo.id)?.mark).toBe('bo1x')
  })

  it('carry no mark when the other one of that name has left', () => {
    const labels = labelPeople([bo], [secondBo], 'Ada')
    expect([...labels.values()].map(labelText)).toEqual(['Bo', 'Bo'])
  })
})

it('a text is blank when nothing of it can be seen', () => {
  expect(['', ' \n', '\u200b', '\u3164\u2800 \u200d'].every(isBlank)).toBe(true)
  expect(['.', '\u200bx', '👩‍💻', '\ue000'].some(isBlank)).toBe(false)
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
