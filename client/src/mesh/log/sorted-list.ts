/** Items in the order of `compare`, which tells all of them apart by what they are of `Key`. Mostly they are put last. */
export class SortedList<Key, Item extends Key = Key> {
  #items: Item[] = []

  constructor(private readonly compare: (a: Key, b: Key) => number) {}

  /** @returns the equal one whose place it takes */
  put(item: Item): Item | undefined {
    const index = this.#indexOf(item)
    const there = this.#items[index]
    const isEqual = there !== undefined && this.compare(there, item) === 0
    this.#items.splice(index, isEqual ? 1 : 0, item)
    return isEqual ? there : undefined
  }

  /** Both included. */
  between(from: Key, to: Key): readonly Item[] {
    return this.#items.slice(this.#indexOf(from), this.#indexAfter(to))
  }

  /** @returns the last `count` ones before `key`, of all when undefined */
  before(key: Key | undefined, count: number): readonly Item[] {
    const end = key === undefined ? this.#items.length : this.#indexOf(key)
    return this.#items.slice(Math.max(0, end - count), end)
  }

  /** @returns the first `count` ones after `key`, of all when undefined */
  after(key: Key | undefined, count: number): readonly Item[] {
    const start = key === undefined ? 0 : this.#indexAfter(key)
    return this.#items.slice(start, start + count)
  }

  /** Both included. @returns those removed */
  removeBetween(from: Key, to: Key): readonly Item[] {
    const start = this.#indexOf(from)
    return this.#items.splice(start, Math.max(0, this.#indexAfter(to) - start))
  }

  removeAll(items: ReadonlySet<Item>): void {
    if (items.size > 0) this.#items = this.#items.filter((item) => !items.has(item))
  }

  /** @returns where the first one is that does not come before `key` */
  #indexOf(key: Key): number {
    let [low, high] = [0, this.#items.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const item = this.#items[middle]
      if (item !== undefined && this.compare(item, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #indexAfter(key: Key): number {
    const index = this.#indexOf(key)
    const item = this.#items[index]
    return item !== undefined && this.compare(item, key) === 0 ? index + 1 : index
  }
}
