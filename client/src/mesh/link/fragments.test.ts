import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { MAX_FRAGMENT_BYTES, MAX_FRAME_BYTES, MIN_FRAGMENT_BYTES } from '../protocol/limits'
import { fragments, Reassembler } from './fragments'

const CONTENT = MAX_FRAGMENT_BYTES - 1
const MORE = 1
const LAST = 0

/** Equal as Buffers compare: much faster than element by element. */
const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0

function join(reassembler: Reassembler, pieces: Iterable<Uint8Array>): readonly Uint8Array[] {
  const frames: Uint8Array[] = []
  for (const piece of pieces) {
    const result = reassembler.push(piece)
    if (!result.ok) throw new Error(result.reason)
    if (result.value) frames.push(result.value)
  }
  return frames
}

describe('fragments', () => {
  it('[LK9] are at most 16 KiB, begin with 1 while more follow and with 0 at the end, and are never empty', () => {
    const shapes: [number, number[]][] = [
      [1, [LAST]],
      [CONTENT, [LAST]],
      [CONTENT + 1, [MORE, LAST]],
      [2 * CONTENT, [MORE, LAST]],
      [2 * CONTENT + 1, [MORE, MORE, LAST]],
    ]
    for (const [size, flags] of shapes) {
      const pieces = [...fragments(new Uint8Array(size).fill(9))]
      expect(pieces.map((piece) => piece[0])).toEqual(flags)
      expect(pieces.reduce((sum, piece) => sum + piece.length - 1, 0)).toBe(size)
      for (const piece of pieces) {
        expect(piece.length).toBeGreaterThan(1)
        expect(piece.length).toBeLessThanOrEqual(16 * 1024)
      }
    }
  })

  it('[LK9] make the frame again, whatever its size, one frame after the other', () => {
    const random = seededRandom(1)
    const sizes = [1, 2, CONTENT - 1, CONTENT, CONTENT + 1, 3 * CONTENT + 7, MAX_FRAME_BYTES]
    const frames = [...sizes, ...sizes.toReversed()].map((size) => random.bytes(size))
    const joined = join(
      new Reassembler(),
      frames.flatMap((frame) => [...fragments(frame)]),
    )
    expect(joined).toHaveLength(frames.length)
    frames.forEach((frame, index) => {
      expect(isSame(joined[index], frame)).toBe(true)
    })
  })

  it('[LK9] may be cut anywhere by the other side', () => {
    const more = (size: number) => new Uint8Array(1 + size).fill(MORE)
    const pieces = [more(MIN_FRAGMENT_BYTES), more(5000), Uint8Array.of(LAST, 1)]
    const [frame, ...others] = join(new Reassembler(), pieces)
    expect(isSame(frame, new Uint8Array(MIN_FRAGMENT_BYTES + 5001).fill(1))).toBe(true)
    expect(others).toEqual([])
  })
})

describe('fragments that nobody honest sends', () => {
  it('[LK9] are refused with another first byte, or without one', () => {
    for (const flag of [2, 3, 127, 128, 255]) expect(new Reassembler().push(Uint8Array.of(flag, 1)).ok).toBe(false)
    expect(new Reassembler().push(new Uint8Array()).ok).toBe(false)
  })

  it('[LK9] are refused without content, whether more are to follow or not', () => {
    expect(new Reassembler().push(Uint8Array.of(MORE)).ok).toBe(false)
    expect(new Reassembler().push(Uint8Array.of(LAST)).ok).toBe(false)
    const begun = new Reassembler()
    begun.push(new Uint8Array(1 + MIN_FRAGMENT_BYTES).fill(MORE))
    expect(begun.push(Uint8Array.of(LAST)).ok).toBe(false)
  })

  it('[LK9] are refused when they are tiny and others follow', () => {
    expect(new Reassembler().push(new Uint8Array(MIN_FRAGMENT_BYTES).fill(MORE)).ok).toBe(false)
  })

  it('[LK9] are stopped as soon as their frame grows beyond the limit', () => {
    const reassembler = new Reassembler()
    const piece = new Uint8Array(1 + MAX_FRAME_BYTES / 16)
    piece[0] = MORE
    for (let count = 0; count < 16; count++) expect(reassembler.push(piece).ok).toBe(true)
    expect(reassembler.push(Uint8Array.of(MORE, 1)).ok).toBe(false)
    expect(reassembler.push(Uint8Array.of(LAST, 1)).ok).toBe(false)
  })

  it('[LK9] are stopped when a single one is too large', () => {
    expect(new Reassembler().push(new Uint8Array(1 + MAX_FRAME_BYTES)).ok).toBe(true)
    expect(new Reassembler().push(new Uint8Array(2 + MAX_FRAME_BYTES)).ok).toBe(false)
  })
})
