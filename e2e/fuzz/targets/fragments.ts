/** Pieces of frames, as a hostile link delivers them: any of them, in any order. */
import { fragments, Reassembler } from '../../../client/src/mesh/link/fragments'
import { MAX_FRAGMENT_BYTES, MAX_FRAME_BYTES } from '../../../client/src/mesh/protocol/limits'
import type { Dice } from '../dice'
import { isSame } from '../same'
import { expectThat, type Target, target } from '../target'

interface Piece {
  readonly flag: number
  readonly bytes: number
}

/** A fragment is told by its flag and its size: what it holds means nothing to whoever joins it. */
const CONTENT = Uint8Array.from({ length: MAX_FRAME_BYTES + 8 }, (_, index) => index % 251)

function hostilePieces(dice: Dice): readonly Piece[] {
  const sizes = [1, 2, 1023, 1024, 1025, MAX_FRAGMENT_BYTES - 1, MAX_FRAGMENT_BYTES]
  const size = () => (dice.chance(1 / 100) ? dice.below(MAX_FRAME_BYTES) : dice.pick([...sizes, dice.below(40)]))
  const flag = () => (dice.chance(1 / 16) ? dice.below(256) : dice.below(2))
  const pieces = dice.list(dice.count(30), () => ({ flag: flag(), bytes: size() }))
  // Almost a whole frame of pieces before them, or more than one.
  if (!dice.chance(1 / 50)) return pieces
  const bytes = dice.pick([1, 1023, 1024, 16_383])
  return [...dice.list(dice.below(1200), () => ({ flag: 1, bytes })), ...pieces]
}

export const FRAGMENTS: readonly Target[] = [
  target({
    name: 'fragments',
    make: hostilePieces,
    hold(pieces) {
      const reassembler = new Reassembler()
      let expected: number[] = []
      for (const { flag, bytes } of pieces) {
        const joined = reassembler.push(piece(flag, bytes))
        // A link that brings one of these is closed.
        if (!joined.ok) return
        expected.push(bytes)
        const held = expected.reduce((sum, size) => sum + size, 0)
        expectThat(held <= MAX_FRAME_BYTES, `it holds ${held} bytes of a frame`)
        expectThat(expected.length <= MAX_FRAME_BYTES / 1024 + 1, `it holds ${expected.length} pieces`)
        expectThat((joined.value !== undefined) === (flag === 0), 'it ended a frame in the wrong place')
        if (!joined.value) continue
        expectThat(isSame(joined.value, concat(expected)), 'a frame is not what its pieces were')
        expected = []
      }
    },
  }),
  target({
    name: 'whole-frames',
    share: 0.25,
    make: (dice) =>
      dice.list(1 + dice.below(3), () => 1 + dice.below(dice.pick([40, 40_000, 40_000, MAX_FRAME_BYTES]))),
    hold(sizes) {
      const reassembler = new Reassembler()
      const frames = sizes.map((size) => CONTENT.subarray(0, size))
      const joined = frames.flatMap((frame) => [...fragments(frame)].map((fragment) => reassembler.push(fragment)))
      const whole = joined.flatMap((result) => (result.ok && result.value ? [result.value] : []))
      expectThat(isSame(whole, frames), 'the frames are others than were cut')
    },
  }),
]

function piece(flag: number, bytes: number): Uint8Array {
  const made = new Uint8Array(1 + bytes)
  made[0] = flag
  made.set(CONTENT.subarray(0, bytes), 1)
  return made
}

const concat = (sizes: readonly number[]): Uint8Array =>
  new Uint8Array(Buffer.concat(sizes.map((size) => CONTENT.subarray(0, size))))
