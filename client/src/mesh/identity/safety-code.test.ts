import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { peerId } from '../../sim/people'
import { toPeerId, toRoomId } from '../protocol/ids'
import { safetyCode } from './safety-code'

const ROOM = toRoomId(new Uint8Array(16))
const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => toPeerId(name.padEnd(22, '-')))
if (!alice || !bob || !carol) throw new Error('nobody is here')

describe('a safety code', () => {
  it('[ID5] is the same on both screens', () => {
    expect(safetyCode(ROOM, alice, bob)).toBe(safetyCode(ROOM, bob, alice))
  })

  it('[ID5] is 8 groups of 5 digits', () => {
    for (const other of Array.from({ length: 200 }, (_, number) => peerId(`peer-${number}-`))) {
      expect(safetyCode(ROOM, alice, other)).toMatch(/^\d{5}( \d{5}){7}$/)
    }
  })

  it('[ID5] is another for each pair, and in each room', () => {
    const other = toRoomId(new Uint8Array(16).fill(1))
    const codes = [
      safetyCode(ROOM, alice, bob),
      safetyCode(ROOM, alice, carol),
      safetyCode(ROOM, bob, carol),
      safetyCode(other, alice, bob),
    ]
    expect(new Set(codes).size).toBe(4)
    const groups = codes.flatMap((code) => code.split(' '))
    expect(new Set(groups).size).toBe(groups.length)
  })

  it('[ID5] stays the same from release to release, or people would believe that somebody stands between them', () => {
    const hash = createHash('sha512').update(`starling/1 safety code ${ROOM} ${alice} ${bob}`).digest()
    const groups = Array.from({ length: 8 }, (_, group) =>
      `${hash.readBigUInt64BE(group * 8) % 100_000n}`.padStart(5, '0'),
    )
    expect(safetyCode(ROOM, alice, bob)).toBe(groups.join(' '))
    expect(safetyCode(ROOM, alice, bob)).toBe('88172 06900 98440 32657 57534 89759 10503 83237')
  })
})
