/** A map for what others make us remember: of more than the limit the entry used longest ago is forgotten. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#entries.size
  }

  /** Looking at an entry is no use of it. */
  get(key: Key): Value | undefined {
    return this.#entries.get(key)
  }

  /** What is set again counts as used. */
  set(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.limit) break
      this.#entries.delete(oldest)
    }
  }

  getOrMake(key: Key, make: () => Value): Value {
    const value = this.#entries.get(key) ?? make()
    this.set(key, value)
    return value
  }
}
