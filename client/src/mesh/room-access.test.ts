import { describe, expect, it } from 'vitest'
import { seededRandom } from '../sim/seeded-random'
import { deriveNamedRoomKeys, deriveRoomKeys, namedRoomId } from './identity/room-keys'
import { parseRoomLink } from './identity/room-link'
import { findKeys, findRoom, forgetPassword } from './room-access'
import { memoryStore, type Store } from './runtime/store'

const PAGE = 'https://starling.example/app/'
const GARDEN = namedRoomId('garden')

/** A hash that is as good as any, and quick. */
const hashOf = (name: string, password: string) =>
  Uint8Array.from(
    { length: 32 },
    (_, index) => name.length * 31 + (password.charCodeAt(index % password.length) ^ index),
  )

function setUp(tab: Store = memoryStore()) {
  const hashed: string[] = []
  const hash = async (name: string, password: string) => {
    hashed.push(`${name}: ${password}`)
    return hashOf(name, password)
  }
  const random = seededRandom(1)
  const find = async (text?: string, password?: string) => {
    const link = findRoom(text, PAGE, random)
    return { link, keys: await findKeys(link.address, password, { tab, hash }) }
  }
  return { tab, hashed, find }
}

const failing: Store = {
  get: () => Promise.reject(new Error('no storage')),
  set: () => Promise.reject(new Error('no storage')),
  delete: () => Promise.reject(new Error('no storage')),
}

describe('a room with a secret', () => {
  it('[RL5] is made new, with keys that its link leads to again', async () => {
    const { find, hashed } = setUp()
    const made = await find()
    expect(made.link.link).toMatch(/^https:\/\/starling\.example\/app\/#\/r\/[\w-]{22}$/)
    expect(await find(made.link.link)).toEqual(made)
    const { address } = made.link
    expect(address.kind === 'secret' && deriveRoomKeys(address.secret)).toEqual(made.keys)
    expect((await find()).keys.id).not.toBe(made.keys.id)
    expect(hashed).toEqual([])
  })

  it('[RL5] needs no password, and minds none', async () => {
    const { find, hashed } = setUp()
    const { link, keys } = await find()
    expect((await find(link.link, 'short')).keys).toEqual(keys)
    expect(hashed).toEqual([])
  })

  it('[RL1] whose link leads nowhere is told of in words', async () => {
    const { find } = setUp()
    for (const text of ['', '   ', `${PAGE}#/r/abc`, 'ftp://example.org/#/r/AAAAAAAAAAAAAAAAAAAAAA', '#/n/%ff']) {
      const parsed = parseRoomLink(text, PAGE)
      await expect(find(text, 'correct horse')).rejects.toMatchObject({
        reason: 'bad-link',
        message: parsed.ok ? '' : parsed.reason,
      })
    }
  })
})

describe('a room with a name', () => {
  it('[RL6] needs a password', async () => {
    const { find, hashed } = setUp()
    for (const text of ['garden', `${PAGE}#/n/garden`, ' Garden ']) {
      const refusal = { reason: 'needs-password', message: "The room 'garden' has a password." }
      await expect(find(text)).rejects.toMatchObject(refusal)
    }
    expect(hashed).toEqual([])
  })

  it('[RL6] has its keys from its name and its password', async () => {
    const { find, hashed } = setUp()
    const { keys, link } = await find(' GARDEN', 'correct horse')
    expect(hashed).toEqual(['garden: correct horse'])
    expect(keys).toEqual(deriveNamedRoomKeys('garden', hashOf('garden', 'correct horse')))
    expect(link.link).toBe(`${PAGE}#/n/garden`)
    const other = await find('garden', 'battery staple')
    expect(other.keys.id).toBe(keys.id)
    expect(other.keys.sealing).not.toEqual(keys.sealing)
  })

  it('[RL6] takes no password that is too short or too long, and spends no time on it', async () => {
    const { find, hashed, tab } = setUp()
    for (const password of ['', '1234567', 'p'.repeat(257)]) {
      await expect(find('garden', password)).rejects.toMatchObject({ reason: 'bad-data' })
    }
    expect(hashed).toEqual([])
    expect(await tab.get(`password:${GARDEN}`)).toBeUndefined()
  })

  it('[RL6] is open to the tab that was let in once, until it forgets the password', async () => {
    const { find, hashed, tab } = setUp()
    const { keys } = await find('garden', 'correct horse')
    expect((await find('garden')).keys).toEqual(keys)
    expect(hashed).toHaveLength(1)
    await expect(find('kitchen')).rejects.toMatchObject({ reason: 'needs-password' })
    await expect(setUp().find('garden')).rejects.toMatchObject({ reason: 'needs-password' })
    await forgetPassword(GARDEN, tab)
    await expect(find('garden')).rejects.toMatchObject({ reason: 'needs-password' })
  })

  it('[RL6] is opened by the password that was typed last', async () => {
    const { find } = setUp()
    await find('garden', 'battery staple')
    const { keys } = await find('garden', 'correct horse')
    expect((await find('garden')).keys).toEqual(keys)
  })

  it('[RL6] keeps no password in the tab, but what it was turned into', async () => {
    const { find, tab } = setUp()
    await find('garden', 'correct horse')
    expect(await tab.get(`password:${GARDEN}`)).toBe(
      Buffer.from(hashOf('garden', 'correct horse')).toString('base64url'),
    )
  })

  it('[RL6] is asked for anew when what the tab remembers is none', async () => {
    for (const remembered of ['', 'correct horse', 'AAAA', 'A'.repeat(44), '\u0000']) {
      const { find, tab } = setUp()
      await tab.set(`password:${GARDEN}`, remembered)
      await expect(find('garden'), remembered).rejects.toMatchObject({ reason: 'needs-password' })
    }
  })

  it('[RL6] is found where nothing can be remembered, too', async () => {
    const { find } = setUp(failing)
    await expect(find('garden')).rejects.toMatchObject({ reason: 'needs-password' })
    const { keys } = await find('garden', 'correct horse')
    expect(keys.id).toBe(GARDEN)
    await expect(find('garden')).rejects.toMatchObject({ reason: 'needs-password' })
    await forgetPassword(GARDEN, failing)
  })
})
