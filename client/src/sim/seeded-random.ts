/** Randomness that a seed repeats: Marsaglia's xorshift32 (Xorshift RNGs, 2003). */
import type { Random } from '../mesh/runtime/random'

export function seededRandom(seed: number): Random {
  // Zero is the one state that it never leaves; a large odd factor sets small seeds apart.
  let state = Math.imul(seed, 0x9e3779b1) || 1
  const fraction = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  return { fraction, bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)) }
}
