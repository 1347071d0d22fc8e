/** For what only a bug of ours can break. What peers send wrongly is a value, not an exception. */

export function invariant(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(`Starling is broken: ${message}`)
}

export function assertNever(value: never): never {
  throw new Error(`Starling is broken: ${JSON.stringify(value)} was not expected here`)
}
