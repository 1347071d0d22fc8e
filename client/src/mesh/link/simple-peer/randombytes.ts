/**
 * Stands for the package `randombytes` in the bundles, which would bring Node's Buffer along: simple-peer only asks for
 * a few bytes in hex, to name itself in its commentary and its channel.
 */
function randomBytes(count: number): { toString(): string } {
  const bytes = crypto.getRandomValues(new Uint8Array(count))
  return { toString: () => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') }
}

/** @public What `require` gives, which simple-peer calls. */
export { randomBytes as 'module.exports' }
