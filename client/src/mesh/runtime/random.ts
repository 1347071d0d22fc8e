/** Randomness as a port: real in browsers, seeded in the simulator. */

export interface Random {
  bytes(count: number): Uint8Array
  /** at least 0, below 1 */
  fraction(): number
}

export const systemRandom: Random = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  fraction: () => Math.random(),
}
