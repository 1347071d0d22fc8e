import { describe, expect, it } from 'vitest'
import { browserStore, memoryStore, webStore } from './store'
import { storeContract } from './store-contract'

/** A browser's storage over a Map, with a quota that a test can close. */
class MapStorage implements Storage {
  readonly items = new Map<string, string>()
  full = false

  get length(): number {
    return this.items.size
  }

  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    this.items.set(key, value)
  }

  removeItem(key: string): void {
    this.items.delete(key)
  }

  clear(): void {
    this.items.clear()
  }
}

const stores = { 'the memory store': memoryStore, 'the web store': () => webStore(new MapStorage()) }

for (const [name, create] of Object.entries(stores)) {
  describe(name, () => {
    for (const { name: rule, run } of storeContract) it(rule, () => run(create()))
  })
}

describe('the web store', () => {
  it('keeps its keys apart from those of other scripts on the same site', async () => {
    const storage = new MapStorage()
    storage.setItem('name', 'not ours')
    const store = webStore(storage)
    expect(await store.get('name')).toBeUndefined()
    await store.set('name', 'Wren')
    await store.delete('name')
    expect([...storage.items]).toEqual([['name', 'not ours']])
  })

  it('is still there for the next page', async () => {
    const storage = new MapStorage()
    await webStore(storage).set('name', 'Wren')
    expect(await webStore(storage).get('name')).toBe('Wren')
  })

  it('rejects when the browser refuses to keep a value', async () => {
    const storage = new MapStorage()
    storage.full = true
    await expect(webStore(storage).set('name', 'Wren')).rejects.toThrow('quota')
  })
})

describe('the store of this browser', () => {
  it('is memory where the browser allows no storage', async () => {
    const store = browserStore()
    await store.set('name', 'Wren')
    expect(await store.get('name')).toBe('Wren')
    expect(await browserStore().get('name')).toBeUndefined()
  })
})
