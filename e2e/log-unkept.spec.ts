/** Browsers that keep nothing, or too little, and people who want nothing kept: the room goes on, and says what is lost. */
import { randomBytes } from 'node:crypto'
import { expectMesh, within } from './fixtures/gathering'
import type { LibraryTab } from './fixtures/library-tab'
import { expect, test } from './fixtures/test'

/** Bytes that a page may use of a disk that is nearly full. */
const LITTLE = 1_000_000

test('[ST7] a browser without databases: alice is told so, talks on, and is somebody new on the next page', async ({
  gather,
  openLibraryTab,
}) => {
  const [bob] = await gather('Bob')
  const alice = await openLibraryTab()
  await alice.page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }))
  await alice.reload()

  await alice.join({ link: bob.link, name: 'Alice' })
  await expectMesh([alice, bob])
  await alice.broadcast('for as long as this page is open')
  await bob.broadcast('fine')

  await expect.poll(() => reasonsOf(alice)).toEqual(['not-stored'])
  expect((await alice.errors())[0]?.message).toMatch(
    /^This browser does not keep what is said here, only this page does/,
  )
  await expect.poll(() => alice.remembered()).toEqual(['for as long as this page is open', 'fine'])
  await expectAnotherAfterReload(alice, bob, ['for as long as this page is open', 'fine'])
  await expect.poll(() => reasonsOf(alice), 'also the next page says so').toEqual(['not-stored'])
})

test('[ST7] the disk is full in the middle of a talk: alice is told so once, nothing is lost, and the next page is somebody new', async ({
  gather,
  openLibraryTab,
}) => {
  const [bob] = await gather('Bob')
  const alice = await openLibraryTab()
  // From the beginning, since Chromium goes by what it knew of free space for half a minute.
  const setQuota = await quotaOf(alice)
  await setQuota(LITTLE)
  await alice.join({ link: bob.link, name: 'Alice' })
  await expectMesh([alice, bob])

  const said = await sayUntilFull(alice)
  await alice.broadcast('the last')
  await expect.poll(() => bob.received(), within(10)).toEqual([...said, 'the last'])
  await bob.broadcast('I heard it all')

  const all = [...said, 'the last', 'I heard it all']
  await expect.poll(() => alice.remembered()).toEqual(all)
  expect(await reasonsOf(alice)).toEqual(['not-stored'])
  expect((await alice.errors())[0]?.message).toContain('full')
  await expectAnotherAfterReload(alice, bob, all)
})

test('[ST7] [ST8] a database that was removed under the page, as by somebody who clears their browser: the next page is somebody new', async ({
  gather,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await alice.broadcast('before')
  await expect.poll(() => bob.received()).toEqual(['before'])

  await alice.page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      const request = indexedDB.deleteDatabase(name ?? '')
      await new Promise((resolve) => request.addEventListener('success', resolve))
    }
  })
  await alice.broadcast('after')

  await expect.poll(() => bob.received()).toEqual(['before', 'after'])
  expect(await reasonsOf(alice)).toEqual(['not-stored'])
  await expectAnotherAfterReload(alice, bob, ['before', 'after'])
  expect(await reasonsOf(alice)).toEqual([])
})

test('[ST8] a browser that lost the log while it was closed, but not the key, is somebody new', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  await alice.broadcast('before')
  await expect.poll(() => bob.received()).toEqual(['before'])
  const before = alice.id
  const later = await openLibraryTab({ beside: alice })
  await alice.close()
  await later.page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? '')
  })

  await later.join({ link: bob.link, name: 'Alice' })
  // What is said before anything was read stands beside it, not behind it.
  await expect.poll(() => later.remembered()).toEqual(['before'])
  await later.broadcast('after')

  expect(later.id).not.toBe(before)
  await expect.poll(() => bob.received()).toEqual(['before', 'after'])
  expect(await bob.errors()).toEqual([])
  await expect.poll(() => later.remembered()).toEqual(['before', 'after'])
})

