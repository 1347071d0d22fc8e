/** What every store has to honour, told once: the one in memory and the one in the browser run the same cases. */
import type { Store } from './store'

export interface StoreCase {
  readonly name: string
  run(store: Store): Promise<void>
}

export const storeContract: readonly StoreCase[] = [
  {
    name: 'knows nothing of a key that was never set',
    async run(store) {
      expectSame(await store.get('name'), undefined)
    },
  },
  {
    name: 'gives back what was set last, each key for itself',
    async run(store) {
      await store.set('name', 'Wren')
      await store.set('name', 'Amber Wren')
      await store.set('other', 'Jade Crane')
      expectSame(await store.get('name'), 'Amber Wren')
      expectSame(await store.get('other'), 'Jade Crane')
    },
  },
  {
    name: 'keeps the empty text, and any other, as it is',
    async run(store) {
      for (const text of ['', 'null', 'undefined', ' spaces ', '日本語 🐦', '\u0000\n', 'x'.repeat(10_000)]) {
        await store.set('name', text)
        expectSame(await store.get('name'), text)
      }
    },
  },
  {
    name: 'forgets what is deleted, and nothing else; deleting twice is safe',
    async run(store) {
      await store.set('name', 'Wren')
      await store.set('other', 'Crane')
      await store.delete('name')
      await store.delete('name')
      expectSame(await store.get('name'), undefined)
      expectSame(await store.get('other'), 'Crane')
    },
  },
  {
    name: 'takes the names of what every object has for plain keys',
    async run(store) {
      for (const key of ['__proto__', 'constructor', 'length', 'getItem', '']) {
        expectSame(await store.get(key), undefined)
        await store.set(key, 'mine')
        expectSame(await store.get(key), 'mine')
      }
    },
  },
]

function expectSame(actual: string | undefined, expected: string | undefined): void {
  if (actual !== expected) throw new Error(`it gave ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}
