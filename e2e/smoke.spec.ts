/** The least that has to hold before any other test in real tabs means something. */
import { expect, test } from './fixtures/test'

test('a visitor gets the app, without a single error', async ({ openTab }) => {
  const { page } = await openTab()

  await expect(page).toHaveTitle(/Starling/)
  await expect(page.getByRole('button', { name: 'New room' })).toBeVisible()
})

test('any page can import the library, and two of them meet', async ({ openLibraryTab }) => {
  const [alice, bob] = [await openLibraryTab(), await openLibraryTab()]
  const { link } = await alice.join({ name: 'Alice' })
  await bob.join({ link, name: 'Bob' })

  await expect.poll(() => alice.namesLinked()).toEqual(['Bob'])
  await bob.broadcast({ said: 'hello', bytes: new Uint8Array([1, 2, 255]) })

  await expect.poll(() => alice.received()).toEqual([{ said: 'hello', bytes: new Uint8Array([1, 2, 255]) }])
})