test('[ST4] forgetting the room leaves nothing of it in the browser, also while another tab is in it, which goes on', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const other = await openLibraryTab({ beside: bob })
  await other.join({ link: alice.link, name: 'Bob' })
  await expectMesh([alice, bob, other])
  await bob.setVerified(alice.id, true)
  await bob.broadcast('forget this')
  await bob.send(alice.id, 'and this')
  await other.broadcast('and this as well')
  await expect.poll(() => alice.received()).toHaveLength(3)

  await bob.forget()

  expect(await keptIn(bob)).toEqual({ databases: [], forAllTabs: [], forThisTab: [] })
  await other.broadcast('I am still here')
  expect(await reasonsOf(other)).toEqual(['not-stored'])
  await other.rename('Robert')
  await expect.poll(() => alice.heardFrom(other)).toEqual(['and this as well', 'I am still here'])
  expect(await other.remembered(), 'what was there before is gone here as well').toEqual(['I am still here'])
  await other.close()
  expect(await keptIn(bob)).toEqual({ databases: [], forAllTabs: ['starling:name'], forThisTab: [] })

  const before = [bob.id, other.id]
  await bob.reload()
  await bob.join({ link: alice.link, name: 'Bob' })
  expect(before).not.toContain(bob.id)
  await expect.poll(() => bob.remembered()).toEqual(['forget this', 'and this as well', 'I am still here'])
  expect(await bob.errors()).toEqual([])
  expect(await alice.errors()).toEqual([])
})

test('[ST4] another room of the same browser keeps all that it has when one is forgotten', async ({
  gather,
  openLibraryTab,
}) => {
  const [alice, bob] = await gather('Alice', 'Bob')
  const elsewhere = await openLibraryTab({ beside: bob })
  const { link } = await elsewhere.join({ name: 'Bob' })
  await elsewhere.broadcast('a note to myself')
  await bob.broadcast('hello')
  await expect.poll(() => alice.received()).toEqual(['hello'])

  await bob.forget()

  await elsewhere.broadcast('another')
  const before = elsewhere.id
  await elsewhere.reload()
  await elsewhere.join({ link })
  expect(elsewhere.id).toBe(before)
  expect(await elsewhere.remembered()).toEqual(['a note to myself', 'another'])
  expect(await elsewhere.errors()).toEqual([])
})

/** Loads the page again: it is somebody else there, who is told by others what was said, and nobody sees a fork. */
async function expectAnotherAfterReload(tab: LibraryTab, other: LibraryTab, said: readonly unknown[]): Promise<void> {
  const before = tab.id
  await tab.reload()
  await tab.join({ link: other.link, name: 'Alice' })
  expect(tab.id).not.toBe(before)
  await expect.poll(() => tab.remembered()).toEqual(said)

  await tab.broadcast('and on')

  await expect.poll(() => other.remembered()).toEqual([...said, 'and on'])
  expect(await other.errors()).toEqual([])
}

/** @returns all that was said until the tab told that nothing is kept any more */
async function sayUntilFull(tab: LibraryTab): Promise<readonly string[]> {
  const said: string[] = []
  const sayMore = async () => {
    // What browsers cannot make smaller.
    const text = randomBytes(75_000).toString('base64')
    said.push(text)
    await tab.broadcast(text)
    return reasonsOf(tab)
  }
  await expect.poll(sayMore, within(15)).toEqual(['not-stored'])
  return said
}

async function quotaOf(tab: LibraryTab): Promise<(bytes: number | undefined) => Promise<void>> {
  const devtools = await tab.context.newCDPSession(tab.page)
  const { origin } = new URL(tab.page.url())
  return async (bytes) => {
    const quota = bytes === undefined ? {} : { quotaSize: bytes }
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, ...quota })
  }
}

const reasonsOf = async (tab: LibraryTab): Promise<readonly string[]> =>
  (await tab.errors()).map(({ reason }) => reason)

/** @returns what of Starling's is in the browser */
function keptIn(tab: LibraryTab): Promise<Record<string, readonly (string | undefined)[]>> {
  return tab.page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    forAllTabs: Object.keys(localStorage).sort(),
    forThisTab: Object.keys(sessionStorage).sort(),
  }))
}
