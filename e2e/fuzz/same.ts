/** Whether two values are the same in all that can be told of them: what the round trips are held to. */

/** Like `assert.deepStrictEqual`, but -0 is 0, as on the wire, and there is no message to be made of a difference. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Number.isNaN(a) && Number.isNaN(b)
  }
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (kindOf(a) !== kindOf(b)) return false
  const keys = Reflect.ownKeys(a)
  if (keys.length !== Reflect.ownKeys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
}

/** An object without a prototype arrives as a plain one, which reads the same. */
const kindOf = (value: object): unknown => Object.getPrototypeOf(value) ?? Object.prototype
