/** Time as the pages take it: a port, so that tests own it. */
export interface Timer {
  /** milliseconds since 1970 */
  now(): number
  /** @returns what cancels it */
  after(milliseconds: number, run: () => void): () => void
}
