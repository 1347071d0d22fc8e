/** Public keys under which anybody could sign everything, and agree with everybody on the same. Rules ID1, ID6. */
import { bytesToHex } from '@noble/hashes/utils.js'

/**
 * The y coordinates, least byte first, of the points of small order, also as they are written past the prime. Under such
 * a key one signature, which anybody can write down, fits every message; browsers take it, libraries do not.
 */
const SMALL_ORDER = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])

export function hasSmallOrder(publicKey: Uint8Array): boolean {
  const y = Uint8Array.from(publicKey)
  // The highest bit is the sign of x.
  y[31] = (y[31] ?? 0) & 0x7f
  return SMALL_ORDER.has(bytesToHex(y))
}
