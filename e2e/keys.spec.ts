/** Who somebody is, over reloads, in copies of a tab, and in rooms that have a name. */
import { PLAIN_HTTP_HOST } from './fixtures/chromium'
import type { LibraryTab } from './fixtures/library-tab'
import { expect, test } from './fixtures/test'

/** What browsers do when somebody duplicates a tab: the copy has all that the tab had for itself. */
async function copyTab(from: LibraryTab, to: LibraryTab): Promise<void> {
  const kept = await from.page.evaluate(() => Object.entries(sessionStorage))
  await to.page.evaluate((entries) => {
    for (const [key, value] of entries) sessionStorage.setItem(key, value)
  }, kept)
}

test('[ID4] a page that is loaded again is the same peer, and the others know it again', async ({ gather }) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const before = bob.id

  await bob.reload()
  await bob.join({ link: alice.link, name: 'Bob' })

  expect(bob.id).toBe(before)
  await expect.poll(() => alice.idsLinked()).toEqual([before])
  expect((await alice.members()).map(({ id }) => id)).toEqual([before])
})

test('[ID4] a duplicated tab gets a key of its own, and both keep theirs over reloads', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const copy = await openLibraryTab({ beside: bob })
  await copyTab(bob, copy)

  await copy.join({ link: alice.link, name: 'Bob' })
  const ids = [bob.id, copy.id]
  expect(new Set(ids).size).toBe(2)
  await expect.poll(() => alice.idsLinked()).toEqual([...ids].sort())

  for (const tab of [copy, bob]) {
    await tab.reload()
    await tab.join({ link: alice.link, name: 'Bob' })
  }
  expect([bob.id, copy.id]).toEqual(ids)
})

test('[ID4] who closes the tab and comes back later is the same peer; a cleared browser has a new one', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const before = bob.id
  const later = await openLibraryTab({ beside: bob })
  await bob.page.close()

  await later.join({ link: alice.link, name: 'Bob' })
  expect(later.id).toBe(before)

  await later.page.evaluate(() => localStorage.clear())
  await later.reload()
  await later.join({ link: alice.link, name: 'Bob' })
  expect(later.id).not.toBe(before)
})

test('[ID4] in another room the same browser is somebody else', async ({ openLibraryTab }) => {
  const alice = await openLibraryTab()
  const { id } = await alice.join()
  await alice.leave()

  await alice.join()

  expect(alice.id).not.toBe(id)
})

test('[ID4] [RL6] all of that works on plain http, where browsers keep their cryptography and locks to themselves', async ({
  openLibraryTab,
  server,
}) => {
  const origin = server.url.replace(/\/\/[^:]+/, `//${PLAIN_HTTP_HOST}`)
  const alice = await openLibraryTab({ origin })
  expect(await alice.page.evaluate(() => isSecureContext)).toBe(false)
  const bob = await openLibraryTab({ origin })
  const copy = await openLibraryTab({ origin, beside: bob })
  for (const tab of [alice, bob, copy]) tab.allow(/Cross-Origin-Opener-Policy header has been ignored/)
  const place = { link: 'garden', password: 'apples and pears' }
  await alice.join({ ...place, name: 'Alice' })
  await bob.join({ ...place, name: 'Bob' })
  await copyTab(bob, copy)
  await copy.join({ ...place, name: 'Bob' })
  const ids = [bob.id, copy.id]
  expect(new Set(ids).size).toBe(2)
  await expect.poll(() => alice.idsLinked()).toEqual([...ids].sort())

  await bob.reload()
  await bob.join({ link: 'garden', name: 'Bob' })
  expect(bob.id).toBe(ids[0])
  await expect.poll(() => alice.idsLinked()).toEqual([...ids].sort())
})

test('[RL6] those who know name and password meet, and a reload asks for none', async ({ openLibraryTab }) => {
  const [alice, bob] = await Promise.all([openLibraryTab(), openLibraryTab()])
  await alice.join({ link: 'garden', password: 'apples and pears', name: 'Alice' })
  await bob.join({ link: '  Garden ', password: 'apples and pears', name: 'Bob' })
  await expect.poll(() => alice.namesLinked()).toEqual(['Bob'])

  await bob.reload()
  await bob.join({ link: 'garden', name: 'Bob' })
  await expect.poll(() => bob.namesLinked()).toEqual(['Alice'])
})

test('[IN6] a wrong password is no silent empty room, and is not remembered', async ({ openLibraryTab }) => {
  const [alice, bob, carol] = await Promise.all([openLibraryTab(), openLibraryTab(), openLibraryTab()])
  await alice.join({ link: 'garden', password: 'apples and pears', name: 'Alice' })
  await bob.join({ link: 'garden', password: 'apples and pears', name: 'Bob' })
  await expect.poll(() => alice.namesLinked()).toEqual(['Bob'])

  await carol.join({ link: 'garden', password: 'plums and pears', name: 'Carol' })
  await expect.poll(async () => (await carol.errors()).map(({ reason }) => reason)).toEqual(['wrong-password'])
  expect(await carol.members()).toEqual([])
  // Those with the right one are not told that theirs might be wrong.
  expect([...(await alice.errors()), ...(await bob.errors())]).toEqual([])

  await carol.reload()
  await expect(carol.join({ link: 'garden' })).rejects.toMatchObject({ reason: 'needs-password' })
  await carol.join({ link: 'garden', password: 'apples and pears', name: 'Carol' })
  await expect.poll(() => carol.namesLinked()).toEqual(['Alice', 'Bob'])
})
