import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../sim/seeded-random'
import { simSignatures } from '../../sim/sim-signatures'
import { toRoomId } from '../protocol/ids'
import { type Candidate, type Claims, memoryClaims } from '../runtime/claims'
import { memoryStore, type Store } from '../runtime/store'
import { claimOwnKey, forgetOwnKeys, type OwnKey } from './own-key'

const GARDEN = toRoomId(new Uint8Array(16))
const KITCHEN = toRoomId(new Uint8Array(16).fill(1))

/** A browser and its tabs. */
class Browser {
  store = memoryStore()
  claims: Claims = memoryClaims()
  readonly #random = seededRandom(1)

  /** Somebody opens the room in a tab, which remembers what is in `tab`. */
  open(tab: Store = memoryStore(), room = GARDEN): Promise<OwnKey> {
    const { store, claims } = this
    return claimOwnKey({ room, store, tab, claims, random: this.#random, signatures: simSignatures })
  }
}

/** What a browser does to the session storage of a tab that is duplicated. */
async function copyOf(tab: Store): Promise<Store> {
  const copy = memoryStore()
  const place = await tab.get(`place:${GARDEN}`)
  if (place !== undefined) await copy.set(`place:${GARDEN}`, place)
  return copy
}

const failing: Store = {
  get: () => Promise.reject(new Error('no storage')),
  set: () => Promise.reject(new Error('no storage')),
  delete: () => Promise.reject(new Error('no storage')),
}

describe('the key of a tab', () => {
  it('[ID4] is the same after a reload, and after a visit to another page', async () => {
    const browser = new Browser()
    const tab = memoryStore()
    const first = await browser.open(tab)
    first.release()
    const reloaded = await browser.open(tab)
    expect(reloaded.key.id).toBe(first.key.id)
    reloaded.release()
    expect((await browser.open()).key.id).toBe(first.key.id)
  })

  it('[ID4] is the same after a reload although another place has become free', async () => {
    const browser = new Browser()
    const [one, two] = [memoryStore(), memoryStore()]
    const first = await browser.open(one)
    const second = await browser.open(two)
    first.release()
    second.release()
    expect((await browser.open(two)).key.id).toBe(second.key.id)
    expect((await browser.open(one)).key.id).toBe(first.key.id)
  })

  it('[ID4] is waited for when it was its own before, and not when it was never', async () => {
    const browser = new Browser()
    const asked: (readonly Candidate[])[] = []
    const { claims } = browser
    browser.claims = {
      claim: (candidates) => {
        asked.push(candidates)
        return claims.claim(candidates)
      },
    }
    const tab = memoryStore()
    await browser.open(memoryStore())
    await browser.open(tab)
    await browser.open(tab)
    const [, once, again] = asked.map((candidates) => candidates.slice(0, 3))
    const candidate = (place: number, patience: number) => ({ name: `key:${GARDEN}:${place}`, patience })
    expect(once).toEqual([candidate(0, 0), candidate(1, 0), candidate(2, 0)])
    expect(again).toEqual([candidate(1, 500), candidate(0, 0), candidate(2, 0)])
  })

  it('[ID4] is its own in a duplicated tab, and both come back as who they were', async () => {
    const browser = new Browser()
    const tab = memoryStore()
    const original = await browser.open(tab)
    const copy = await copyOf(tab)
    const duplicate = await browser.open(copy)
    expect(duplicate.key.id).not.toBe(original.key.id)
    for (const [one, other] of [
      [tab, copy],
      [copy, tab],
    ] as const) {
      original.release()
      duplicate.release()
      const [first, second] = [await browser.open(one), await browser.open(other)]
      const expected = one === tab ? [original, duplicate] : [duplicate, original]
      expect([first, second].map(({ key }) => key.id)).toEqual(expected.map(({ key }) => key.id))
      first.release()
      second.release()
    }
  })

  it('[ID4] is another in each room', async () => {
    const browser = new Browser()
    const tab = memoryStore()
    const [garden, kitchen] = [await browser.open(tab), await browser.open(tab, KITCHEN)]
    expect(garden.key.id).not.toBe(kitchen.key.id)
  })

  it('[ID4] is a new one in a store that was cleared, and is kept from then on', async () => {
    const browser = new Browser()
    const tab = memoryStore()
    const before = await browser.open(tab)
    before.release()
    browser.store = memoryStore()
    const after = await browser.open(tab)
    expect(after.key.id).not.toBe(before.key.id)
    after.release()
    expect((await browser.open(tab)).key.id).toBe(after.key.id)
  })

  it('[ID4] is a new one when what was stored is no key', async () => {
    for (const stored of ['', 'not a key!', 'AAAA', 'A'.repeat(44), '\u0000']) {
      const browser = new Browser()
      await browser.store.set(`key:${GARDEN}:0`, stored)
      const first = await browser.open()
      first.release()
      expect((await browser.open()).key.id, stored).toBe(first.key.id)
      expect(await browser.store.get(`key:${GARDEN}:0`)).not.toBe(stored)
    }
  })

  it('[ID4] is one for this stay alone where nothing is stored', async () => {
    const browser = new Browser()
    browser.store = failing
    const first = await browser.open(failing)
    first.release()
    const second = await browser.open(failing)
    expect(second.key.id).not.toBe(first.key.id)
  })

  it('[ID4] is found where a browser refuses claims', async () => {
    const browser = new Browser()
    browser.claims = { claim: () => Promise.reject(new DOMException('The request was denied.', 'SecurityError')) }
    const [one, two] = [await browser.open(), await browser.open()]
    expect(one.key.id).not.toBe(two.key.id)
  })

  it('[ID4] does not depend on what else may stand in the tab', async () => {
    for (const place of ['16', '-1', '__proto__', '', '1e0', '00']) {
      const browser = new Browser()
      const tab = memoryStore()
      await tab.set(`place:${GARDEN}`, place)
      const { key, release } = await browser.open(tab)
      release()
      expect((await browser.open()).key.id, place).toBe(key.id)
    }
  })
})

describe('many tabs', () => {
  it('[ID4] have a key each; of those beyond the 16th nothing is kept', async () => {
    const browser = new Browser()
    const opened: OwnKey[] = []
    for (let count = 0; count < 18; count++) opened.push(await browser.open())
    const ids = opened.map(({ key }) => key.id)
    expect(new Set(ids).size).toBe(18)
    for (const { release } of opened) {
      release()
      release()
    }
    const again: string[] = []
    for (let count = 0; count < 18; count++) again.push((await browser.open()).key.id)
    expect(again.slice(0, 16)).toEqual(ids.slice(0, 16))
    expect(new Set([...ids, ...again]).size).toBe(20)
  })

  it('[ID4] that open at once have a key each', async () => {
    const browser = new Browser()
    const opened = await Promise.all(Array.from({ length: 10 }, () => browser.open()))
    expect(new Set(opened.map(({ key }) => key.id)).size).toBe(10)
  })
})

describe('a key whose log is not kept', () => {
  it('[ID4] [ST7] is told apart: kept where the browser stores it, and not where it does not', async () => {
    const browser = new Browser()
    const tab = memoryStore()
    const first = await browser.open(tab)
    expect(first.isKept).toBe(true)
    first.release()
    expect((await browser.open(tab)).isKept).toBe(true)
    const full = new Browser()
    full.store = { ...memoryStore(), set: () => Promise.reject(new Error('quota')) }
    expect((await full.open()).isKept).toBe(false)
    // Some browsers say that they have stored it, and have not.
    const forgetful = new Browser()
    forgetful.store = { ...memoryStore(), set: async () => {} }
    expect((await forgetful.open()).isKept).toBe(false)
    full.store = failing
    expect((await full.open(failing)).isKept).toBe(false)
  })

  it('[ST8] gives its place to a new one, which is kept from then on', async () => {
    const browser = new Browser()
    const tab = memoryStore()
    const { key, renew, release } = await browser.open(tab)
    const renewed = await renew()
    expect(renewed.id).not.toBe(key.id)
    release()
    expect((await browser.open(tab)).key.id).toBe(renewed.id)
  })

  it('[ST7] is burnt: whoever comes next in its place is somebody else', async () => {
    const browser = new Browser()
    const tab = memoryStore()
    const { key, burn, release } = await browser.open(tab)
    await burn()
    await burn()
    release()
    const next = await browser.open(tab)
    expect(next.key.id).not.toBe(key.id)
    expect(next.isKept).toBe(true)
  })

  it('[ST7] that cannot be burnt says so', async () => {
    const browser = new Browser()
    browser.store = { ...memoryStore(), delete: () => Promise.reject(new Error('no storage')) }
    const { burn } = await browser.open()
    await expect(burn()).rejects.toThrow('no storage')
  })

  it('[ST7] of a tab beyond the 16th is not kept, and can be renewed and burnt all the same', async () => {
    const browser = new Browser()
    for (let count = 0; count < 16; count++) await browser.open()
    const { key, isKept, renew, burn } = await browser.open()
    expect(isKept).toBe(false)
    expect((await renew()).id).not.toBe(key.id)
    await burn()
  })
})

describe('forgetting', () => {
  it('[ST4] removes all keys of the room, tells whose they were, and leaves other rooms alone', async () => {
    const browser = new Browser()
    const [tab, other] = [memoryStore(), memoryStore()]
    const [one, two] = [await browser.open(tab), await browser.open(other)]
    const kitchen = await browser.open(tab, KITCHEN)
    await browser.store.set(`key:${GARDEN}:7`, 'no key')
    const forget = () => forgetOwnKeys({ room: GARDEN, store: browser.store, tab, signatures: simSignatures })
    expect([...(await forget())].sort()).toEqual([one.key.id, two.key.id].sort())
    expect(await tab.get(`place:${GARDEN}`)).toBeUndefined()
    expect(await browser.store.get(`key:${GARDEN}:7`)).toBeUndefined()
    for (const { release } of [one, two, kitchen]) release()
    expect(await forget()).toEqual([])
    const again = await browser.open(tab)
    expect([one.key.id, two.key.id]).not.toContain(again.key.id)
    expect((await browser.open(tab, KITCHEN)).key.id).toBe(kitchen.key.id)
  })
})
